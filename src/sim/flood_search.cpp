#include "sim/flood_search.h"

#include <algorithm>
#include <limits>

#include "base/limits.h"

namespace oxbow::sim {

namespace {

constexpr Tick kNoTick = std::numeric_limits<Tick>::max();

std::uint64_t later_key(PeerNumber peer, std::uint16_t number) {
  return std::uint64_t{peer} << 16 | number;
}

}  // namespace

FloodSearch::FloodSearch(SearchNetwork& network, FloodSettings settings)
    : network_(network),
      settings_(settings),
      peers_(std::size_t{network.graph.peers()} + 1),
      ring_(network.latency.most) {
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    peers_[peer].first_link = network.graph.first_neighbor(static_cast<PeerNumber>(peer));
  }
}

void FloodSearch::forget_last() {
  for (const PeerNumber peer : reached_) {
    peers_[peer].seen = {};
    peers_[peer].upstream = kNoPeer;
  }
  reached_.clear();
  answering_.clear();
  ring_.reset();
  outcome_ = {};
  first_holder_ = kNoPeer;
  reported_ = {};
  ended_ = 0;
  if (!keeps_forwardings()) return;
  echoes_.resize(network_.graph.peers());
  later_peers_.clear();
  later_.clear();
  patience_.clear();
}

SearchOutcome FloodSearch::run(PeerNumber origin, const PeerSet& holders, FloodTtl ttl) {
  OXBOW_ASSERT(ttl > 0, "a flood goes one link far at least");
  forget_last();
  holders_ = &holders;
  origin_ = origin;
  reached_.push_back(origin);
  Peer& self = peers_[origin];
  self.seen.best_ttl = std::numeric_limits<FloodTtl>::max();  // never routed on again
  self.seen.routes_on = true;
  self.seen.forwardings = 1;
  if (holders.contains(origin)) {
    outcome_.found = true;
    outcome_.hops_first_hit = 0;
    outcome_.latency_first_hit_ms = 0;
    first_holder_ = origin;
    if (!settings_.all) return outcome_;
  }
  const double round_trip_ms = 2 * network_.latency.most * network_.latency.tick_ms;
  const bool is_safe = network_.loss == 0 && network_.availability == nullptr;
  may_run_out_ = settings_.reports && (!is_safe || round_trip_ms >= limits::kPatience.count());
  const bool is_watched = steps_ != nullptr || network_.handled != nullptr;
  const bool is_plain = is_safe && !keeps_forwardings() && !is_watched;
  const BasicDecision<FloodTtl> first{Action::forward, ttl, 0, 0};
  std::visit(
      [&](const auto& latency) {
        using Latency = std::decay_t<decltype(latency)>;
        if (is_plain) {
          spread<Latency, true>(latency, origin, kNoPeer, first);
          return drive<Latency, true>(latency);
        }
        if (keeps_forwardings()) {
          echoes_[origin] = {};
          echoes_[origin].totals.peers = 1;
        }
        const std::uint32_t copies = spread<Latency, false>(latency, origin, kNoPeer, first);
        if (settings_.reports) {
          sent_copies(echoes_[origin], copies, 0);
          wait_for_answers(latency, origin, ttl);
        }
        drive<Latency, false>(latency);
      },
      network_.latency.draw);

  outcome_.peers_reached = reached_.size();
  if (!settings_.reports) ended_ = ring_.now();
  outcome_.elapsed_ms = static_cast<double>(ended_) * network_.latency.tick_ms;
  outcome_.bytes = outcome_.query_messages * network_.frames.query +
                   outcome_.hit_messages * network_.frames.hit +
                   outcome_.done_messages * network_.frames.query_done;
  return outcome_;
}

template <class Latency, bool kPlain>
void FloodSearch::drive(const Latency& latency) {
  const auto look = [this](const Event& event) {
    __builtin_prefetch(&peers_[event.to], 1);
    if constexpr (!kPlain) {
      if (!keeps_forwardings()) return;
      __builtin_prefetch(&echoes_[event.to], 1);
      if (event.kind == Kind::done) __builtin_prefetch(&echoes_[told_by(event)]);
    }
  };
  const auto take = [&](const Event& event) {
    if constexpr (!kPlain) {
      if (!network_.is_there(event.to, now_ms())) {
        if (event.kind == Kind::query) ++outcome_.lost;
        return;
      }
      network_.handles_one(event.to);
    }
    if (event.kind == Kind::query) return receive_query<Latency, kPlain>(latency, event);
    if (event.kind == Kind::hit) return receive_hit(latency, event);
    receive_done(latency, event);
  };
  for (;;) {
    if constexpr (!kPlain) {
      const Tick patience = next_patience();
      const Tick next = ring_.empty() ? kNoTick : ring_.next_tick();
      if (patience < next) {
        ring_.skip_to(patience);
        end_patience(latency);
        continue;
      }
    }
    if (ring_.empty()) return;
    ring_.run_tick(look, take);
  }
}

