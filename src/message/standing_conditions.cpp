#include "message/standing_conditions.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"

namespace oxbow {

namespace {

constexpr std::size_t kText = 256;  // remembered of what was told
constexpr std::size_t kLines = 64;  // that wait to be taken

std::string seconds_text(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return std::to_string(std::max<std::int64_t>(seconds, 1)) + " s";
}

}  // namespace

bool StandingConditions::happened(Instant now, Severity severity, std::string_view condition,
                                  std::string_view text, StandsUntil until) {
  const std::uint64_t name = hash64(condition);
  const auto known = places_.find(name);
  if (known != places_.end()) {
    Condition& standing = *known->second;
    const bool was_over =
        standing.until == StandsUntil::quiet && standing.last + limits::kStandingQuiet <= now;
    if (!was_over) {
      ++standing.times;
      standing.last = now;
      standing_.splice(standing_.end(), standing_, known->second);
      return false;
    }
    if (standing.times > 1) tell_end(standing);
    forget(known->second);
  }
  if (standing_.size() >= most_) {
    if (standing_.front().last + limits::kStandingQuiet > now) {
      ++untold_;
      return false;
    }
    forget(standing_.begin());
  }
  standing_.push_back({name, severity, until, std::string(text.substr(0, kText)), now, now, 1});
  places_[name] = std::prev(standing_.end());
  return true;
}

void StandingConditions::ended(Instant, std::string_view condition) {
  if (standing_.empty()) return;
  const auto known = places_.find(hash64(condition));
  if (known == places_.end()) return;
  tell_end(*known->second);
  forget(known->second);
}

std::optional<StandingConditions::Line> StandingConditions::take_line(Instant now) {
  for (auto place = standing_.begin(); place != standing_.end();) {
    const auto next = std::next(place);
    if (place->last + limits::kStandingQuiet > now) break;
    if (place->until == StandsUntil::quiet) {
      if (place->times > 1) tell_end(*place);
      forget(place);
    }
    place = next;
  }
  if (untold_ > 0 && standing_.size() < most_) {
    lines_.push_back({Severity::warning, "and " + std::to_string(untold_) +
                                             " times something that was not told, as there was too "
                                             "much of it"});
    untold_ = 0;
  }
  if (lines_.empty()) return std::nullopt;
  std::optional<Line> line(std::move(lines_.front()));
  lines_.pop_front();
  return line;
}

Instant StandingConditions::next_deadline() const {
  if (!lines_.empty()) return Instant::min();
  // One that waits to be ended may be older: it is passed over when the time comes.
  for (const Condition& standing : standing_) {
    if (standing.until == StandsUntil::quiet) return standing.last + limits::kStandingQuiet;
  }
  return kNever;
}

void StandingConditions::tell_end(const Condition& over) {
  if (lines_.size() >= kLines) return;
  std::string text = "no longer: " + over.text;
  if (over.times > 1) {
    text += " (" + std::to_string(over.times) + " times within " +
            seconds_text(over.last - over.first) + ")";
  }
  lines_.push_back({over.severity, std::move(text)});
}

void StandingConditions::forget(Place place) {
  places_.erase(place->name);
  standing_.erase(place);
}

}  // namespace oxbow
