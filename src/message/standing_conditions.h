// What stands for a while and shows itself again and again (a copy that cannot be read, a peer that
// is refused each time it dials): it is told once, counted while it goes on, and told once more,
// with the count, when it is over. Bounded: when there are too many at a time, further ones are
// told as a number alone, so that no stranger fills a log with ever new ones.
//
//   unknown ──happened: told──▶ standing ──happened: counted──▶ standing
//      ▲                           │
//      └── ended: told; or quiet for limits::kStandingQuiet: told, if it was counted
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/time.h"
#include "message/outbox.h"

namespace oxbow {

/// How one is known to be over.
enum class StandsUntil : std::uint8_t {
  quiet,  ///< when it has not happened for limits::kStandingQuiet; or by ended()
  ended,  ///< by ended() alone: what shows it again may take any time
};

class StandingConditions {
 public:
  explicit StandingConditions(std::size_t most = limits::kStandingConditions) : most_(most) {}

  /// It shows itself. `condition` says which and whom it concerns, but nothing that differs each
  /// time; `text` is what the log is told of it. True: it is new, so it is to be told; else it is a
  /// line for debugging at most.
  bool happened(Instant now, Severity severity, std::string_view condition, std::string_view text,
                StandsUntil until = StandsUntil::quiet);
  /// It is over, if it stood. What there is to tell of that comes from take_line().
  void ended(Instant now, std::string_view condition);

  struct Line {
    Severity severity = Severity::info;
    std::string text;
  };
  /// What is to be told by now of conditions that are over: call it until there is nothing.
  std::optional<Line> take_line(Instant now);
  Instant next_deadline() const;

  std::size_t size() const { return standing_.size(); }

 private:
  struct Condition {
    std::uint64_t name = 0;  // a hash
    Severity severity = Severity::info;
    StandsUntil until = StandsUntil::quiet;
    std::string text;
    Instant first{};
    Instant last{};
    std::uint64_t times = 0;
  };
  using Place = std::list<Condition>::iterator;

  void tell_end(const Condition& over);
  void forget(Place place);

  std::size_t most_;
  std::list<Condition> standing_;  // what has happened last is last
  std::map<std::uint64_t, Place> places_;
  std::deque<Line> lines_;    // of those that are over
  std::uint64_t untold_ = 0;  // for which there was no room
};

}  // namespace oxbow
