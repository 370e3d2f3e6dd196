// Lookups that were sent on. Nobody answers a step of a lookup; but what comes from a member after
// it was sent one shows that the member lives, and its connection brings the steps in order. A
// member that is silent is pinged, and has failed if it stays so. Its lookups, and those that went
// over a connection that is lost, take another way; should the first copy have gone on after all,
// the originator takes the answer that comes first.
#include <algorithm>
#include <utility>

#include "node/membership.h"

namespace oxbow {

void watch_lookup(Turn& turn, const PeerId& to, const LookupStep& step, ConnectionId namer,
                  std::uint32_t detours) {
  RingState& ring = turn.node.ring;
  SentLookup sent;
  sent.to = to;
  sent.step = step;
  sent.path.assign(step.path.begin(), step.path.end());
  sent.step.path = {};
  sent.sent = turn.now.steady;
  sent.namer = namer;
  sent.detours = detours;
  ring.sent_lookups.push_back(std::move(sent));
  ring.sent_lookups_due =
      std::min<Instant>(ring.sent_lookups_due, turn.now.steady + limits::kStepDoubted);
}

void lookups_lost(Turn& turn, const PeerId& member) {
  std::vector<SentLookup>& sent = turn.node.ring.sent_lookups;
  if (sent.empty()) return;
  const auto lost_begin = std::stable_partition(
      sent.begin(), sent.end(), [&](const SentLookup& lookup) { return lookup.to != member; });
  std::vector<SentLookup> lost(std::make_move_iterator(lost_begin),
                               std::make_move_iterator(sent.end()));
  sent.erase(lost_begin, sent.end());
  for (const SentLookup& lookup : lost) {
    const auto path = turn.out.arena.array<LookupHop>(lookup.path.size());
    std::copy(lookup.path.begin(), lookup.path.end(), path.begin());
    LookupStep step = lookup.step;
    step.path = path;
    pass_on(turn, step, lookup.namer, lookup.detours + 1);
  }
}

void watch_sent_lookups(Turn& turn) {
  NodeState& node = turn.node;
  RingState& ring = node.ring;
  const Instant now = turn.now.steady;
  if (ring.sent_lookups_due > now) return;
  std::vector<PeerId> doubted;
  std::vector<PeerId> failed;
  ring.sent_lookups_due = kNever;
  std::erase_if(ring.sent_lookups, [&](SentLookup& lookup) {
    if (lookup.sent + limits::kStepDoubted > now) {
      ring.sent_lookups_due =
          std::min<Instant>(ring.sent_lookups_due, lookup.sent + limits::kStepDoubted);
      return false;
    }
    const Connection* connection = node.connections.to_peer(lookup.to, ConnectionKind::control);
    if (connection != nullptr && connection->heard > lookup.sent) return true;
    if (lookup.sent + limits::kStepPatience <= now) {
      failed.push_back(lookup.to);
      return false;
    }
    if (!lookup.doubted) doubted.push_back(lookup.to);
    lookup.doubted = true;
    ring.sent_lookups_due =
        std::min<Instant>(ring.sent_lookups_due, lookup.sent + limits::kStepPatience);
    return false;
  });
  const auto once = [](std::vector<PeerId>& peers) {
    std::sort(peers.begin(), peers.end());
    peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  };
  once(doubted);
  once(failed);
  for (const PeerId& peer : doubted) {
    // One that is still being dialled has its ping in the dial.
    const Connection* connection = node.connections.to_peer(peer, ConnectionKind::control);
    if (connection == nullptr) continue;
    turn.out.send(connection->id, Ping{node.random.next() | 1, false});
  }
  for (const PeerId& peer : failed) {
    member_failed(turn, peer);
    lookups_lost(turn, peer);
  }
}

}  // namespace oxbow
