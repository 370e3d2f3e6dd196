#include "node/id_conflicts.h"

#include <fmt/format.h>

#include <algorithm>

namespace oxbow {

namespace {

bool is_over(Instant met, Instant now) { return met + limits::kConditionOver <= now; }

std::string in_words(const IdUser& user) {
  std::string text = user.name.empty() ? std::string("one") : user.name;
  text += fmt::format(" at {}", to_string(user.at));
  if (user.run != 0) text += fmt::format(" (run {:08x})", user.run >> 32);
  return text;
}

}  // namespace

std::string IdConflicts::text_of(const Entry& entry) const {
  if (entry.peer == self_) {
    return fmt::format(
        "another process uses this peer's id {}: {}; this is {}. Stop one of them, or give it a "
        "data folder and an id of its own",
        abbreviated(entry.peer), in_words(entry.other), in_words(entry.stays));
  }
  return fmt::format("two processes use the same id {}: {}, and {}, which is refused",
                     abbreviated(entry.peer), in_words(entry.stays), in_words(entry.other));
}

std::optional<std::string> IdConflicts::met(Instant now, const PeerId& peer, const IdUser& stays,
                                            const IdUser& other) {
  std::erase_if(entries_, [&](const Entry& entry) { return is_over(entry.met, now); });
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.peer == peer; });
  if (known != entries_.end()) {
    *known = {peer, stays, other, now};
    return std::nullopt;
  }
  if (entries_.size() >= limits::kIdConflicts) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const Entry& a, const Entry& b) { return a.met < b.met; }));
  }
  entries_.push_back({peer, stays, other, now});
  return text_of(entries_.back());
}

std::string IdConflicts::describe(Instant now, const PeerId& peer) const {
  for (const Entry& entry : entries_) {
    if (entry.peer == peer && !is_over(entry.met, now)) return text_of(entry);
  }
  return "";
}

std::vector<std::string> IdConflicts::describe_all(Instant now) const {
  std::vector<std::string> all;
  for (const Entry& entry : entries_) {
    if (!is_over(entry.met, now)) all.push_back(text_of(entry));
  }
  return all;
}

}  // namespace oxbow
