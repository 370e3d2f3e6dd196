// Peers that are refused, and that refuse: both ends say so once, not with every attempt.
#include <fmt/format.h>

#include "node/handlers.h"

namespace oxbow {

namespace {

std::string host_of(const Connection& connection) {
  Address host = connection.remote;
  host.port = 0;
  return to_string(host);
}

/// Who was refused: what was dialled, or the host with the port at which it can be dialled.
std::string refused_party(const NodeState& node, const Connection& connection) {
  const auto pending = node.dials.find(connection.dial);
  if (connection.dialled && pending != node.dials.end()) return pending->second.target;
  Address party = connection.remote;
  party.port = connection.address.port;
  return to_string(party);
}

/// Ends of connections that nobody need know of.
bool is_routine(std::string_view code) {
  return code == "duplicate" || code == "idle" || code == "probe" || code == "unwanted" ||
         code == "self";
}

}  // namespace

void refuse(Turn& turn, Connection& from, std::string_view code, std::string_view reason) {
  NodeState& node = turn.node;
  ++node.counters.refusals;
  const bool is_news =
      node.refusals.is_news(turn.now.steady, host_of(from), refused_party(node, from), code);
  hang_up(turn, from, code, reason, is_news ? Severity::warning : Severity::debug);
}

void receive_bye(Turn& turn, Connection& from, const Bye& bye) {
  NodeState& node = turn.node;
  // Its text is a stranger's: bounded by the codec, escaped by the log.
  Severity severity = is_routine(bye.code) ? Severity::debug : Severity::info;
  if (!from.up && severity != Severity::debug) {
    const std::string party = refused_party(node, from);
    severity = Severity::debug;
    if (node.refusals.is_news(turn.now.steady, host_of(from), party, bye.code)) {
      log(turn, Severity::warning, from.id,
          fmt::format("{} refuses this peer: {} (it is tried again, less and less often)", party,
                      bye.reason));
    }
  }
  turn.out.hang_up(from.id, bye.reason, severity);
  const PeerId peer = from.peer;
  const bool lives_on = !from.up || bye.code == "idle" || bye.code == "duplicate";
  connection_gone(turn, from, fmt::format("it said: {}", bye.reason));
  if (!lives_on) member_disconnected(turn, peer);
}

IdUser self_user(const NodeState& node) {
  return {node.config.name, node.config.advertised, node.config.run};
}

void met_id_conflict(Turn& turn, const PeerId& peer, const IdUser& stays, const IdUser& other) {
  const auto news = turn.node.id_conflicts.met(turn.now.steady, peer, stays, other);
  if (news) log(turn, Severity::warning, kNoConnection, *news);
}

void receive_id_in_use(Turn& turn, Connection&, const IdInUse& told) {
  NodeState& node = turn.node;
  if (told.run == node.config.run && told.run != 0) return;  // this process, by another way
  met_id_conflict(turn, node.config.id, self_user(node),
                  {std::string(told.name), told.seen_at, told.run});
}

}  // namespace oxbow