template <class Latency, bool kPlain>
void FloodSearch::receive_query(const Latency& latency, const Event& query) {
  Peer& peer = peers_[query.to];
  const bool is_first = peer.seen.best_ttl == 0;
  if constexpr (!kPlain) note(query, latency(query.from, query.to), is_first);
  if (!is_first) {
    ++outcome_.duplicates;
    if constexpr (kPlain) {
      route_again(peer.seen, {query.ttl, query.hops}, Duplicates::drop);
    } else {
      receive_again(latency, peer, query);
    }
    return;
  }
  peer.upstream = query.from;
  reached_.push_back(query.to);
  outcome_.max_hops = std::max<std::uint32_t>(outcome_.max_hops, query.hops + 1U);
  const bool holds = holders_->contains(query.to);
  const auto decision = route_first(peer.seen, {query.ttl, query.hops}, holds, settings_.all);
  EchoState* echo = nullptr;
  if constexpr (!kPlain) {
    if (keeps_forwardings()) {
      echo = &echoes_[query.to];
      *echo = {};
      echo->totals = oxbow::reached(static_cast<std::uint8_t>(std::min<int>(query.hops, 255)));
      echo->upstream = LinkNumber{query.from};
      echo->upstream_number = query.number;
    }
  }
  if (holds) {
    const auto hops = static_cast<FloodTtl>(query.hops + 1);
    const std::size_t index = std::min<std::size_t>(answering_.size(), 0xffffff);
    answering_.push_back(query.to);
    send_hit(latency, {0, query.to, static_cast<FloodTtl>(index), hops, 0, Kind::hit,
                       static_cast<std::uint8_t>(index >> 16)});
    if (echo != nullptr) ++echo->totals.hit_messages;
  }
  std::uint32_t copies = 0;
  if (decision.action == Action::forward) {
    copies = spread<Latency, kPlain>(latency, query.to, query.from, decision);
  }
  if constexpr (!kPlain) {
    if (!settings_.reports) return;
    sent_copies(*echo, copies, 0);
    if (copies == 0) return finish(latency, query.to);
    wait_for_answers(latency, query.to, decision.ttl);
  }
}

template <class Latency>
void FloodSearch::receive_again(const Latency& latency, Peer& peer, const Event& query) {
  const auto decision = route_again(peer.seen, {query.ttl, query.hops}, settings_.duplicates);
  if (decision.action != Action::forward) {
    if (!settings_.reports) return;
    ++outcome_.done_messages;
    return send(latency, {query.from, query.to, 0, 0, query.number, Kind::done_duplicate});
  }
  const auto forwarding = static_cast<Forwarding>(echoes_.size());
  EchoState state;
  state.totals = duplicate();
  state.upstream = LinkNumber{query.from};
  state.upstream_number = query.number;
  echoes_.push_back(state);
  later_peers_.push_back(query.to);
  later_.emplace(later_key(query.to, decision.number), forwarding);
  const std::uint32_t copies = spread<Latency, false>(latency, query.to, query.from, decision);
  if (!settings_.reports) return;
  sent_copies(echoes_[forwarding], copies, 0);
  if (copies == 0) return finish(latency, forwarding);
  wait_for_answers(latency, forwarding, decision.ttl);
}

template <class Latency, bool kPlain>
std::uint32_t FloodSearch::spread(const Latency& latency, PeerNumber from, PeerNumber except,
                                  BasicDecision<FloodTtl> decision) {
  const PeerNumber* const neighbors = network_.graph.all_neighbors();
  const PeerNumber* const end = neighbors + peers_[from + 1].first_link;
  std::uint32_t copies = 0;
  for (const PeerNumber* to = neighbors + peers_[from].first_link; to != end; ++to) {
    if (*to == except) continue;
    if constexpr (!kPlain) {
      if (!network_.is_there(*to, now_ms())) continue;
    }
    ++copies;
    const Event copy{*to, from, decision.ttl, decision.hops, decision.number, Kind::query};
    if constexpr (kPlain) {
      ring_.push(latency(from, *to), copy);
    } else {
      send(latency, copy);
    }
  }
  outcome_.query_messages += copies;
  return copies;
}

template <class Latency>
void FloodSearch::send(const Latency& latency, const Event& event) {
  if (network_.loses_one()) {
    if (event.kind == Kind::query) ++outcome_.lost;
    return;
  }
  ring_.push(latency(event.from, event.to), event);
}

