#include "message/outbox.h"

#include <algorithm>
#include <utility>

#include "base/lies_in.h"
#include "message/view_copier.h"

namespace oxbow {

namespace {

/// A copy costs less than to find out whether it is needed.
constexpr std::size_t kCopiedAnyway = 256;

}  // namespace

std::string_view Outbox::lasting(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (lies_in(bytes, input)) return bytes;
  if (bytes.size() <= kCopiedAnyway) return arena.copy(bytes);
  const bool lasts = arena.contains(bytes) ||
                     std::any_of(shared_.rbegin(), shared_.rend(), [&](const SharedBytes& shared) {
                       return lies_in(bytes, *shared);
                     });
  return lasts ? bytes : arena.copy(bytes);
}

void Outbox::send(std::span<const ConnectionId> to, const Message& message, WriteSequence after) {
  if (to.empty()) return;
  Send& added = sends.items_.emplace_back();
  added.first_target = static_cast<std::uint32_t>(targets.size());
  added.target_count = static_cast<std::uint32_t>(to.size());
  added.message = message;
  added.after = after;
  ViewCopier copier(arena, [this](std::string_view bytes) { return lasting(bytes); });
  std::visit([&](auto& alternative) { message_fields(copier, alternative); }, added.message);
  targets.items_.insert(targets.items_.end(), to.begin(), to.end());
}

void Outbox::dial(DialId id, std::string_view target) {
  dials.items_.push_back({id, lasting(target)});
}

void Outbox::hang_up(ConnectionId connection, std::string_view reason, Severity severity) {
  hangups.items_.push_back({connection, lasting(reason), severity});
}

void Outbox::read(const DiskRead& read) {
  disk.items_.push_back(read);
  disk.items_.back().key = lasting(read.key);
}

void Outbox::log(Severity severity, ConnectionId connection, std::string_view text) {
  events.items_.push_back({severity, connection, lasting(text)});
}

std::string_view Outbox::share(SharedBytes bytes) {
  shared_.push_back(std::move(bytes));
  return *shared_.back();
}

void Outbox::clear() {
  sends.items_.clear();
  targets.items_.clear();
  replies.clear();
  dials.items_.clear();
  hangups.items_.clear();
  disk.items_.clear();
  events.items_.clear();
  arena.reset();
  input = {};
  shared_.clear();
}

}  // namespace oxbow
