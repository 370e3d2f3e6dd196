#include "node/silent_neighbors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "node/handlers.h"

namespace oxbow {

std::optional<LinkNumber> SilentNeighbors::take_due(Instant now) {
  for (auto& [link, due] : probes_) {
    if (due > now) continue;
    due = now + limits::kNeighborProbeEvery;
    return link;
  }
  return std::nullopt;
}

Instant SilentNeighbors::next_deadline() const {
  Instant next = kNever;
  for (const auto& [link, due] : probes_) next = std::min(next, due);
  return next;
}

void SilentNeighbors::dropped(Instant now, const PeerId& peer) {
  std::erase_if(dropped_, [&](const auto& known) { return known.second.forgotten() <= now; });
  if (dropped_.size() >= limits::kDroppedPeers && dropped_.count(peer) == 0) {
    dropped_.erase(std::min_element(dropped_.begin(), dropped_.end(), [](auto& a, auto& b) {
      return a.second.until < b.second.until;
    }));
  }
  Dropped& known = dropped_[peer];
  const Duration doubled = known.pause * 2;
  known.pause = std::clamp<Duration>(doubled, limits::kDroppedFirst, limits::kDroppedMost);
  known.until = now + known.pause;
}

std::optional<Duration> SilentNeighbors::refused(Instant now, const PeerId& peer) const {
  const auto known = dropped_.find(peer);
  if (known == dropped_.end() || known->second.until <= now) return std::nullopt;
  return known->second.until - now;
}

bool SilentNeighbors::is_doubted(Instant now, const PeerId& peer) const {
  const auto known = dropped_.find(peer);
  return known != dropped_.end() && known->second.forgotten() > now;
}

namespace {

bool others_are_enough(const NodeState& node) {
  return node.connections.links().size() > limits::kNeighborsEnough;
}

std::string condition_of(const Connection& connection) {
  return "unanswered/" + to_string(connection.peer);
}

/// A query that goes no further and that nobody waits for: any honest neighbor answers it at once.
void probe(Turn& turn, LinkNumber link) {
  NodeState& node = turn.node;
  if (node.echoes.full()) return;  // at the next time
  Query query;
  query.id = draw_request_id(node.random, node.config.secret);
  query.ttl = 1;
  query.flags = query_flags::kReport;
  query.pattern = turn.out.arena.copy(to_string(query.id));  // a key that nobody has
  EchoState state;
  state.ttl = query.ttl;
  sent_copies(state, 1, 0);
  node.echoes.open(turn.now.steady, {query.id, 0}, state, {&link, 1});
  turn.out.send(link, query);
  ++node.counters.neighbor_probes;
}

void drop(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  if (!others_are_enough(node)) return;  // it is kept, skipped and probed
  ++node.counters.neighbors_dropped;
  node.silent.dropped(turn.now.steady, connection.peer);
  constexpr std::string_view kWhy = "it leaves queries unanswered";
  log_standing(turn, Severity::warning, connection.id, "dropped/" + to_string(connection.peer),
               fmt::format("ended the link to {}: {}", name_of(connection), kWhy));
  if (node.ring.ring.find(connection.peer)) {  // as a member it may do what it has to
    turn.out.send(connection.id, LinkChange{LinkAction::end});
    end_link(turn, connection, kWhy);
  } else {
    hang_up(turn, connection, "unanswered", kWhy, Severity::debug);
  }
}

}  // namespace

void copy_answered(Turn& turn, Connection& from) {
  const bool was_skipped = from.answers.is_skipped();
  from.answers.answered();
  if (!was_skipped) return;
  turn.node.silent.forget(from.id);
  standing_ended(turn, condition_of(from));
}

void copies_timed_out(Turn& turn, std::span<const LinkNumber> links) {
  NodeState& node = turn.node;
  for (const LinkNumber link : links) {
    Connection* connection = node.connections.find(link);
    if (connection == nullptr || !connection->linked) continue;
    const auto before = connection->answers.state();
    connection->answers.timed_out(turn.now.steady);
    const auto state = connection->answers.state();
    if (before == AnswerRecord::State::asked && connection->answers.is_skipped()) {
      node.silent.skipped(turn.now.steady, link);
      log_standing(turn, Severity::warning, link, condition_of(*connection),
                   fmt::format("{} leaves queries unanswered: searches go without it",
                               name_of(*connection)));
      give_up_copies(turn, link, marks::kFaulty, TraceKind::copy_timed_out);
      connection = node.connections.find(link);
    }
    if (state == AnswerRecord::State::given_up && connection != nullptr) drop(turn, *connection);
  }
}

void silent_link_up(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  connection.answers = AnswerRecord();
  if (!node.silent.is_doubted(turn.now.steady, connection.peer)) return;
  connection.answers.begin_skipped(turn.now.steady);
  node.silent.skipped(turn.now.steady, connection.id);
}

void silent_link_down(Turn& turn, Connection& connection) {
  if (connection.answers.is_skipped()) turn.node.silent.forget(connection.id);
}

std::optional<Duration> link_refused_for(const Turn& turn, const PeerId& peer) {
  if (turn.node.connections.links().size() < limits::kNeighborsEnough) return std::nullopt;
  return turn.node.silent.refused(turn.now.steady, peer);
}

void probe_silent_neighbors(Turn& turn) {
  NodeState& node = turn.node;
  while (const auto link = node.silent.take_due(turn.now.steady)) {
    if (node.connections.is_living_link(*link)) {
      probe(turn, *link);
    } else {
      node.silent.forget(*link);
    }
  }
}

}  // namespace oxbow
