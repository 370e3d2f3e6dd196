// Which neighbors to keep up, and when to dial: the configured ones for ever, with exponential
// back-off; and while the degree is below the minimum, discovered ones, one at a time. It decides
// and remembers; who dials, and what comes of it, it is told.
//
//              take_due()                 reached() or link_up() of its peer
//   waiting ----------------> dialling ----------------------------------> linked
//      ^  ^                      |                                            |
//      |  +----------------------+                                            |
//      |      dial_failed()              link_down(): the first back-off again |
//      +-----------------------------------------------------------------------+
//
// A target that turns out to be this peer itself (`self`) is not dialled again.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/time.h"

namespace oxbow {

/// How long to wait before the next dial after `failures` (from 1) in a row: limits::
/// kDialBackoffFirst, doubled each time up to kDialBackoffMost, times 0.75 to 1.25 as `jitter`
/// goes from 0 to 1, so that peers that lost each other at one moment don't dial at one moment.
Duration dial_backoff(std::uint32_t failures, double jitter);

enum class TargetState : std::uint8_t { waiting, dialling, linked, self };

/// A neighbor that is kept up.
struct ConfiguredNeighbor {
  std::string target;  ///< HOST:PORT, as it was given
  TargetState state = TargetState::waiting;
  Instant retry_at{};          ///< while waiting
  std::uint32_t failures = 0;  ///< dials in a row that failed; a lost link counts as the first
  std::optional<PeerId> peer;  ///< who answered there last
  std::string last_error;      ///< empty: none since the last link
};

class NeighborPlan {
 public:
  struct Settings {
    PeerId self;
    bool is_static = false;  ///< nothing is discovered
    std::uint32_t minimum_degree = limits::kMinimumDegree;
  };
  NeighborPlan(const Settings& settings, Random random);

  /// Keeps up one more neighbor, to be dialled at once. False: it was configured already. Errors:
  /// "bad-address", "full" (limits::kConfiguredNeighbors).
  Result<bool> add(Instant now, std::string_view target);
  /// False: it was not configured. A link to it, or a dial under way, is the caller's to end.
  bool remove(std::string_view target);

  /// Appends the configured targets that are to be dialled now; from then on they are `dialling`,
  /// until dial_failed() or a link. The views live until the plan is changed by add() or remove().
  void take_due(Instant now, std::vector<std::string_view>& targets);

  /// Whether a discovered peer is to be dialled now: the degree is below the minimum, no other such
  /// dial is under way, and limits::kDiscoverEvery has passed since the last time that this was
  /// true. If there is an address to dial, tell discovery_started().
  bool wants_candidate(Instant now);
  void discovery_started(std::string_view target);

  /// The dial to `target` has ended without a link: not connected, no hello, or refused. (For a
  /// duplicate of a connection that the other side had dialled: after reached().) Targets that are
  /// not in the plan are ignored, here and in reached().
  void dial_failed(Instant now, std::string_view target, std::string_view why);
  /// Why the last dial to `peer` brought no link, in its own words.
  void explain(const PeerId& peer, std::string_view why);
  /// `peer` answered at `target` (or says that it listens there), which ends a discovery; a link or
  /// dial_failed() follows.
  void reached(std::string_view target, const PeerId& peer);
  /// The first link to `peer` is up, whoever dialled; the last one has ended. With the first of all
  /// links this peer is alone no longer: what waits is due within the first back-off.
  void link_up(Instant now, const PeerId& peer);
  void link_down(Instant now, const PeerId& peer, std::string_view why);
  /// A sign that `peer` can be reached (it has connected, say): a configured target of it that
  /// waits is due at once.
  void can_be_reached(Instant now, const PeerId& peer);

  /// When take_due() or wants_candidate() next has something; kNever: not before another input.
  Instant next_deadline() const { return next_deadline_; }

  std::size_t degree() const { return linked_.size(); }  ///< peers with a link
  std::span<const ConfiguredNeighbor> configured() const { return configured_; }  ///< as added
  /// The first configured target without a link; null: all of them are up.
  const ConfiguredNeighbor* first_missing() const;

 private:
  ConfiguredNeighbor* find(std::string_view target);
  void belongs_to(ConfiguredNeighbor& neighbor, const PeerId& peer);
  void mark_linked(ConfiguredNeighbor& neighbor);
  void wait(Instant now, ConfiguredNeighbor& neighbor, std::string_view why);
  bool may_discover() const;
  void schedule();

  Settings settings_;
  Random random_;
  std::vector<ConfiguredNeighbor> configured_;
  std::set<PeerId> linked_;
  std::string discovering_;  // the target of the dial under way; empty: none
  Instant next_discovery_{};
  Instant next_deadline_ = kNever;
};

}  // namespace oxbow
