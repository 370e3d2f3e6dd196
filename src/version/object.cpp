#include "version/object.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace oxbow {

namespace {

constexpr std::size_t kEnvelope = 64;  // of a sibling or an entry: ids, counters, time, framing

bool dot_is_less(const Sibling& left, const Sibling& right) { return left.dot < right.dot; }

/// Two contents of one dot are somebody's error: every copy then keeps the same one.
bool content_is_less(const Sibling& left, const Sibling& right) {
  const auto content = [](const Sibling& sibling) {
    return std::tuple(sibling.time, !sibling.tombstone(),
                      sibling.tombstone() ? std::string_view{} : std::string_view(*sibling.value));
  };
  return content(left) < content(right);
}

/// Last write wins: by time, then by dot.
bool is_older(const Sibling& left, const Sibling& right) {
  return std::tie(left.time, left.dot) < std::tie(right.time, right.dot);
}

}  // namespace

bool operator==(const Sibling& left, const Sibling& right) {
  if (left.dot != right.dot || left.time != right.time) return false;
  if (left.value == right.value) return true;
  return left.value != nullptr && right.value != nullptr && *left.value == *right.value;
}

Result<Object> Object::from_parts(std::vector<Sibling> siblings, VectorClock clock) {
  const auto bad = [](const char* why) { return Error{"bad-object", why, {}, {}}; };
  for (std::size_t i = 0; i < siblings.size(); ++i) {
    if (i > 0 && !(siblings[i - 1].dot < siblings[i].dot)) {
      return bad("an object's siblings are not in ascending order of their dots");
    }
    if (siblings[i].dot.counter == 0 || !clock.contains(siblings[i].dot)) {
      return bad("an object's clock does not cover a sibling's dot");
    }
  }
  Object object;
  object.siblings_ = std::move(siblings);
  object.clock_ = std::move(clock);
  return object;
}

bool Object::deleted() const {
  return !empty() && std::all_of(siblings_.begin(), siblings_.end(),
                                 [](const Sibling& sibling) { return sibling.tombstone(); });
}

Context Object::context() const {
  Context context{clock_, std::nullopt, {}};
  for (const Sibling& sibling : siblings_) context.newest = std::max(context.newest, sibling.time);
  return context;
}

std::size_t Object::byte_size() const {
  std::size_t bytes = clock_.size() * kEnvelope;
  for (const Sibling& sibling : siblings_) {
    bytes += kEnvelope + (sibling.tombstone() ? 0 : sibling.value->size());
  }
  return bytes;
}

void Object::merge(const Object& other, Conflicts conflicts) {
  std::vector<Sibling> kept;
  kept.reserve(siblings_.size() + other.siblings_.size());
  auto ours = siblings_.begin();
  auto theirs = other.siblings_.begin();
  while (ours != siblings_.end() || theirs != other.siblings_.end()) {
    if (theirs == other.siblings_.end() || (ours != siblings_.end() && ours->dot < theirs->dot)) {
      if (!other.clock_.contains(ours->dot)) kept.push_back(std::move(*ours));
      ++ours;
    } else if (ours == siblings_.end() || theirs->dot < ours->dot) {
      if (!clock_.contains(theirs->dot)) kept.push_back(*theirs);
      ++theirs;
    } else {
      kept.push_back(content_is_less(*ours, *theirs) ? *theirs : *ours);
      ++ours;
      ++theirs;
    }
  }
  siblings_ = std::move(kept);
  clock_.merge(other.clock_);
  settle(conflicts);
}

void Object::replace(const Context& replaced, Sibling sibling, Conflicts conflicts) {
  clock_.merge(replaced.clock);
  OXBOW_ASSERT(sibling.dot.counter == clock_.counter(sibling.dot.actor) + 1,
               "a write under a dot that is not the next of its actor");
  std::erase_if(siblings_, [&](const Sibling& present) { return replaced.covers(present.dot); });
  clock_.cover(sibling.dot);
  siblings_.insert(std::upper_bound(siblings_.begin(), siblings_.end(), sibling, dot_is_less),
                   std::move(sibling));
  settle(conflicts);
}

void Object::settle(Conflicts conflicts) {
  if (conflicts != Conflicts::lww || siblings_.size() < 2) return;
  auto newest = std::max_element(siblings_.begin(), siblings_.end(), is_older);
  Sibling kept = std::move(*newest);
  siblings_.clear();
  siblings_.push_back(std::move(kept));
}

Object merged(Object first, const Object& second, Conflicts conflicts) {
  first.merge(second, conflicts);
  return first;
}

}  // namespace oxbow
