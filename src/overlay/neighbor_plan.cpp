#include "overlay/neighbor_plan.h"

#include <algorithm>

namespace oxbow {

namespace {

std::size_t port_of(std::string_view digits) {
  std::size_t port = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return 0;
    port = port * 10 + static_cast<std::size_t>(digit - '0');
  }
  return digits.size() <= 5 && port <= 65'535 ? port : 0;
}

bool is_target(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (text.size() > limits::kTarget || colon == std::string_view::npos || colon == 0) return false;
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) != 0x7f;
  });
  return visible && port_of(text.substr(colon + 1)) != 0;
}

}  // namespace

Duration dial_backoff(std::uint32_t failures, double jitter) {
  OXBOW_ASSERT(failures > 0, "there is no back-off before the first failure");
  const std::uint32_t doublings = std::min<std::uint32_t>(failures - 1, 16);
  const Duration plain = std::min<Duration>(Duration(limits::kDialBackoffFirst) * (1U << doublings),
                                            limits::kDialBackoffMost);
  const double scaled = static_cast<double>(plain.count()) * (0.75 + 0.5 * jitter);
  return Duration(static_cast<Duration::rep>(scaled));
}

NeighborPlan::NeighborPlan(const Settings& settings, Random random)
    : settings_(settings), random_(random) {
  schedule();
}

ConfiguredNeighbor* NeighborPlan::find(std::string_view target) {
  const auto found =
      std::find_if(configured_.begin(), configured_.end(),
                   [&](const ConfiguredNeighbor& known) { return known.target == target; });
  return found == configured_.end() ? nullptr : &*found;
}

Result<bool> NeighborPlan::add(Instant now, std::string_view target) {
  if (!is_target(target)) {
    return Error{"bad-address", "not an address to dial", "HOST:PORT, such as 127.0.0.1:7401",
                 std::string(target.substr(0, limits::kTarget))};
  }
  if (find(target) != nullptr) return false;
  if (configured_.size() >= limits::kConfiguredNeighbors) {
    return Error{"full", "too many configured neighbors (remove one first)",
                 "at most " + std::to_string(limits::kConfiguredNeighbors), "one more"};
  }
  ConfiguredNeighbor added;
  added.target = target;
  added.retry_at = now;
  configured_.push_back(std::move(added));
  schedule();
  return true;
}

bool NeighborPlan::remove(std::string_view target) {
  const ConfiguredNeighbor* known = find(target);
  if (known == nullptr) return false;
  configured_.erase(configured_.begin() + (known - configured_.data()));
  schedule();
  return true;
}

void NeighborPlan::take_due(Instant now, std::vector<std::string_view>& targets) {
  for (ConfiguredNeighbor& neighbor : configured_) {
    if (neighbor.state != TargetState::waiting || neighbor.retry_at > now) continue;
    neighbor.state = TargetState::dialling;
    targets.push_back(neighbor.target);
  }
  schedule();
}

bool NeighborPlan::may_discover() const {
  return !settings_.is_static && discovering_.empty() && linked_.size() < settings_.minimum_degree;
}

bool NeighborPlan::wants_candidate(Instant now) {
  if (!may_discover() || now < next_discovery_) return false;
  next_discovery_ = now + limits::kDiscoverEvery;
  schedule();
  return true;
}

void NeighborPlan::discovery_started(std::string_view target) {
  OXBOW_ASSERT(discovering_.empty() && !target.empty(), "one discovered peer is dialled at a time");
  discovering_ = target;
  schedule();
}

void NeighborPlan::wait(Instant now, ConfiguredNeighbor& neighbor, std::string_view why) {
  neighbor.state = TargetState::waiting;
  neighbor.retry_at = now + dial_backoff(++neighbor.failures, random_.unit());
  neighbor.last_error = why.substr(0, limits::kReason);
}

void NeighborPlan::dial_failed(Instant now, std::string_view target, std::string_view why) {
  if (target == discovering_) discovering_.clear();
  ConfiguredNeighbor* neighbor = find(target);
  // Linked already: the dial was a duplicate of a connection that is up.
  if (neighbor != nullptr && neighbor->state == TargetState::dialling) wait(now, *neighbor, why);
  schedule();
}

void NeighborPlan::explain(const PeerId& peer, std::string_view why) {
  for (ConfiguredNeighbor& neighbor : configured_) {
    const bool failed = neighbor.state == TargetState::waiting && neighbor.failures > 0;
    if (failed && neighbor.peer == peer) neighbor.last_error = why.substr(0, limits::kReason);
  }
}

void NeighborPlan::reached(std::string_view target, const PeerId& peer) {
  if (target == discovering_) discovering_.clear();
  ConfiguredNeighbor* neighbor = find(target);
  if (neighbor != nullptr) belongs_to(*neighbor, peer);
  schedule();
}

void NeighborPlan::belongs_to(ConfiguredNeighbor& neighbor, const PeerId& peer) {
  neighbor.peer = peer;
  if (peer == settings_.self) {
    neighbor.state = TargetState::self;
    neighbor.last_error = "this address is the peer's own";
  } else if (linked_.contains(peer)) {
    mark_linked(neighbor);
  } else if (neighbor.state == TargetState::linked) {
    neighbor.state = TargetState::waiting;  // the link is to the peer that was here before
  }
}

void NeighborPlan::mark_linked(ConfiguredNeighbor& neighbor) {
  neighbor.state = TargetState::linked;
  neighbor.failures = 0;
  neighbor.last_error.clear();
}

void NeighborPlan::link_up(Instant now, const PeerId& peer) {
  if (linked_.empty()) {
    for (ConfiguredNeighbor& neighbor : configured_) {
      if (neighbor.state != TargetState::waiting) continue;
      neighbor.retry_at = std::min(neighbor.retry_at, now + dial_backoff(1, random_.unit()));
    }
  }
  linked_.insert(peer);
  for (ConfiguredNeighbor& neighbor : configured_) {
    if (neighbor.peer == peer) mark_linked(neighbor);
  }
  schedule();
}

void NeighborPlan::link_down(Instant now, const PeerId& peer, std::string_view why) {
  linked_.erase(peer);
  for (ConfiguredNeighbor& neighbor : configured_) {
    if (neighbor.state == TargetState::linked && neighbor.peer == peer) wait(now, neighbor, why);
  }
  schedule();
}

void NeighborPlan::can_be_reached(Instant now, const PeerId& peer) {
  for (ConfiguredNeighbor& neighbor : configured_) {
    if (neighbor.state != TargetState::waiting || neighbor.peer != peer) continue;
    neighbor.retry_at = std::min(neighbor.retry_at, now);
  }
  schedule();
}

const ConfiguredNeighbor* NeighborPlan::first_missing() const {
  const auto missing =
      std::find_if(configured_.begin(), configured_.end(), [](const ConfiguredNeighbor& neighbor) {
        return neighbor.state == TargetState::waiting || neighbor.state == TargetState::dialling;
      });
  return missing == configured_.end() ? nullptr : &*missing;
}

void NeighborPlan::schedule() {
  next_deadline_ = may_discover() ? next_discovery_ : kNever;
  for (const ConfiguredNeighbor& neighbor : configured_) {
    if (neighbor.state != TargetState::waiting) continue;
    next_deadline_ = std::min(next_deadline_, neighbor.retry_at);
  }
}

}  // namespace oxbow
