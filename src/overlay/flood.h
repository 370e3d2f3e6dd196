// The routing decision of a flood, as functions over a state of 8 bytes a query and peer (Gnutella
// 0.4; design, section 4). A Node keeps the states in a table, a large simulation in an array.
//
// A TTL is a byte on the wire, and Basic…<std::uint8_t> here. A simulation of networks that are
// wider than any TTL cap takes more bits; the functions are the same.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace oxbow {

/// What to do with a copy of a query after the first.
enum class Duplicates : std::uint8_t {
  drop,       ///< the textbook rule
  reforward,  ///< route it on, unprocessed, if its TTL is higher than that of any copy before
};

/// What a peer remembers of a query that it has seen.
template <std::unsigned_integral Ttl>
struct BasicSeenState {
  Ttl best_ttl = 0;               ///< the highest TTL of any copy
  Ttl hops = 0;                   ///< of the first copy
  std::uint16_t forwardings = 0;  ///< drawn so far; the next one's number
  bool routes_on = false;         ///< false: the peer responded instead, or has not decided yet
  bool traced = false;            ///< what is done with it is remembered, for `oxbow trace`
};
using SeenState = BasicSeenState<std::uint8_t>;
static_assert(sizeof(BasicSeenState<std::uint16_t>) <= 8);

/// The part of a copy that routing depends on.
template <std::unsigned_integral Ttl>
struct BasicCopy {
  Ttl ttl = 0;
  Ttl hops = 0;
};
using Copy = BasicCopy<std::uint8_t>;

enum class Action : std::uint8_t {
  drop_duplicate,  ///< not the first copy
  end_here,        ///< looked into the local index, not routed on: the TTL has run out
  answer,          ///< responds, does not route on
  forward,         ///< routes on (a holder that does both forwards here and answers)
};

template <std::unsigned_integral Ttl>
struct BasicDecision {
  Action action = Action::drop_duplicate;
  Ttl ttl = 0;               ///< to put on the copies
  Ttl hops = 0;              ///< to put on the copies
  std::uint16_t number = 0;  ///< of this forwarding
};
using Decision = BasicDecision<std::uint8_t>;

/// A copy that no honest peer sends: TTL 0, or a hop count that is about to wrap.
inline bool is_offence(Copy copy) { return copy.ttl == 0 || copy.hops == 255; }

/// TTL + hops is held below `cap`, at the cost of the TTL; the receiver itself is always reached.
inline std::uint8_t trimmed_ttl(Copy copy, std::uint8_t cap) {
  if (copy.hops >= cap) return 1;
  const auto room = static_cast<std::uint8_t>(cap - copy.hops);
  return copy.ttl < room ? copy.ttl : room;
}

namespace detail {
template <class Ttl>
BasicDecision<Ttl> forward_on(BasicSeenState<Ttl>& state, BasicCopy<Ttl> copy) {
  state.routes_on = true;
  return {Action::forward, static_cast<Ttl>(copy.ttl - 1), static_cast<Ttl>(copy.hops + 1),
          state.forwardings++};
}
}  // namespace detail

/// The first copy at a peer. `holds`: it has the key; `all`: holders route on too.
template <class Ttl>
BasicDecision<Ttl> route_first(BasicSeenState<Ttl>& state,
                               std::type_identity_t<BasicCopy<Ttl>> copy, bool holds, bool all) {
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
template <class Ttl>
BasicDecision<Ttl> route_again(BasicSeenState<Ttl>& state,
                               std::type_identity_t<BasicCopy<Ttl>> copy, Duplicates rule) {
  const bool higher = copy.ttl > state.best_ttl;
  if (higher) state.best_ttl = copy.ttl;
  if (rule == Duplicates::drop || !higher || !state.routes_on || copy.ttl <= 1) return {};
  return detail::forward_on(state, copy);
}

}  // namespace oxbow
