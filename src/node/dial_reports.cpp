#include "node/dial_reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "node/handlers.h"

namespace oxbow {

void DialReports::failed(Instant now, const PeerId& peer, const Address& address,
                         std::string_view reason) {
  const auto found = failed_.find(peer);
  if (found == failed_.end() && failed_.size() >= limits::kFailedAddresses) return;
  const bool again = found != failed_.end() && found->second.address == address;
  const Instant first = again ? found->second.at : now;
  failed_[peer] = {address, std::string(reason.substr(0, limits::kReason)), first,
                   now + limits::kDialConfirmedAfter};
}

bool DialReports::reached(const PeerId& peer) {
  const auto found = failed_.find(peer);
  if (found == failed_.end()) return false;
  const bool was_told = found->second.again != kNever;
  failed_.erase(found);
  return was_told;
}

const DialReports::Failed* DialReports::find(const PeerId& peer) const {
  const auto found = failed_.find(peer);
  return found == failed_.end() ? nullptr : &found->second;
}

void DialReports::told(Instant now, const PeerId& peer) {
  const auto found = failed_.find(peer);
  if (found != failed_.end()) found->second.again = now + limits::kDialReportAgain;
}

std::vector<std::pair<PeerId, Address>> DialReports::take_due(Instant now) {
  std::vector<std::pair<PeerId, Address>> due;
  for (auto& [peer, entry] : failed_) {
    if (entry.again > now) continue;
    entry.again = now + limits::kDialReportAgain;  // should nothing come of it
    due.emplace_back(peer, entry.address);
  }
  return due;
}

void DialReports::heard(Instant now, const PeerId& from, std::string_view reason) {
  if (reason.empty()) {
    heard_.erase(from);
  } else if (heard_.size() < limits::kDialReports || heard_.contains(from)) {
    heard_[from] = {std::string(reason), now};
  }
}

void DialReports::expire(Instant now) {
  const Instant before = now - limits::kDialReportLife;
  std::erase_if(failed_, [&](const auto& entry) { return entry.second.at <= before; });
  std::erase_if(heard_, [&](const auto& entry) { return entry.second.at <= before; });
}

Instant DialReports::next_deadline() const {
  Instant next = kNever;
  for (const auto& [peer, entry] : failed_) {
    next = std::min({next, entry.again, entry.at + limits::kDialReportLife});
  }
  for (const auto& [peer, entry] : heard_)
    next = std::min(next, entry.at + limits::kDialReportLife);
  return next;
}

// -- the Node's part
// -------------------------------------------------------------------------------

namespace {

constexpr std::string_view kAddress = "address";

void complaints_changed(Turn& turn, std::string_view reason) {
  NodeState& node = turn.node;
  const std::size_t count = node.dial_reports.complaints();
  const std::string address = to_string(node.config.advertised);
  if (count == 0) {
    if (node.warnings.end(kAddress)) {
      log(turn, Severity::info, kNoConnection,
          fmt::format("nobody says any more that this peer cannot be reached at {}", address));
    }
    return;
  }
  if (reason.empty()) return;
  std::string text = fmt::format(
      "{} cannot reach this peer at {}, which it advertises: {} (advertise an address and port at "
      "which others reach it, or let their connections through)",
      count == 1 ? "another peer" : fmt::format("{} other peers", count), address, reason);
  if (node.warnings.begin(kAddress, text)) log(turn, Severity::warning, kNoConnection, text);
}

void tell(Turn& turn, const Connection& to, const Address& address, std::string_view reason) {
  turn.out.send(to.id, DialReport{address, turn.out.arena.copy(reason)});
}

}  // namespace

void address_failed(Turn& turn, const PeerId& peer, std::string_view target, Instant began,
                    std::string_view reason) {
  NodeState& node = turn.node;
  const auto address = parse_address(target);
  if (peer.is_zero() || !address.ok()) return;
  Connection* connection = node.connections.to_peer(peer, ConnectionKind::control);
  const bool matters = node.ring.ring.find(peer) || (connection != nullptr && connection->linked);
  if (!matters) return;
  // A peer that is silent too may be dead, hang, or be cut off: it has failed twice, and said
  // something in between. What was dialled before it connected says nothing of it since then.
  const DialReports::Failed* before = node.dial_reports.find(peer);
  const bool confirmed = before != nullptr && before->address == *address &&
                         before->at < turn.now.steady && connection != nullptr &&
                         connection->heard >= before->at && connection->opened <= began;
  node.dial_reports.failed(turn.now.steady, peer, *address, reason);
  if (!confirmed) return;
  tell(turn, *connection, *address, reason);
  node.dial_reports.told(turn.now.steady, peer);
}

void address_reached(Turn& turn, const PeerId& peer, std::string_view target) {
  NodeState& node = turn.node;
  const DialReports::Failed* failed = node.dial_reports.find(peer);
  if (failed == nullptr || to_string(failed->address) != target) return;
  const Address address = failed->address;
  if (!node.dial_reports.reached(peer)) return;
  const Connection* connection = node.connections.to_peer(peer, ConnectionKind::control);
  if (connection != nullptr) tell(turn, *connection, address, "");
}

void check_address(Turn& turn, const Connection& of) {
  DialReports& reports = turn.node.dial_reports;
  const DialReports::Failed* found = reports.find(of.peer);
  if (found == nullptr || of.kind != ConnectionKind::control) return;
  const DialReports::Failed failed = *found;
  reports.reached(of.peer);
  if (failed.address == of.address) {
    reports.failed(turn.now.steady, of.peer, failed.address, failed.reason);
  }
}

void receive_dial_report(Turn& turn, Connection& from, const DialReport& report) {
  NodeState& node = turn.node;
  const bool counts = from.linked || node.ring.ring.find(from.peer);
  if (!counts || report.address != node.config.advertised) return;
  node.dial_reports.heard(turn.now.steady, from.peer, report.reason);
  complaints_changed(turn, report.reason);
}

void look_after_dial_reports(Turn& turn) {
  NodeState& node = turn.node;
  if (node.dial_reports.next_deadline() > turn.now.steady) return;
  node.dial_reports.expire(turn.now.steady);
  complaints_changed(turn, "");
  for (const auto& [peer, address] : node.dial_reports.take_due(turn.now.steady)) {
    if (node.connections.to_peer(peer, ConnectionKind::control) == nullptr) continue;
    PendingDial pending;
    pending.target = to_string(address);
    pending.kind = ConnectionKind::probe;
    pending.expected = peer;
    dial(turn, std::move(pending));
  }
}

}  // namespace oxbow
