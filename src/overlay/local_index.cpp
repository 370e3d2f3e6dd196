#include "overlay/local_index.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace oxbow {

namespace {

constexpr std::uint32_t kNone = SlotTable::kNone;

std::unique_ptr<char[]> joined(std::string_view key, std::string_view value) {
  // Not make_unique: it would clear the bytes first.
  std::unique_ptr<char[]> text(new char[key.size() + value.size()]);
  std::memcpy(text.get(), key.data(), key.size());
  if (!value.empty()) std::memcpy(text.get() + key.size(), value.data(), value.size());
  return text;
}

bool is_key(std::string_view text) { return !text.empty() && text.size() <= limits::kKey; }

Error bad_key(std::string_view key) {
  return {"bad-key", key.empty() ? "the key is empty" : "the key is too long",
          "1 to " + std::to_string(limits::kKey) + " bytes", std::to_string(key.size()) + " bytes"};
}

Error value_too_large(std::size_t size) {
  return {"too-large", "the value is too large to publish (share it as a file)",
          "at most " + std::to_string(limits::kValue) + " bytes", std::to_string(size) + " bytes"};
}

Error values_full(std::uint64_t published, std::size_t most) {
  return {"full", "no room for more published values (unpublish some, or share files)",
          "at most " + std::to_string(most) + " bytes of values",
          std::to_string(published) + " bytes are published"};
}

Error index_full(std::size_t most) {
  return {"full", "the local index is full (unpublish some keys, or share fewer files)",
          "at most " + std::to_string(most) + " keys", "one more"};
}

}  // namespace

std::string_view LocalIndex::Slot::value() const {
  if (held != Held::value) return {};
  return {text.get() + key_size, static_cast<std::size_t>(size)};
}

std::uint32_t LocalIndex::slot_of_key(std::string_view key, std::uint64_t hash) const {
  return table_.find(hash, [&](std::uint32_t number) { return slot(number).key() == key; });
}

std::uint32_t LocalIndex::take_slot() {
  ++used_;
  if (first_free_ != kNone) {
    const std::uint32_t number = first_free_;
    first_free_ = static_cast<std::uint32_t>(slot(number).size);
    return number;
  }
  if (slots_ == blocks_.size() * kBlockSlots) blocks_.push_back(std::make_unique<Block>());
  return slots_++;
}

void LocalIndex::free_slot(std::uint32_t number, std::uint64_t hash) {
  table_.erase(hash, number);
  Slot& freed = slot(number);
  freed = Slot{};
  freed.size = first_free_;
  first_free_ = number;
  --used_;
}

std::uint32_t LocalIndex::new_slot(std::string_view key, std::uint64_t hash) {
  const std::uint32_t number = take_slot();
  table_.insert(hash, number);
  Slot& taken = slot(number);
  taken.text = joined(key, {});
  taken.key_size = static_cast<std::uint16_t>(key.size());
  return number;
}

void LocalIndex::show_file(Slot& slot, const File& file) {
  slot.size = file.size;
  slot.sha256 = file.sha256;
  slot.held = Held::file;
  slot.is_known = true;
}

void LocalIndex::show_object(Slot& slot) {
  slot.held = Held::object;
  slot.is_known = false;
}

void LocalIndex::hide(const Slot& slot) {
  Hidden& hidden = hidden_[std::string(slot.key())];
  if (slot.held == Held::object) {
    hidden.object = true;
  } else {
    hidden.file = File{slot.size, slot.sha256};
  }
}

void LocalIndex::uncover(std::uint32_t number, std::uint64_t hash) {
  Slot& uncovered = slot(number);
  const auto found = hidden_.find(uncovered.key());
  if (found == hidden_.end()) return free_slot(number, hash);
  Hidden& hidden = found->second;
  if (uncovered.held == Held::value) uncovered.text = joined(found->first, {});
  if (hidden.object) {
    hidden.object = false;
    show_object(uncovered);
  } else {
    show_file(uncovered, *hidden.file);
    hidden.file.reset();
  }
  if (!hidden.object && !hidden.file) hidden_.erase(found);
}

Result<LocalIndex::Published> LocalIndex::publish(std::string_view key, std::string_view value,
                                                  const Digest& sha256) {
  if (!is_key(key)) return bad_key(key);
  if (value.size() > limits::kValue) return value_too_large(value.size());
  const std::uint64_t hash = hash64(key);
  std::uint32_t number = slot_of_key(key, hash);
  const bool replaced = number != kNone && slot(number).held == Held::value;
  const std::uint64_t freed = replaced ? slot(number).size : 0;
  if (published_bytes_ - freed + value.size() > most_published_) {
    return values_full(published_bytes_, most_published_);
  }
  const bool room = replaced || (number == kNone ? !full() : can_hide(slot(number)));
  if (!room) return index_full(most_keys_);

  // The copy is made first: `key` and `value` may be views into what is replaced.
  std::unique_ptr<char[]> text = joined(key, value);
  if (number == kNone) {
    number = take_slot();
    table_.insert(hash, number);
  } else if (!replaced) {
    hide(slot(number));
  }
  Slot& taken = slot(number);
  taken.key_size = static_cast<std::uint16_t>(key.size());
  taken.text = std::move(text);
  taken.size = value.size();
  taken.sha256 = sha256;
  taken.held = Held::value;
  taken.is_known = true;
  published_ += replaced ? 0U : 1U;
  published_bytes_ += value.size() - freed;
  return Published{replaced};
}