/// Onwards from `hit.from`, as an answer to that peer's forwarding `hit.number`.
template <class Latency>
void FloodSearch::send_hit(const Latency& latency, Event hit) {
  hit.to = peers_[hit.from].upstream;
  if (keeps_forwardings()) {
    const EchoState& state = echoes_[forwarding_of(hit.from, hit.number)];
    hit.to = static_cast<PeerNumber>(state.upstream);
    hit.number = state.upstream_number;
  }
  ++outcome_.hit_messages;
  send(latency, hit);
}

template <class Latency>
void FloodSearch::receive_hit(const Latency& latency, const Event& hit) {
  note(hit, latency(hit.from, hit.to), true);
  if (hit.to != origin_) {
    if (settings_.reports) {
      EchoState& state = echoes_[forwarding_of(hit.to, hit.number)];
      if (!is_complete(state)) ++state.totals.hit_messages;
    }
    Event onward = hit;
    onward.from = hit.to;
    return send_hit(latency, onward);
  }
  outcome_.found = true;
  if (outcome_.hops_first_hit) return;
  outcome_.hops_first_hit = hit.hops;
  outcome_.latency_first_hit_ms = now_ms();
  first_holder_ = answering_[hit.ttl | std::size_t{hit.high} << 16];
}

template <class Latency>
void FloodSearch::receive_done(const Latency& latency, const Event& done) {
  note(done, latency(done.from, done.to), true);
  const Forwarding forwarding = forwarding_of(done.to, done.number);
  EchoState& state = echoes_[forwarding];
  if (state.outstanding == 0) return;  // it has run out of patience
  answered(state, done.kind == Kind::done_duplicate ? duplicate() : echoes_[told_by(done)].totals);
  if (is_complete(state)) finish(latency, forwarding);
}

template <class Latency>
void FloodSearch::wait_for_answers(const Latency& latency, Forwarding forwarding, FloodTtl ttl) {
  EchoState& state = echoes_[forwarding];
  if (is_complete(state)) return finish(latency, forwarding);
  if (!may_run_out_) return;
  const double patience = static_cast<double>(limits::kPatience.count()) * ttl;
  const auto ticks = static_cast<Tick>(patience / network_.latency.tick_ms) + 1;
  patience_[ttl].push_back({ring_.now() + ticks, forwarding});
}

template <class Latency>
void FloodSearch::finish(const Latency& latency, Forwarding forwarding) {
  const EchoState& state = echoes_[forwarding];
  const PeerNumber peer = peer_of(forwarding);
  if (peer == origin_) {
    reported_ = state.totals;
    ended_ = ring_.now();
    return;
  }
  ++outcome_.done_messages;
  send(latency, {static_cast<PeerNumber>(state.upstream), peer, static_cast<FloodTtl>(forwarding),
                 static_cast<FloodTtl>(forwarding >> 16), state.upstream_number, Kind::done});
}

Tick FloodSearch::next_patience() const {
  Tick next = kNoTick;
  for (const auto& [ttl, waiting] : patience_) {
    if (!waiting.empty()) next = std::min(next, waiting.front().ends);
  }
  return next;
}

template <class Latency>
void FloodSearch::end_patience(const Latency& latency) {
  for (auto& [ttl, waiting] : patience_) {
    while (!waiting.empty() && waiting.front().ends <= ring_.now()) {
      const Forwarding forwarding = waiting.front().forwarding;
      waiting.pop_front();
      EchoState& state = echoes_[forwarding];
      if (is_complete(state) || !network_.is_there(peer_of(forwarding), now_ms())) continue;
      gave_up(state, state.outstanding, marks::kTimedOut);
      finish(latency, forwarding);
    }
  }
}

FloodSearch::Forwarding FloodSearch::forwarding_of(PeerNumber peer, std::uint16_t number) const {
  return number == 0 ? peer : later_.at(later_key(peer, number));
}

PeerNumber FloodSearch::peer_of(Forwarding forwarding) const {
  const std::uint32_t peers = network_.graph.peers();
  return forwarding < peers ? forwarding : later_peers_[forwarding - peers];
}

void FloodSearch::note(const Event& event, std::uint32_t ticks, bool is_first) {
  if (steps_ == nullptr) return;
  FloodStep step;
  if (event.kind == Kind::hit) {
    step.kind = FloodStep::Kind::hit;
  } else if (event.kind == Kind::query) {
    step.kind = is_first ? FloodStep::Kind::first_copy : FloodStep::Kind::duplicate;
  } else {
    step.kind = FloodStep::Kind::done;
  }
  step.from = event.from;
  step.to = event.to;
  step.hops = event.kind == Kind::done ? 0 : event.hops;
  step.arrived_ms = now_ms();
  step.sent_ms = step.arrived_ms - ticks * network_.latency.tick_ms;
  steps_->push_back(step);
}

}  // namespace oxbow::sim
