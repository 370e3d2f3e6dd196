#include "sim/walk_search.h"

#include <algorithm>

#include "base/limits.h"

namespace oxbow::sim {

WalkSearch::WalkSearch(SearchNetwork& network, WalkSettings settings)
    : network_(network),
      settings_(settings),
      ring_(network.latency.most),
      sent_(network.graph.peers()),
      visited_(network.graph.peers()),
      came_from_(settings.walkers, kNoPeer),
      paths_(settings.keep_paths ? settings.walkers : 0) {}

void WalkSearch::forget_last() {
  for (const PeerNumber peer : reached_) {
    sent_[peer] = 0;
    visited_.erase(peer);
  }
  reached_.clear();
  for (auto& path : paths_) path.clear();
  path_.clear();
  ring_.reset();
  outcome_ = {};
}

SearchOutcome WalkSearch::run(PeerNumber origin, const PeerSet& holders) {
  forget_last();
  origin_ = origin;
  holders_ = &holders;
  visit(origin);
  if (holders.contains(origin)) {
    outcome_.found = true;
    outcome_.hops_first_hit = 0;
    outcome_.latency_first_hit_ms = 0;
    if (!settings_.all) return outcome_;
  }
  for (std::uint32_t walker = 0; walker < settings_.walkers; ++walker) {
    step_on(origin, kNoPeer, static_cast<std::uint16_t>(walker), 0);
  }
  while (!ring_.empty()) {
    ring_.run_tick([](const Event&) {}, [this](const Event& event) { take(event); });
  }
  outcome_.peers_reached = reached_.size();
  outcome_.elapsed_ms = now_ms();
  return outcome_;
}

bool WalkSearch::visit(PeerNumber peer) {
  if (!visited_.insert(peer)) return false;
  reached_.push_back(peer);
  return true;
}

void WalkSearch::take(const Event& event) {
  if (!network_.is_there(event.to, now_ms())) {
    if (event.kind == Kind::step) ++outcome_.lost;
    return;
  }
  network_.handles_one(event.to);
  switch (event.kind) {
    case Kind::step:
      return take_step(event);
    case Kind::check: {
      const Event reply{event.from,  event.to,    event.walker,
                        event.steps, Kind::reply, !is_satisfied()};
      return send(reply, outcome_.done_messages, network_.frames.walk_reply);
    }
    case Kind::reply:
      if (event.go_on) step_on(event.to, came_from_[event.walker], event.walker, event.steps);
      return;
    case Kind::hit:
      outcome_.found = true;
      if (outcome_.hops_first_hit) return;
      outcome_.hops_first_hit = event.steps;
      outcome_.latency_first_hit_ms = now_ms();
      if (settings_.keep_paths) {
        path_.assign(paths_[event.walker].begin(), paths_[event.walker].begin() + event.steps);
        path_.push_back(event.from);
      }
      return;
    case Kind::end:
      return;
  }
}

void WalkSearch::take_step(const Event& event) {
  const PeerNumber here = event.to;
  outcome_.max_hops = std::max<std::uint32_t>(outcome_.max_hops, event.steps);
  if (!visit(here)) {
    ++outcome_.duplicates;
  } else if (holders_->contains(here)) {
    send({origin_, here, event.walker, event.steps, Kind::hit}, outcome_.hit_messages,
         network_.frames.walk_hit);
    if (!settings_.all) return;
  }
  if (event.steps >= settings_.steps) {
    return tell({origin_, here, event.walker, event.steps, Kind::end});
  }
  if (event.steps % limits::kWalkCheckEvery != 0) {
    return step_on(here, event.from, event.walker, event.steps);
  }
  came_from_[event.walker] = event.from;
  if (here != origin_) return tell({origin_, here, event.walker, event.steps, Kind::check});
  if (!is_satisfied()) step_on(here, event.from, event.walker, event.steps);
}

/// To the originator, which needs no message to tell itself.
void WalkSearch::tell(const Event& event) {
  if (event.from == origin_) return;
  send(event, outcome_.done_messages, network_.frames.walk_check);
}

void WalkSearch::step_on(PeerNumber at, PeerNumber from, std::uint16_t walker,
                         std::uint16_t steps) {
  const PeerNumber to = choose(at, from);
  if (to == kNoPeer) return tell({origin_, at, walker, steps, Kind::end});
  if (settings_.keep_paths) paths_[walker].push_back(at);
  send({to, at, walker, static_cast<std::uint16_t>(steps + 1), Kind::step}, outcome_.query_messages,
       network_.frames.walk);
}

PeerNumber WalkSearch::choose(PeerNumber at, PeerNumber from) {
  const auto neighbors = network_.graph.neighbors(at);
  std::uint64_t& sent = sent_[at];
  const auto is_unsent = [&](std::size_t i) {
    return neighbors[i] != from && (sent >> (i % 64) & 1) == 0;
  };
  choice_.clear();
  for (const bool any : {false, true}) {
    for (std::size_t i = 0; i < neighbors.size(); ++i) {
      if (!any && !is_unsent(i)) continue;
      if (!network_.is_there(neighbors[i], now_ms())) continue;
      choice_.push_back(static_cast<PeerNumber>(i));
    }
    if (!choice_.empty()) break;
  }
  if (choice_.empty()) return kNoPeer;
  const PeerNumber chosen = choice_[network_.random.below(choice_.size())];
  sent |= std::uint64_t{1} << (chosen % 64);
  return neighbors[chosen];
}

void WalkSearch::send(const Event& event, std::uint64_t& counter, std::uint32_t bytes) {
  ++counter;
  outcome_.bytes += bytes;
  if (network_.loses_one()) {
    if (event.kind == Kind::step) ++outcome_.lost;
    return;
  }
  ring_.push(network_.latency(event.from, event.to), event);
}

}  // namespace oxbow::sim
