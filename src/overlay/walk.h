// A random walk's decisions (Lv, Cao, Cohen, Li, Shenker 2002; design, section 4), as functions
// over a state of 8 bytes a search and peer, and of 4 bytes a walker. A Node keeps the former in a
// table and gets the latter by message; a large simulation has both in arrays.
//
// A known id is not dropped, but a peer's index is looked into once for each: that there is a
// WalkVisit of it says that this has been done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/random.h"

namespace oxbow {

/// What walkers left at a peer that they visited: the links over which they were sent on, by the
/// low bits of their slots. A collision costs a preference, not correctness.
struct WalkVisit {
  std::uint64_t sent = 0;
};
static_assert(sizeof(WalkVisit) == 8);

/// How far a walker has come when it arrives at a peer.
struct WalkerSteps {
  std::uint16_t taken = 0;  ///< the one that led here included
  std::uint16_t left = 0;
};

/// As it sets out from its originator.
constexpr WalkerSteps at_origin(std::uint32_t steps) {
  return {0, static_cast<std::uint16_t>(steps)};
}
/// There must be one left.
constexpr WalkerSteps stepped(WalkerSteps steps) {
  return {static_cast<std::uint16_t>(steps.taken + 1), static_cast<std::uint16_t>(steps.left - 1)};
}

enum class WalkAction : std::uint8_t {
  answer,  ///< tells the originator that it has found it, and goes no further
  end,     ///< tells the originator that it has no steps left
  ask,     ///< asks the originator whether to go on, and waits here
  step,    ///< goes on, over the link that choose_link() names; with none it ends
};

/// `finds`: this peer holds the key, and no walker of this id has been here before. `all`: the
/// walker goes on after that (it has told of it all the same).
constexpr WalkAction route_walker(WalkerSteps steps, bool finds, bool all) {
  if (finds && !all) return WalkAction::answer;
  if (steps.left == 0) return WalkAction::end;
  return steps.taken % limits::kWalkCheckEvery == 0 ? WalkAction::ask : WalkAction::step;
}

/// The originator's answer to a walker that asks; at the originator itself it need not ask by
/// message.
constexpr bool walker_goes_on(bool found, bool all) { return !found || all; }

/// The link that a walker leaves over: a random one of those over which no walker of this id was
/// sent yet, and which it did not come by; if there is none, any; kNoLink if no link is usable. The
/// peer has `links` of them: `number_of(i)` is the i-th's number, `came_by(i)` and `is_usable(i)`
/// are what their names say, the latter always the same while this runs. `choices` is scratch.
template <class NumberOf, class CameBy, class IsUsable>
LinkNumber choose_link(WalkVisit& visit, std::size_t links, NumberOf number_of, CameBy came_by,
                       IsUsable is_usable, Random& random, std::vector<LinkNumber>& choices) {
  const auto mark_of = [](LinkNumber link) { return std::uint64_t{1} << (slot_of(link) % 64); };
  if (choices.size() < links) choices.resize(links);
  for (const bool any : {false, true}) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < links; ++i) {
      const LinkNumber link = number_of(i);
      const bool is_back = came_by(i);
      const bool was_sent = (visit.sent & mark_of(link)) != 0;
      const bool is_fresh = !is_back && !was_sent;
      choices[count] = link;  // the next takes its place if it is no choice
      count += (any || is_fresh) && is_usable(i) ? 1U : 0U;
    }
    if (count == 0) continue;
    const LinkNumber chosen = choices[random.below(count)];
    visit.sent |= mark_of(chosen);
    return chosen;
  }
  return kNoLink;
}

}  // namespace oxbow
