#include "version/object.h"

#include <algorithm>
#include <iterator>
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
  object.parts_ = std::make_shared<const Parts>(Parts{std::move(siblings), std::move(clock)});
  return object;
}

bool operator==(const Object& left, const Object& right) {
  return left.parts_ == right.parts_ ||
         (left.siblings() == right.siblings() && left.clock() == right.clock());
}

const Object::Parts& Object::parts() const {
  static const Parts kNone;
  return parts_ == nullptr ? kNone : *parts_;
}

bool Object::deleted() const {
  return !empty() && std::all_of(siblings().begin(), siblings().end(),
                                 [](const Sibling& sibling) { return sibling.tombstone(); });
}

WallTime Object::newest() const {
  WallTime newest{};
  for (const Sibling& sibling : siblings()) newest = std::max(newest, sibling.time);
  return newest;
}

std::size_t Object::byte_size() const {
  std::size_t bytes = clock().size() * kEnvelope;
  for (const Sibling& sibling : siblings()) {
    bytes += kEnvelope + (sibling.tombstone() ? 0 : sibling.value->size());
  }
  return bytes;
}

void Object::merge(const Object& other, Conflicts conflicts) {
  const bool adds = other.parts_ != nullptr && parts_ != other.parts_;
  if (!adds && siblings().size() < 2) return;
  Parts all;
  all.clock = clock();
  all.siblings.reserve(siblings().size() + other.siblings().size());
  auto ours = siblings().begin();
  auto theirs = other.siblings().begin();
  const auto our_end = siblings().end();
  const auto their_end = other.siblings().end();
  while (ours != our_end || theirs != their_end) {
    if (theirs == their_end || (ours != our_end && ours->dot < theirs->dot)) {
      if (!other.clock().contains(ours->dot)) all.siblings.push_back(*ours);
      ++ours;
    } else if (ours == our_end || theirs->dot < ours->dot) {
      if (!clock().contains(theirs->dot)) all.siblings.push_back(*theirs);
      ++theirs;
    } else {
      all.siblings.push_back(content_is_less(*ours, *theirs) ? *theirs : *ours);
      ++ours;
      ++theirs;
    }
  }
  all.clock.merge(other.clock());
  all.settle(conflicts);
  parts_ = std::make_shared<const Parts>(std::move(all));
}

void Object::replace(const Context& replaced, Sibling sibling, Conflicts conflicts) {
  Parts all;
  all.clock = clock();
  all.clock.merge(replaced.clock);
  OXBOW_ASSERT(sibling.dot.counter == all.clock.counter(sibling.dot.actor) + 1,
               "a write under a dot that is not the next of its actor");
  all.clock.cover(sibling.dot);
  all.siblings.reserve(siblings().size() + 1);
  std::copy_if(siblings().begin(), siblings().end(), std::back_inserter(all.siblings),
               [&](const Sibling& present) {
                 const bool says_the_same = sibling.tombstone() && present.tombstone();
                 return !replaced.covers(present.dot) && !says_the_same;
               });
  all.siblings.insert(
      std::upper_bound(all.siblings.begin(), all.siblings.end(), sibling, dot_is_less),
      std::move(sibling));
  all.settle(conflicts);
  parts_ = std::make_shared<const Parts>(std::move(all));
}

void Object::Parts::settle(Conflicts conflicts) {
  if (conflicts != Conflicts::lww || siblings.size() < 2) return;
  Sibling newest = *std::max_element(siblings.begin(), siblings.end(), is_older);
  siblings.assign({std::move(newest)});
}

Object merged(Object first, const Object& second, Conflicts conflicts) {
  first.merge(second, conflicts);
  return first;
}

}  // namespace oxbow
