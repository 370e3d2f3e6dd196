// Ring lookups: a client asks who owns a key, and the question goes from member to member, as
// ring/lookup.h says, until it is at the owner, who tells the originator directly. A member keeps a
// lookup that it forwards only until it knows that the next one has it (sent_lookups.cpp); the
// originator has a deadline.
//
// Members that know different rings could send one round in a circle. A member that has had it
// before ends it: by one and the same ring, each step brings it nearer to its target.
#include "ring/lookup.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/membership.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

LookupHop own_hop(const NodeState& node) { return {node.config.id, node.config.advertised}; }

std::span<const LookupHop> path_with(Turn& turn, std::span<const LookupHop> path, LookupHop last) {
  const auto longer = turn.out.arena.array<LookupHop>(path.size() + 1);
  std::copy(path.begin(), path.end(), longer.begin());
  longer.back() = last;
  return longer;
}

/// Where one who is no member takes a lookup: by the full table to the owner, else to any member,
/// rather to one that answers.
const RingMember& entry_to(const NodeState& node, RingWay way, Position target, Random& random,
                           Now now) {
  const TokenRing& ring = node.ring.ring;
  if (way == RingWay::one_hop) return ring.member(ring.owner(target));
  const auto members = ring.members();
  const std::size_t first = random.below(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const RingMember& member = members[(first + i) % members.size()];
    if (is_reachable(node, member.id, now)) return member;
  }
  return members[first];
}

/// What a peer does with a lookup that has come to it, or begins here.
struct NextStep {
  bool here = false;
  PeerId next;
};
NextStep next_step(Turn& turn, RingWay way, Position target) {
  NodeState& node = turn.node;
  const TokenRing& ring = node.ring.ring;
  const auto self = ring.find(node.config.id);
  if (!self) return {false, entry_to(node, way, target, node.random, turn.now).id};
  const MemberStep step = lookup_step_around(way, ring, *self, target, [&](MemberNumber member) {
    return is_reachable(node, ring.member(member).id, turn.now);
  });
  return {step.here, ring.member(step.next).id};
}

/// Empty: it is on its way. Otherwise why not.
std::string forward(Turn& turn, const LookupStep& step, const PeerId& next, ConnectionId namer,
                    std::uint32_t detours) {
  NodeState& node = turn.node;
  const Member* member = node.ring.members.find(next);
  if (member == nullptr) return "the ring has changed";
  const std::string where = fmt::format("{} at {}", member->name, to_string(member->address));
  if (!is_reachable(node, next, turn.now) || detours > limits::kLookupDetours) {
    return fmt::format("{} does not answer", where);
  }
  if (node.ring.sent_lookups.size() >= limits::kLookupSteps) {
    return "too many lookups are under way";
  }
  if (!send_to_peer(turn, next, member->address, ConnectionKind::control, step)) {
    return fmt::format("no room for a connection to {}", where);
  }
  watch_lookup(turn, next, step, namer, detours);
  return {};
}

LookupPeer in_words(const NodeState& node, const LookupHop& hop) {
  LookupPeer peer{to_string(hop.address), to_string(hop.peer), {}};
  const Member* member = node.ring.members.find(hop.peer);
  if (hop.peer == node.config.id) {
    peer.name = node.config.name;
  } else if (member != nullptr) {
    peer.name = member->name;
  }
  return peer;
}

void finish(Turn& turn, const LookupOperation& lookup, bool found, std::span<const LookupHop> path,
            std::string lost_after) {
  LookupAnswer answer;
  answer.found = found;
  answer.via = lookup.way;
  answer.position = fmt::format("{:016x}", static_cast<std::uint64_t>(position_of(lookup.key)));
  for (const LookupHop& hop : path) answer.path.push_back(in_words(turn.node, hop));
  answer.forwards = static_cast<std::uint32_t>(path.empty() ? 0 : path.size() - 1);
  if (found) answer.owner = answer.path.back();
  answer.elapsed_ms = to_ms(turn.now.steady - lookup.asked);
  answer.lost_after = std::move(lost_after);
  reply(turn, lookup.handle, ClientAnswer(std::move(answer)));
}

/// Ends one of ours, if there is one of that ticket.
void end_ours(Turn& turn, std::uint64_t ticket, bool found, std::span<const LookupHop> path,
              std::string lost_after) {
  const auto operation = turn.node.ring.lookups.find(ticket);
  if (operation == turn.node.ring.lookups.end()) return;
  const LookupOperation ended = std::move(operation->second);
  turn.node.ring.lookups.erase(operation);
  finish(turn, ended, found, path, std::move(lost_after));
}

/// `namer`: who sent the step, and so named the originator's address; kNoConnection: it has gone.
void tell_originator(Turn& turn, ConnectionId namer, const LookupStep& step, bool found,
                     std::span<const LookupHop> path) {
  Connection* connection = turn.node.connections.find(namer);
  if (connection == nullptr) return;
  send_to_named(turn, *connection, step.originator, step.originator_address,
                LookupEnd{step.ticket, found, path});
}

bool has_been_at(std::span<const LookupHop> path, const PeerId& peer) {
  return std::any_of(path.begin(), path.end(),
                     [&](const LookupHop& hop) { return hop.peer == peer; });
}

