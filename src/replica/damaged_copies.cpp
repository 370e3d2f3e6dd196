#include "replica/damaged_copies.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"

namespace oxbow {

bool DamagedCopies::meet(Instant now, std::string_view key) {
  if (copies_.size() >= limits::kDamagedCopies || copies_.contains(key)) return false;
  copies_.emplace(std::string(key), Copy{State::waiting, now});
  return true;
}

std::optional<std::string> DamagedCopies::take_due(Instant now) {
  const auto due = std::find_if(copies_.begin(), copies_.end(), [&](const auto& entry) {
    return entry.second.state == State::waiting && entry.second.due <= now;
  });
  if (due == copies_.end()) return std::nullopt;
  due->second.state = State::reading;
  return due->first;
}

void DamagedCopies::try_again(Instant now, std::string_view key) {
  const auto found = copies_.find(key);
  if (found != copies_.end()) found->second = {State::waiting, now + limits::kDamagedRetry};
}

void DamagedCopies::nobody_has_it(std::string_view key) {
  const auto found = copies_.find(key);
  if (found != copies_.end()) found->second.state = State::replaceable;
}

void DamagedCopies::restored(std::string_view key) {
  const auto found = copies_.find(key);
  if (found != copies_.end()) copies_.erase(found);
}

bool DamagedCopies::may_be_replaced(std::string_view key) const {
  const auto found = copies_.find(key);
  return found != copies_.end() && found->second.state == State::replaceable;
}

Instant DamagedCopies::next_deadline() const {
  Instant next = kNever;
  for (const auto& [key, copy] : copies_) {
    if (copy.state == State::waiting) next = std::min(next, copy.due);
  }
  return next;
}

}  // namespace oxbow
