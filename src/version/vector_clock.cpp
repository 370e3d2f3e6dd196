#include "version/vector_clock.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oxbow {

namespace {

bool actor_is_less(const Dot& entry, const Actor& actor) { return entry.actor < actor; }

}  // namespace

Result<VectorClock> VectorClock::from_entries(std::vector<Dot> entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].counter == 0 || entries[i].counter > kMaxCounter) {
      return Error{"bad-clock", "a clock has a counter out of range", "1 to 2^63 - 1",
                   std::to_string(entries[i].counter)};
    }
    if (i > 0 && !(entries[i - 1].actor < entries[i].actor)) {
      return Error{"bad-clock", "a clock's actors are not in ascending order", {}, {}};
    }
  }
  VectorClock clock;
  clock.entries_ = std::move(entries);
  return clock;
}

std::uint64_t VectorClock::counter(const Actor& actor) const {
  const auto entry = std::lower_bound(entries_.begin(), entries_.end(), actor, actor_is_less);
  return entry != entries_.end() && entry->actor == actor ? entry->counter : 0;
}

void VectorClock::cover(const Dot& dot) {
  OXBOW_ASSERT(dot.counter <= kMaxCounter, "a counter out of range");
  if (dot.counter == 0) return;
  const auto entry = std::lower_bound(entries_.begin(), entries_.end(), dot.actor, actor_is_less);
  if (entry == entries_.end() || entry->actor != dot.actor) {
    entries_.insert(entry, dot);
  } else {
    entry->counter = std::max(entry->counter, dot.counter);
  }
}

void VectorClock::merge(const VectorClock& other) {
  if (other.empty()) return;
  std::vector<Dot> merged;
  merged.reserve(entries_.size() + other.entries_.size());
  auto ours = entries_.begin();
  auto theirs = other.entries_.begin();
  while (ours != entries_.end() && theirs != other.entries_.end()) {
    if (ours->actor == theirs->actor) {
      merged.push_back({ours->actor, std::max(ours->counter, theirs->counter)});
      ++ours;
      ++theirs;
    } else {
      merged.push_back(ours->actor < theirs->actor ? *ours++ : *theirs++);
    }
  }
  merged.insert(merged.end(), ours, entries_.end());
  merged.insert(merged.end(), theirs, other.entries_.end());
  entries_ = std::move(merged);
}

VectorClock VectorClock::common(const VectorClock& first, const VectorClock& second) {
  VectorClock both;
  for (const Dot& entry : first.entries_) {
    const std::uint64_t counter = std::min(entry.counter, second.counter(entry.actor));
    if (counter > 0) both.entries_.push_back({entry.actor, counter});
  }
  return both;
}

VectorClock::Range VectorClock::of_run(const PeerId& peer, std::uint64_t run) const {
  const Dot* const end = entries_.data() + entries_.size();
  const Dot* const first =
      std::lower_bound(entries_.data(), end, Actor{peer, run, 0}, actor_is_less);
  const Dot* last = first;
  while (last != end && last->actor.peer == peer && last->actor.run == run) ++last;
  return {first, last};
}

Occurred compare(const VectorClock& first, const VectorClock& second) {
  bool first_has_more = false;
  bool second_has_more = false;
  auto left = first.entries().begin();
  auto right = second.entries().begin();
  while (left != first.entries().end() && right != second.entries().end()) {
    if (left->actor == right->actor) {
      first_has_more |= left->counter > right->counter;
      second_has_more |= right->counter > left->counter;
      ++left;
      ++right;
    } else if (left->actor < right->actor) {
      first_has_more = true;
      ++left;
    } else {
      second_has_more = true;
      ++right;
    }
  }
  first_has_more |= left != first.entries().end();
  second_has_more |= right != second.entries().end();

  if (first_has_more && second_has_more) return Occurred::concurrent;
  if (first_has_more) return Occurred::after;
  return second_has_more ? Occurred::before : Occurred::equal;
}

std::string abbreviated(const VectorClock& clock) {
  return abbreviated(clock, [](const PeerId& peer) { return abbreviated(peer); });
}

std::string abbreviated(const VectorClock& clock, const PeerName& name) {
  std::string text = "{";
  for (const Dot& entry : clock.entries()) {
    if (text.size() > 1) text += ", ";
    text += abbreviated(entry, name);
  }
  return text + "}";
}

}  // namespace oxbow
