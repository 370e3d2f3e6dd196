#include "replica/offers.h"

#include <utility>

#include "base/assert.h"

namespace oxbow {

void Offers::add(RecentWritesRecord record) {
  OXBOW_ASSERT(state_ == State::reading, "a record that nobody is reading");
  cursor_ = record.number;
  records_.push_back(record.number);
  for (std::string& key : record.keys) {
    if (!offered_.contains(key)) keys_.insert(std::move(key));
  }
}

void Offers::begin_round() {
  OXBOW_ASSERT(state_ == State::reading, "a round within a round");
  state_ = records_.empty() ? State::done : State::offering;
  if (state_ == State::done) offered_.clear();
  next_ = keys_.begin();
  all_taken_ = true;
}

std::vector<std::uint64_t> Offers::end_round(Instant now) {
  OXBOW_ASSERT(round_is_over(), "a round that is not over");
  std::vector<std::uint64_t> settled;
  if (all_taken_) {
    count_ += keys_.size();
    offered_.merge(keys_);
    settled.swap(records_);
    settled_ = cursor_;
    state_ = State::reading;
  } else {
    cursor_ = settled_;
    rests_until_ = now + limits::kOfferAgain;
    state_ = State::resting;
  }
  records_.clear();
  keys_.clear();
  next_ = keys_.end();
  return settled;
}

std::optional<Offers::Copy> Offers::answered(std::uint64_t ticket, const PeerId& from) {
  const auto found = under_way_.find(ticket);
  if (found == under_way_.end() || found->second.to != from) return std::nullopt;
  Copy copy = std::move(found->second);
  under_way_.erase(found);
  return copy;
}

template <class Which>
std::vector<Offers::Copy> Offers::take_if(Which which) {
  std::vector<Copy> taken;
  std::erase_if(under_way_, [&](auto& entry) {
    if (!which(entry.second)) return false;
    taken.push_back(std::move(entry.second));
    return true;
  });
  return taken;
}

std::vector<Offers::Copy> Offers::take_overdue(Instant now) {
  return take_if([&](const Copy& copy) { return copy.deadline <= now; });
}

std::vector<Offers::Copy> Offers::take_lost(const PeerId& member) {
  return take_if([&](const Copy& copy) { return copy.to == member; });
}

Instant Offers::next_deadline() const {
  // Tickets are given in the order of sending, and all have the same patience.
  return under_way_.empty() ? kNever : under_way_.begin()->second.deadline;
}

}  // namespace oxbow
