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
  if (!is_value) return {};
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

Result<LocalIndex::Published> LocalIndex::publish(std::string_view key, std::string_view value,
                                                  const Digest& sha256) {
  if (!is_key(key)) return bad_key(key);
  if (value.size() > limits::kValue) return value_too_large(value.size());
  const std::uint64_t hash = hash64(key);
  std::uint32_t number = slot_of_key(key, hash);
  const bool replaced = number != kNone && slot(number).is_value;
  const std::uint64_t freed = replaced ? slot(number).size : 0;
  if (published_bytes_ - freed + value.size() > most_published_) {
    return values_full(published_bytes_, most_published_);
  }
  if (!replaced && full()) return index_full(most_keys_);

  // The copy is made first: `key` and `value` may be views into what is replaced.
  std::unique_ptr<char[]> text = joined(key, value);
  if (number == kNone) {
    number = take_slot();
    table_.insert(hash, number);
  } else if (!replaced) {
    const Slot& file = slot(number);
    hidden_.emplace(std::string(file.key()), File{file.size, file.sha256});
  }
  Slot& taken = slot(number);
  taken.key_size = static_cast<std::uint16_t>(key.size());
  taken.text = std::move(text);
  taken.size = value.size();
  taken.sha256 = sha256;
  taken.is_value = true;
  published_ += replaced ? 0U : 1U;
  published_bytes_ += value.size() - freed;
  return Published{replaced};
}

bool LocalIndex::unpublish(std::string_view key) {
  const std::uint64_t hash = hash64(key);
  const std::uint32_t number = slot_of_key(key, hash);
  if (number == kNone || !slot(number).is_value) return false;
  Slot& found = slot(number);
  --published_;
  published_bytes_ -= found.size;
  const auto file = hidden_.find(found.key());
  if (file == hidden_.end()) {
    free_slot(number, hash);
    return true;
  }
  found.text = joined(file->first, {});
  found.size = file->second.size;
  found.sha256 = file->second.sha256;
  found.is_value = false;
  hidden_.erase(file);
  return true;
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
  std::uint32_t number = slot_of_key(file.key, hash);
  if (number != kNone) {
    hidden_.emplace(file.key, File{file.size, file.sha256});
  } else {
    number = take_slot();
    table_.insert(hash, number);
    Slot& taken = slot(number);
    taken.text = joined(file.key, {});
    taken.key_size = static_cast<std::uint16_t>(file.key.size());
    taken.size = file.size;
    taken.sha256 = file.sha256;
    taken.is_value = false;
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
  if (slot(number).is_value) {
    const auto file = hidden_.find(key);
    if (file == hidden_.end()) return;
    size = file->second.size;
    hidden_.erase(file);
  } else {
    free_slot(number, hash);
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
  return {found.key(), found.size, found.sha256, found.is_value, found.value()};
}

}  // namespace oxbow
