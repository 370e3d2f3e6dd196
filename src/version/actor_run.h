// Which actor a coordinator writes with. A dot names one write for ever: were one number used
// twice, a copy that has seen the first write would drop the second as superseded (basho/riak_kv
// issue 679). A member that cannot be certain of the last number that it used for a key takes a
// fresh actor. Nothing of this needs to be stored.
//
// It goes on with an actor only where all of this is so:
//   * its own intact copy of the key names the actor: a copy that was lost, damaged or never there
//     is no ground to count from;
//   * the actor is of this run of the process: what was restored from elsewhere, or was lost with
//     an unsynced write, is of an earlier one;
//   * no clock that came from outside was ahead of the member's own copy about it: then the copy is
//     not the newest that this member ever had of the key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

#include "base/ids.h"
#include "base/limits.h"
#include "version/context.h"
#include "version/dot.h"
#include "version/vector_clock.h"

namespace oxbow {

/// The actors of one member. An actor's number is never taken for two keys, so what is learned
/// about one says nothing of others.
class ActorRun {
 public:
  /// `run`: 64 random bits that no earlier run of this peer had, drawn by the driver.
  ActorRun(const PeerId& peer, std::uint64_t run, std::size_t most_retired = limits::kRetiredActors)
      : peer_(peer), run_(run), most_retired_(most_retired) {}

  /// The dot of the next write on a copy with this clock (of no copy: an empty one). Where the
  /// write is then neither stored nor sent to anybody, the next one may get the same. Where it is
  /// sent to others, and this member has no copy of it, the caller has to remember it as if it had:
  /// see replica/unstored_writes.h. May draw a new run: actors of before are not gone on with then.
  Dot next_dot(const VectorClock& local, const Context& context);

  /// To be called before an object from elsewhere is merged into the member's copy (of no copy: an
  /// empty clock): its own actors that `incoming` knows more of than the copy does are retired.
  void observe(const VectorClock& local, const VectorClock& incoming);

  /// The actor is never gone on with.
  void retire(const Actor& actor);

  const PeerId& peer() const { return peer_; }
  std::uint64_t run() const { return run_; }
  std::uint64_t taken() const { return taken_; }
  bool retired(std::uint64_t number) const { return retired_.contains(number); }

 private:
  PeerId peer_;
  std::uint64_t run_;
  std::uint64_t taken_ = 0;          ///< the greatest number taken in this run
  std::set<std::uint64_t> retired_;  ///< numbers of this run: in a list of bounded length
  std::size_t most_retired_;
};

struct ActorChoice {
  Dot dot;
  bool fresh = false;  ///< an actor with a number of its own, counter 1
};

/// The rule above, and nothing else: which dot a write gets on a copy with this clock.
ActorChoice choose_actor(const ActorRun& run, const VectorClock& local, const Context& context);

}  // namespace oxbow
