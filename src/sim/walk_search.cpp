#include "sim/walk_search.h"

#include <algorithm>
#include <chrono>

#include "base/limits.h"

namespace oxbow::sim {

WalkSearch::WalkSearch(SearchNetwork& network, WalkSettings settings)
    : network_(network),
      settings_(settings),
      ring_(network.latency.most),
      visits_(network.graph.peers()),
      visited_(network.graph.peers()),
      came_from_(settings.walkers, kNoPeer),
      heard_(settings.walkers),
      paths_(settings.keep_paths ? settings.walkers : 0) {}

void WalkSearch::forget_last() {
  for (const PeerNumber peer : reached_) {
    visits_[peer] = {};
    visited_.erase(peer);
  }
  reached_.clear();
  std::fill(heard_.begin(), heard_.end(), Heard{});
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
  outcome_.elapsed_ms = ended_ms();
  return outcome_;
}

void WalkSearch::heard_of(std::uint16_t walker, bool ends) { heard_[walker] = {ring_.now(), ends}; }

/// The search is over once no walker is under way; one of which nothing is heard counts as lost.
double WalkSearch::ended_ms() const {
  double last = 0;
  for (const Heard& walker : heard_) {
    const double heard = static_cast<double>(walker.at) * network_.latency.tick_ms;
    const double silence = std::chrono::duration<double, std::milli>(limits::kWalkSilence).count();
    last = std::max(last, walker.has_ended ? heard : heard + silence);
  }
  return last;
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
      const bool go_on = walker_goes_on(outcome_.found, settings_.all);
      heard_of(event.walker, !go_on);
      const Event reply{event.from, event.to, event.walker, event.steps, Kind::reply, go_on};
      return send(reply, outcome_.done_messages, network_.frames.walk_reply);
    }
    case Kind::reply:
      if (event.go_on) step_on(event.to, came_from_[event.walker], event.walker, event.steps);
      return;
    case Kind::hit:
      heard_of(event.walker, !settings_.all);
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
      return heard_of(event.walker, true);
  }
}

void WalkSearch::take_step(const Event& event) {
  const PeerNumber here = event.to;
  outcome_.max_hops = std::max<std::uint32_t>(outcome_.max_hops, event.steps);
  const bool is_first = visit(here);
  if (!is_first) ++outcome_.duplicates;
  const bool finds = is_first && holders_->contains(here);
  if (finds) {
    send({origin_, here, event.walker, event.steps, Kind::hit}, outcome_.hit_messages,
         network_.frames.walk_hit);
  }
  const auto left = static_cast<std::uint16_t>(settings_.steps - event.steps);
  switch (route_walker({event.steps, left}, finds, settings_.all)) {
    case WalkAction::answer:
      return;
    case WalkAction::end:
      return tell({origin_, here, event.walker, event.steps, Kind::end});
    case WalkAction::ask:
      came_from_[event.walker] = event.from;
      if (here != origin_) return tell({origin_, here, event.walker, event.steps, Kind::check});
      if (walker_goes_on(outcome_.found, settings_.all)) break;
      return heard_of(event.walker, true);
    case WalkAction::step:
      break;
  }
  step_on(here, event.from, event.walker, event.steps);
}

/// To the originator, which needs no message to tell itself.
void WalkSearch::tell(const Event& event) {
  if (event.from == origin_) return heard_of(event.walker, true);
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
  // A link's number is its place in the array of all neighbors: consecutive ones at one peer.
  const std::uint32_t first = network_.graph.first_neighbor(at);
  const auto number_of = [&](std::size_t i) {
    return LinkNumber{first + static_cast<std::uint32_t>(i)};
  };
  const auto is_usable = [&](std::size_t i) { return network_.is_there(neighbors[i], now_ms()); };
  const auto came_by = [&](std::size_t i) { return neighbors[i] == from; };
  const LinkNumber chosen = choose_link(visits_[at], neighbors.size(), number_of, came_by,
                                        is_usable, network_.random, choices_);
  if (chosen == kNoLink) return kNoPeer;
  return network_.graph.all_neighbors()[static_cast<std::uint32_t>(chosen)];
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
