// The routing decision of a flood, as functions over a state of 8 bytes a query and peer (Gnutella
// 0.4; design, section 4). A Node keeps the states in a table, a large simulation in an array.
#pragma once

#include <cstdint>

namespace oxbow {

/// What to do with a copy of a query after the first.
enum class Duplicates : std::uint8_t {
  drop,       ///< the textbook rule
  reforward,  ///< route it on, unprocessed, if its TTL is higher than that of any copy before
};

/// What a peer remembers of a query that it has seen.
struct SeenState {
  std::uint8_t best_ttl = 0;      ///< the highest TTL of any copy
  std::uint8_t hops = 0;          ///< of the first copy
  std::uint16_t forwardings = 0;  ///< drawn so far; the next one's number
  bool routes_on = false;         ///< false: the peer responded instead, or has not decided yet
  bool traced = false;            ///< what is done with it is remembered, for `oxbow trace`
};
static_assert(sizeof(SeenState) <= 8);

/// The part of a copy that routing depends on.
struct Copy {
  std::uint8_t ttl = 0;
  std::uint8_t hops = 0;
};

enum class Action : std::uint8_t {
  drop_duplicate,  ///< not the first copy
  end_here,        ///< looked into the local index, not routed on: the TTL has run out
  answer,          ///< responds, does not route on
  forward,         ///< routes on (a holder that does both forwards here and answers)
};

struct Decision {
  Action action = Action::drop_duplicate;
  std::uint8_t ttl = 0;      ///< to put on the copies
  std::uint8_t hops = 0;     ///< to put on the copies
  std::uint16_t number = 0;  ///< of this forwarding
};

/// A copy that no honest peer sends: TTL 0, or a hop count that is about to wrap.
inline bool is_offence(Copy copy) { return copy.ttl == 0 || copy.hops == 255; }

/// TTL + hops is held below `cap`, at the cost of the TTL; the receiver itself is always reached.
inline std::uint8_t trimmed_ttl(Copy copy, std::uint8_t cap) {
  if (copy.hops >= cap) return 1;
  const auto room = static_cast<std::uint8_t>(cap - copy.hops);
  return copy.ttl < room ? copy.ttl : room;
}

namespace detail {
inline Decision forward_on(SeenState& state, Copy copy) {
  state.routes_on = true;
  return {Action::forward, static_cast<std::uint8_t>(copy.ttl - 1),
          static_cast<std::uint8_t>(copy.hops + 1), state.forwardings++};
}
}  // namespace detail

/// The first copy at a peer. `holds`: it has the key; `all`: holders route on too.
inline Decision route_first(SeenState& state, Copy copy, bool holds, bool all) {
  state.best_ttl = copy.ttl;
  state.hops = copy.hops;
  if (holds && !all) return {Action::answer};
  if (copy.ttl <= 1) {
    state.routes_on = true;
    state.forwardings = 1;  // number 0 belongs to the first copy, used or not
    return {holds ? Action::answer : Action::end_here};
  }
  return detail::forward_on(state, copy);
}

/// Any later copy: never processed again; routed on only under Duplicates::reforward.
inline Decision route_again(SeenState& state, Copy copy, Duplicates rule) {
  const bool higher = copy.ttl > state.best_ttl;
  if (higher) state.best_ttl = copy.ttl;
  if (rule == Duplicates::drop || !higher || !state.routes_on || copy.ttl <= 1) return {};
  return detail::forward_on(state, copy);
}

}  // namespace oxbow
