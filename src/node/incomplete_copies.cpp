// A member that lost a part of its copies, and was told to go on (see Store::is_complete()): where
// it has no copy, it has no answer (see read_all()), and a read by others repairs it. The way back
// leads over the ring: it leaves, and what the others have of its keys is sent to it when it joins
// again.
#include <algorithm>

#include "node/membership.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

using namespace std::chrono_literals;

constexpr auto kLeftForAll = 30s;  // by then each member has heard of one that left

}  // namespace

void joined_anew(Turn& turn) {
  NodeState& node = turn.node;
  if (node.store.is_complete()) return;
  const Instant since = std::max(node.started, node.ring.left_at);
  if (turn.now.steady - since < kLeftForAll) {
    return log(turn, Severity::warning, kNoConnection,
               "the copies of this member stay incomplete: not all members have heard that it had "
               "left (oxbow ring leave, and oxbow ring join a minute later)");
  }
  node.store.set_complete();
  log(turn, Severity::info, kNoConnection, "joined as a new member: its copies are complete again");
}

}  // namespace oxbow
