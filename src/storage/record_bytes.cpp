#include "storage/record_bytes.h"

#include "base/hash.h"
#include "storage/record_keys.h"
#include "version/canonical_bytes.h"
#include "version/object_bytes.h"

namespace oxbow::storage {

namespace {

constexpr std::size_t kTime = 8;

/// A hint's object is encoded for this key, so that its checksum covers all that a hint is.
std::string checked_key(const PeerId& destination, std::string_view key, std::uint64_t written) {
  CanonicalWriter out;
  out.reserve(PeerId::kSize + kTime + key.size());
  out.raw(destination.view());
  out.u64(written);
  out.raw(key);
  return out.take();
}

std::uint64_t checksum(std::string_view name, std::string_view bytes) {
  CanonicalWriter input;
  input.u64(hash64(name));
  input.u64(hash64(bytes));
  return hash64(input.bytes());
}

}  // namespace

std::string hint_bytes(const PeerId& destination, std::string_view key, const Object& object,
                       Duration written) {
  const auto time = static_cast<std::uint64_t>(written.count());
  CanonicalWriter out;
  out.u64(time);
  out.raw(encode_object(object, checked_key(destination, key, time)));
  return out.take();
}

Result<Hint> parse_hint(const PeerId& destination, std::string_view key, std::string_view bytes) {
  CanonicalReader in(bytes);
  const std::uint64_t time = in.u64();
  if (in.failed() || in.left() == 0) return Error{"bad-object", "a hint is cut short", {}, {}};
  auto object = parse_object(bytes.substr(kTime), checked_key(destination, key, time));
  if (!object) return object.error();
  return Hint{destination, std::string(key), std::move(object).value(),
              Duration(static_cast<std::int64_t>(time))};
}

std::string totals_bytes(const PeerId& destination, const HintTotals& totals) {
  CanonicalWriter out;
  out.u64(totals.hints);
  out.u64(totals.bytes);
  return checked_bytes(destination.view(), out.bytes());
}

std::optional<HintTotals> parse_totals(const PeerId& destination, std::string_view bytes) {
  const auto body = parse_checked(destination.view(), bytes);
  if (!body) return std::nullopt;
  CanonicalReader in(*body);
  HintTotals totals;
  totals.hints = in.u64();
  totals.bytes = in.u64();
  if (in.failed() || in.left() > 0) return std::nullopt;
  return totals;
}

void RecentKeys::add(std::string_view key) {
  CanonicalWriter size;
  size.varint(key.size());
  keys_ += size.bytes();
  keys_ += key;
}

std::string RecentKeys::bytes(std::uint64_t number) const {
  return checked_bytes(recent_key(number), keys_);
}

std::optional<std::vector<std::string>> parse_recent(std::uint64_t number, std::string_view bytes) {
  const auto body = parse_checked(recent_key(number), bytes);
  if (!body) return std::nullopt;
  std::vector<std::string> keys;
  CanonicalReader in(*body);
  while (in.left() > 0) {
    keys.emplace_back(in.raw(in.varint()));
    if (in.failed()) return std::nullopt;
  }
  return keys;
}

std::string checked_bytes(std::string_view name, std::string_view bytes) {
  CanonicalWriter out;
  out.reserve(8 + bytes.size());
  out.u64(checksum(name, bytes));
  out.raw(bytes);
  return out.take();
}

std::optional<std::string> parse_checked(std::string_view name, std::string_view stored) {
  CanonicalReader in(stored);
  const std::uint64_t expected = in.u64();
  if (in.failed()) return std::nullopt;
  const std::string_view bytes = stored.substr(8);
  if (checksum(name, bytes) != expected) return std::nullopt;
  return std::string(bytes);
}

}  // namespace oxbow::storage
