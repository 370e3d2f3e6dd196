// `status`: what a peer holds and has counted.
#include "node/handlers.h"
#include "node/node.h"

namespace oxbow {

namespace {

std::size_t hints_under_way(const NodeState& node) {
  std::size_t count = 0;
  for (const auto& [destination, handoff] : node.replica.handoffs) count += handoff.under_way();
  return count;
}

}  // namespace

StatusAnswer describe_status(const NodeState& node, Now now) {
  StatusAnswer status;
  status.version = node.config.version;
  status.id = to_string(node.config.id);
  status.name = node.config.name;
  status.address = to_string(node.config.advertised);
  status.network = node.config.network;
  status.waiting_for = waiting_for(node);
  status.ready = status.waiting_for.empty();
  status.uptime_seconds = to_ms(now.steady - node.started) / 1000;
  status.links = node.connections.links().size();
  status.published = node.index.published();
  status.published_bytes = node.index.published_bytes();
  status.shares = node.index.shares();
  status.tables = {
      {"seen", node.seen.size()},
      {"routes", node.routes.size()},
      {"hits", node.routes.hits()},
      {"echoes", node.echoes.size()},
      {"traces", node.traces.size()},
      {"scans", node.scans.size()},
      {"searches", node.finds.size()},
      {"walks", node.visits.size()},
      {"parked walkers", node.parked.size()},
      {"pieces", node.pieces.size() + node.reads.size()},
      {"searched gets", node.adoption.gets.size()},
      {"bytes being fetched", node.adoption.fetched_bytes},
      {"findable objects", node.index.objects()},
      {"dials", node.dials.size()},
      {"connections", node.connections.all().size()},
      {"skipped links", node.silent.skipped()},
      {"standing conditions", node.standing.size()},
      {"known addresses", node.pongs.size()},
      {"objects", node.store.live_objects()},
      {"tombstones", node.store.tombstones()},
      {"incomplete copies", node.store.is_complete() ? 0U : 1U},
      {"pending bytes", node.store.pending_bytes()},
      {"gets", node.replica.gets.size()},
      {"puts", node.replica.puts.size()},
      {"operations handed over", node.replica.forwarded.size()},
      {"writes waiting for a grant", node.replica.ungranted.size()},
      {"hints", node.store.all_hints().hints},
      {"hint bytes", node.store.all_hints().bytes},
      {"hints under way", hints_under_way(node)},
      {"writes not stored here", node.replica.unstored.size()},
      {"offers under way", node.replica.offers.under_way()},
      {"moves under way", node.replica.moves.size()},
      {"move scans", node.replica.scan ? 1U : 0U},
      {"members", node.ring.ring.size()},
      {"members failed", node.ring.failed.size()},
      {"lookups", node.ring.lookups.size()},
      {"lookup steps", node.ring.sent_lookups.size()},
  };
  status.warnings = node.warnings.texts();
#define OXBOW_COUNTER(member, text) status.counters.push_back({text, node.counters.member});
  OXBOW_COUNTERS(OXBOW_COUNTER)
#undef OXBOW_COUNTER
  status.id_conflicts = node.id_conflicts.describe_all(now.steady);
  return status;
}

StatusAnswer Node::status(Now now) const { return describe_status(*state_, now); }

PeerName names_of(const NodeState& node) {
  return [&node](const PeerId& peer) {
    const Member* known = node.ring.members.find(peer);
    return known == nullptr || known->name.empty() ? abbreviated(peer) : known->name;
  };
}

}  // namespace oxbow
