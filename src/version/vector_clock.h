// A set of write events that has no gaps: for each actor, all its dots up to a counter. Kept as a
// sorted list of the newest dot of each actor, so that equal clocks are equal lists, in whatever
// order they came about (Dynamo, SOSP 2007, section 4.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "version/dot.h"

namespace oxbow {

/// How the first of two clocks stands to the second.
enum class Occurred : std::uint8_t {
  equal,
  before,      ///< the second covers all of the first, and more
  after,       ///< the first covers all of the second, and more
  concurrent,  ///< each covers what the other does not
};

class VectorClock {
 public:
  VectorClock() = default;

  /// From the newest dot of each actor, as entries() gave them. Error `bad-clock`: they are not in
  /// ascending order of distinct actors, or a counter is 0 or above kMaxCounter. How many there may
  /// be is the caller's to limit, before it makes the list.
  static Result<VectorClock> from_entries(std::vector<Dot> entries);

  /// The newest dot of each actor, by actor, no counter 0.
  const std::vector<Dot>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  /// The counter up to which the actor's dots are covered; 0: none is.
  std::uint64_t counter(const Actor& actor) const;

  /// Whether it covers the dot. Counters begin at 1: a dot with 0 is covered by every clock.
  bool contains(const Dot& dot) const { return dot.counter <= counter(dot.actor); }

  /// Covers the dot, and so all earlier ones of its actor. At most kMaxCounter.
  void cover(const Dot& dot);

  /// Covers all that the other covers: the least clock that is not before either.
  void merge(const VectorClock& other);

  /// What both cover.
  static VectorClock common(const VectorClock& first, const VectorClock& second);

  /// The entries of one run of one peer, by number: [first, last) of entries().
  struct Range {
    const Dot* first;
    const Dot* last;
    const Dot* begin() const { return first; }
    const Dot* end() const { return last; }
  };
  Range of_run(const PeerId& peer, std::uint64_t run) const;

  friend bool operator==(const VectorClock&, const VectorClock&) = default;

 private:
  std::vector<Dot> entries_;
};

Occurred compare(const VectorClock& first, const VectorClock& second);

/// For people: `{3f2a90c1/07be#4:17, …}`.
std::string abbreviated(const VectorClock& clock);
/// The same with the peers' names.
std::string abbreviated(const VectorClock& clock, const PeerName& name);

}  // namespace oxbow
