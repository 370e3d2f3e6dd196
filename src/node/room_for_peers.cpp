// For whom there is room: links and connections without a link are limited in all and for each
// host, so that one host never has all of them, and some are kept for members of the ring.
#include <fmt/format.h>

#include <algorithm>

#include "base/source_host.h"
#include "node/handlers.h"

namespace oxbow {

namespace {

template <class Which>
std::size_t count_from_host(const NodeState& node, const Address& host, Which&& which) {
  const auto all = node.connections.all();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](ConnectionId id) {
    const Connection& connection = *node.connections.find(id);
    return which(connection) && same_source(connection.remote, host);
  }));
}

bool is_configured(const NodeState& node, const PeerId& peer) {
  const auto configured = node.plan.configured();
  return std::any_of(configured.begin(), configured.end(),
                     [&](const ConfiguredNeighbor& neighbor) { return neighbor.peer == peer; });
}

bool is_preferred(const NodeState& node, const PeerId& peer) {
  return node.ring.ring.find(peer).has_value() || is_configured(node, peer);
}

}  // namespace

bool has_room_for_link(const NodeState& node, bool dialled) {
  const std::uint32_t most = dialled ? node.config.outgoing_links : node.config.incoming_links;
  return node.connections.count_links(dialled) < most;
}

bool may_discover_at(const NodeState& node, const Address& address) {
  if (!is_bounded_source(address)) return true;
  const auto is_link = [](const Connection& c) { return c.linked && c.dialled; };
  return count_from_host(node, address, is_link) < limits::kDiscoveredLinksPerHost;
}

namespace {

/// Of one host's part.
std::string host_refusal(const NodeState& node, const Connection& asker) {
  if (!is_bounded_source(asker.remote) || is_configured(node, asker.peer)) return "";
  const std::size_t most =
      asker.dialled ? limits::kDiscoveredLinksPerHost
                    : std::max(limits::kIncomingLinksPerHost, node.config.incoming_links / 4);
  const auto counts = [&](const Connection& c) {
    return c.linked && c.dialled == asker.dialled && c.id != asker.id;
  };
  if (count_from_host(node, asker.remote, counts) < most) return "";
  return fmt::format("one host has at most {} of its links", most);
}

/// The neighbor that can best lose its link: it dialled this peer, and has the most others. None:
/// there is none that has some to spare, or it has only just come.
Connection* gives_way(NodeState& node, Instant now) {
  Connection* found = nullptr;
  for (const ConnectionId id : node.connections.links()) {
    Connection& link = *node.connections.find(id);
    if (link.dialled || link.links == kLinksNotTold || link.links < limits::kLinksToSpare) continue;
    if (link.linked_at + limits::kLinkKept > now || is_configured(node, link.peer)) continue;
    if (found == nullptr || link.links > found->links) found = &link;
  }
  return found;
}

}  // namespace

std::string room_for_link(Turn& turn, const Connection& asker) {
  NodeState& node = turn.node;
  if (std::string refusal = host_refusal(node, asker); !refusal.empty()) return refusal;
  if (has_room_for_link(node, asker.dialled)) return "";
  // Those that are refused are told of others: their addresses are tried sooner.
  node.refused_link = turn.now.steady;
  node.probe_due = std::min(node.probe_due, turn.now.steady + limits::kProbeEveryFull);
  const bool may_give = asker.links == 0 && !asker.dialled && !node.config.is_static;
  Connection* const other = may_give ? gives_way(node, turn.now.steady) : nullptr;
  if (other == nullptr ||
      !node.given_up_links.admit(turn.now.steady, limits::kLinksGivenUp, limits::kLinksGivenUp)) {
    return "no room for one more link there";
  }
  give_up_link(turn, *other, "a peer without any link needs its place");
  return "";
}

bool has_room_for_direct(const NodeState& node, const PeerId& peer) {
  const Connections& connections = node.connections;
  const std::size_t most = is_preferred(node, peer)
                               ? limits::kDirectConnections
                               : limits::kDirectConnections - limits::kDirectForMembers;
  const std::size_t all = connections.all().size() - connections.links().size() + node.dials.size();
  return all - std::min(all, named_connections(node)) <= most;
}

std::string direct_refusal(const NodeState& node, const Connection& asker) {
  if (!has_room_for_direct(node, asker.peer)) return "no room for one more connection";
  if (!is_bounded_source(asker.remote)) return "";
  const auto counts = [&](const Connection& c) { return !c.linked && c.id != asker.id; };
  if (count_from_host(node, asker.remote, counts) < limits::kDirectPerHost) return "";
  return fmt::format("one host has at most {} connections without a link", limits::kDirectPerHost);
}

void tell_of_refusal(Turn& turn, const Connection& asker, std::string_view reason) {
  ++turn.node.counters.peers_refused;
  Address host = asker.remote;
  host.port = 0;
  log_standing(turn, Severity::warning, kNoConnection, "no room/" + to_string(host),
               fmt::format("refused {} at {}: {} (more of that from there is only counted)",
                           name_of(asker), to_string(asker.remote), reason));
}

}  // namespace oxbow