bool is_well_formed(const LookupStep& step, const Connection& from) {
  return !step.path.empty() && step.path.front().peer == step.originator &&
         step.path.back().peer == from.peer && step.originator_address.port != 0 &&
         !step.originator_address.is_unspecified();
}

}  // namespace

void request_lookup(Turn& turn, RequestHandle handle, const LookupRequest& request) {
  NodeState& node = turn.node;
  if (request.key.empty() || request.key.size() > limits::kKey) {
    return reply(
        turn, handle,
        Error{"bad-key", "a key has 1 to 1024 bytes", fmt::format("1 to {} bytes", limits::kKey),
              fmt::format("{} bytes", request.key.size())});
  }
  if (node.ring.ring.empty()) {
    return reply(turn, handle, no_ring(node));
  }
  if (node.ring.lookups.size() >= limits::kRequests) {
    return reply(turn, handle, Error{"busy", "too many lookups are under way; ask again", "", ""});
  }
  ++node.counters.lookups;
  const Duration patience = request.timeout_ms == 0 ? Duration(limits::kLookupTimeout)
                                                    : std::chrono::milliseconds(request.timeout_ms);
  LookupOperation lookup{
      handle, request.via, request.key, turn.now.steady, turn.now.steady + patience, {}};
  const LookupHop self = own_hop(node);
  LookupStep step;
  step.ticket = node.random.next();
  step.way = request.via;
  step.target = static_cast<std::uint64_t>(position_of(request.key));
  step.originator = self.peer;
  step.originator_address = self.address;
  step.path = path_with(turn, {}, self);
  node.ring.lookups.emplace(step.ticket, std::move(lookup));
  pass_on(turn, step, kNoConnection, 0);
}

void pass_on(Turn& turn, const LookupStep& step, ConnectionId namer, std::uint32_t detours) {
  NodeState& node = turn.node;
  const auto own = node.ring.lookups.find(step.ticket);
  const bool is_own = step.originator == node.config.id;
  if (is_own && own == node.ring.lookups.end()) return;  // it has ended meanwhile
  bool found = false;
  std::string obstacle = "the ring has changed";
  if (!node.ring.ring.empty()) {
    const NextStep next = next_step(turn, step.way, Position{step.target});
    found = next.here;
    obstacle = found ? "" : forward(turn, step, next.next, namer, detours);
    if (!found && obstacle.empty()) {
      if (is_own) own->second.first = next.next;
      return;
    }
  }
  if (is_own) return end_ours(turn, step.ticket, found, step.path, std::move(obstacle));
  tell_originator(turn, namer, step, found, step.path);
}

void receive_lookup_step(Turn& turn, Connection& from, const LookupStep& received) {
  NodeState& node = turn.node;
  ++node.counters.lookup_steps;
  if (!is_well_formed(received, from)) return offence(turn, from, "a lookup that cannot be");
  const auto path = path_with(turn, received.path, own_hop(node));
  const bool runs_in_a_circle = has_been_at(received.path, node.config.id);
  const bool is_too_long = path.size() >= limits::kContainerLength;
  if (runs_in_a_circle || is_too_long || node.ring.ring.empty()) {
    return tell_originator(turn, from.id, received, false, path);
  }
  LookupStep step = received;
  step.path = path;
  pass_on(turn, step, from.id, 0);
}

void receive_lookup_end(Turn& turn, Connection& from, const LookupEnd& end) {
  NodeState& node = turn.node;
  if (node.ring.lookups.find(end.ticket) == node.ring.lookups.end()) return;  // its time was up
  const bool fits = end.path.size() >= 2 && end.path.front().peer == node.config.id &&
                    end.path.back().peer == from.peer;
  if (!fits) return offence(turn, from, "the end of another lookup");
  std::string lost_after;
  if (!end.found) {
    lost_after = fmt::format(
        "{} at {} could not pass it on: the next member does not answer, or "
        "knows another ring",
        name_of(from), to_string(end.path.back().address));
  }
  end_ours(turn, end.ticket, end.found, end.path, std::move(lost_after));
}

void cancel_membership(Turn& turn, RequestHandle handle) {
  std::erase_if(turn.node.ring.lookups,
                [&](const auto& entry) { return entry.second.handle == handle; });
  std::erase_if(turn.node.ring.leave_waits,
                [&](const LeaveWait& wait) { return wait.handle == handle; });
}

void end_overdue_lookups(Turn& turn) {
  std::vector<std::uint64_t> overdue;
  for (const auto& [ticket, lookup] : turn.node.ring.lookups) {
    if (lookup.deadline <= turn.now.steady) overdue.push_back(ticket);
  }
  for (const std::uint64_t ticket : overdue) {
    const LookupOperation& lookup = turn.node.ring.lookups.at(ticket);
    const Member* first = turn.node.ring.members.find(lookup.first);
    const LookupHop self = own_hop(turn.node);
    end_ours(turn, ticket, false, {&self, 1},
             fmt::format("no answer within {} ms after it went to {}",
                         to_ms(lookup.deadline - lookup.asked),
                         first == nullptr ? "the ring" : first->name));
  }
}

Instant lookup_deadline(const NodeState& node) {
  Instant next = kNever;
  for (const auto& [ticket, lookup] : node.ring.lookups) next = std::min(next, lookup.deadline);
  return next;
}

}  // namespace oxbow
