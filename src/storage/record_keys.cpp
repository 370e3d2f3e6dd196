#include "storage/record_keys.h"

#include "base/hash.h"
#include "version/canonical_bytes.h"

namespace oxbow::storage {

namespace {

constexpr std::size_t kHashed = 1 + 8;
constexpr std::size_t kAddressed = 1 + PeerId::kSize;

std::string hashed(std::uint64_t hash, std::string_view key) {
  CanonicalWriter out;
  out.reserve(kHashed + key.size());
  out.u8(static_cast<std::uint8_t>(Space::objects));
  out.u64(hash);
  out.raw(key);
  return out.take();
}

std::string addressed(Space space, const PeerId& destination, std::string_view key) {
  std::string stored;
  stored.reserve(kAddressed + key.size());
  stored += static_cast<char>(space);
  stored += destination.view();
  return stored += key;
}

}  // namespace

std::string object_key(std::string_view key) { return hashed(hash64(key), key); }
std::string objects_from(std::uint64_t hash) { return hashed(hash, {}); }
std::string objects_end() { return end_of(Space::objects); }

std::string hint_key(const PeerId& destination, std::string_view key) {
  return addressed(Space::hints, destination, key);
}

std::string hints_end(const PeerId& destination) {
  PeerId next = destination;
  for (std::size_t i = PeerId::kSize; i-- > 0;) {
    if (++next.bytes[i] != 0) return addressed(Space::hints, next, {});
  }
  return end_of(Space::hints);
}

std::string totals_key(const PeerId& destination) {
  return addressed(Space::totals, destination, {});
}

std::string record_key(std::string_view name) {
  return std::string(1, static_cast<char>(Space::records)) += name;
}

std::string recent_key(std::uint64_t number) {
  CanonicalWriter out;
  out.u8(static_cast<std::uint8_t>(Space::recent));
  out.u64(number);
  return out.take();
}

std::string_view key_of_object(std::string_view stored) { return stored.substr(kHashed); }
std::uint64_t hash_of_object(std::string_view stored) {
  return CanonicalReader(stored.substr(1)).u64();
}
std::string_view key_of_hint(std::string_view stored) { return stored.substr(kAddressed); }
PeerId destination_of(std::string_view stored) {
  return PeerId::from_bytes(stored.substr(1, PeerId::kSize));
}

std::uint64_t number_of_recent(std::string_view stored) {
  return CanonicalReader(stored.substr(1)).u64();
}

}  // namespace oxbow::storage