bool LocalIndex::unpublish(std::string_view key) {
  const std::uint64_t hash = hash64(key);
  const std::uint32_t number = slot_of_key(key, hash);
  if (number == kNone || slot(number).held != Held::value) return false;
  --published_;
  published_bytes_ -= slot(number).size;
  uncover(number, hash);
  return true;
}

bool LocalIndex::add_object(std::string_view key) {
  if (!is_key(key)) return false;
  const std::uint64_t hash = hash64(key);
  std::uint32_t number = slot_of_key(key, hash);
  if (number != kNone && slot(number).held == Held::object) {
    slot(number).is_known = false;
    return true;
  }
  if (number != kNone) {
    Slot& taken = slot(number);
    const auto hidden = hidden_.find(key);
    if (hidden != hidden_.end() && hidden->second.object) return true;
    if (!can_hide(taken)) return false;
    if (taken.held == Held::value) {
      hidden_[std::string(key)].object = true;
    } else {
      hide(taken);
      show_object(taken);
    }
  } else {
    if (full()) return false;
    show_object(slot(new_slot(key, hash)));
  }
  ++objects_;
  return true;
}

bool LocalIndex::remove_object(std::string_view key) {
  const std::uint64_t hash = hash64(key);
  const std::uint32_t number = slot_of_key(key, hash);
  if (number == kNone) return false;
  if (slot(number).held == Held::object) {
    uncover(number, hash);
  } else {
    const auto hidden = hidden_.find(key);
    if (hidden == hidden_.end() || !hidden->second.object) return false;
    hidden->second.object = false;
    if (!hidden->second.file) hidden_.erase(hidden);
  }
  --objects_;
  return true;
}

void LocalIndex::describe(std::string_view key, std::uint64_t size, const Digest& sha256) {
  const std::uint32_t number = slot_of_key(key, hash64(key));
  OXBOW_ASSERT(number != kNone && slot(number).held == Held::object, "an object is described");
  Slot& described = slot(number);
  described.size = size;
  described.sha256 = sha256;
  described.is_known = true;
}

std::size_t LocalIndex::apply(const IndexUpdate& update) {
  for (const std::string& key : update.removed) remove_file(key);
  std::size_t left_out = 0;
  for (const SharedFile& file : update.found) left_out += add_file(file) ? 0U : 1U;
  shares_ = update.progress;
  return left_out;
}

bool LocalIndex::add_file(const SharedFile& file) {
  if (!is_key(file.key)) return false;
  remove_file(file.key);
  if (full()) return false;
  const std::uint64_t hash = hash64(file.key);
  const std::uint32_t number = slot_of_key(file.key, hash);
  if (number != kNone) {
    hidden_[file.key].file = File{file.size, file.sha256};
  } else {
    show_file(slot(new_slot(file.key, hash)), {file.size, file.sha256});
  }
  ++files_;
  file_bytes_ += file.size;
  return true;
}

void LocalIndex::remove_file(std::string_view key) {
  const std::uint64_t hash = hash64(key);
  const std::uint32_t number = slot_of_key(key, hash);
  if (number == kNone) return;
  std::uint64_t size = slot(number).size;
  if (slot(number).held == Held::file) {
    free_slot(number, hash);
  } else {
    const auto hidden = hidden_.find(key);
    if (hidden == hidden_.end() || !hidden->second.file) return;
    size = hidden->second.file->size;
    hidden->second.file.reset();
    if (!hidden->second.object) hidden_.erase(hidden);
  }
  --files_;
  file_bytes_ -= size;
}

std::optional<IndexEntry> LocalIndex::find(std::string_view key) const {
  const std::uint32_t number = slot_of_key(key, hash64(key));
  if (number == kNone) return std::nullopt;
  return at(number);
}

bool LocalIndex::scan(Cursor& cursor, const Pattern& pattern, std::vector<std::uint32_t>& matches,
                      std::size_t most) const {
  const std::size_t most_bytes = limits::kScanBytes / pattern.cost();
  const std::size_t room = most == 0 ? limits::kScanKeys : most;
  const std::uint32_t end = static_cast<std::uint32_t>(
      std::min<std::size_t>(slots_, cursor.position + limits::kScanKeys));
  std::size_t bytes = 0;
  std::size_t matched = 0;
  while (cursor.position < end && bytes < most_bytes && matched < room) {
    const std::uint32_t number = cursor.position++;
    const Slot& looked_at = slot(number);
    if (looked_at.text == nullptr) continue;
    bytes += looked_at.key_size;
    if (!pattern.matches(looked_at.key())) continue;
    matches.push_back(number);
    ++matched;
  }
  return cursor.position < slots_;
}

IndexEntry LocalIndex::at(std::uint32_t number) const {
  OXBOW_ASSERT(number < slots_ && slot(number).text != nullptr, "a slot that scan() has named");
  const Slot& found = slot(number);
  return {found.key(),   found.size,
          found.sha256,  found.held == Held::value,
          found.value(), found.held == Held::object,
          found.is_known};
}

}  // namespace oxbow
