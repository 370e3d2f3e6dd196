#include "replica/handoff.h"

#include <utility>

#include "base/assert.h"

namespace oxbow {

void Handoff::sent(Instant now, std::uint64_t ticket, std::string_view key, std::uint64_t version) {
  OXBOW_ASSERT(room() > 0, "more hints under way than a member is sent at a time");
  under_way_[ticket] = {{std::string(key), version}, now + patience_};
  by_key_.emplace(key, ticket);
  cursor_ = key;
}

std::optional<Handoff::Sent> Handoff::answered(std::uint64_t ticket) {
  const auto found = under_way_.find(ticket);
  if (found == under_way_.end()) return std::nullopt;
  Sent sent = std::move(found->second.sent);
  under_way_.erase(found);
  by_key_.erase(sent.key);
  return sent;
}

std::size_t Handoff::expire(Instant now) {
  std::size_t expired = 0;
  while (!under_way_.empty() && under_way_.begin()->second.deadline <= now) {
    by_key_.erase(under_way_.begin()->second.sent.key);
    under_way_.erase(under_way_.begin());
    ++expired;
  }
  if (expired > 0) cursor_.clear();
  return expired;
}

void Handoff::lost() {
  under_way_.clear();
  by_key_.clear();
  cursor_.clear();
}

Instant Handoff::next_deadline() const {
  return under_way_.empty() ? kNever : under_way_.begin()->second.deadline;
}

}  // namespace oxbow
