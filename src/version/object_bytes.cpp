#include "version/object_bytes.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/hash.h"
#include "version/canonical_bytes.h"
#include "version/dot_bytes.h"

namespace oxbow {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksum = 8;
constexpr std::size_t kEnvelope = 1 + 2 * 10 + kChecksum;  // version, two counts, checksum
constexpr std::size_t kSmallestSibling = 1 + 1 + 8 + 1;    // entry, behind, time, size
constexpr std::size_t kLargestSibling = 10 + 10 + 8 + 10;  // without its value

Error bad_object(std::string got) {
  return {"bad-object", "the object's bytes are damaged, or of another key",
          "what was stored or sent under this key", std::move(got)};
}

std::uint64_t checksum(std::string_view body, std::string_view key) {
  std::array<char, 16> hashes;
  const auto put = [&hashes](std::size_t at, std::uint64_t hash) {
    for (std::size_t i = 8; i-- > 0; hash >>= 8) hashes[at + i] = static_cast<char>(hash);
  };
  put(0, hash64(key));
  put(8, hash64(body));
  return hash64({hashes.data(), hashes.size()});
}

std::size_t size_at_most(const Sibling& sibling) {
  return kLargestSibling + (sibling.tombstone() ? 0 : sibling.value->size());
}

void write_sibling(CanonicalWriter& out, const Sibling& sibling, std::size_t place,
                   std::uint64_t newest) {
  out.varint(place);
  out.varint(newest - sibling.dot.counter);
  out.u64(static_cast<std::uint64_t>(sibling.time.time_since_epoch().count()));
  if (sibling.tombstone()) {
    out.varint(0);
    return;
  }
  out.varint(sibling.value->size() + 1);
  out.raw(*sibling.value);
}

bool read_clock(CanonicalReader& in, VectorClock& clock) {
  const std::uint64_t count = in.varint();
  if (in.failed() || count == 0 || count > in.left() / kSmallestDot) return false;
  std::vector<Dot> entries;
  entries.reserve(count);
  while (entries.size() < count) {
    const auto entry = read_dot(in, entries.empty() ? nullptr : &entries.back().actor);
    if (!entry) return false;
    entries.push_back(*entry);
  }
  auto parsed = VectorClock::from_entries(std::move(entries));
  if (!parsed) return false;
  clock = std::move(parsed).value();
  return true;
}

bool read_siblings(CanonicalReader& in, const VectorClock& clock, std::vector<Sibling>& siblings) {
  const std::uint64_t count = in.varint();
  if (in.failed() || count > in.left() / kSmallestSibling) return false;
  siblings.reserve(count);
  while (siblings.size() < count) {
    const std::uint64_t place = in.varint();
    const std::uint64_t behind = in.varint();
    const std::uint64_t time = in.u64();
    const std::uint64_t size = in.varint();
    if (in.failed() || place >= clock.size()) return false;
    const Dot& newest = clock.entries()[place];
    if (behind >= newest.counter) return false;
    Sibling& sibling = siblings.emplace_back();
    sibling.dot = {newest.actor, newest.counter - behind};
    sibling.time = WallTime(Duration(static_cast<std::int64_t>(time)));
    if (size == 0) continue;
    const std::string_view value = in.raw(size - 1);
    if (in.failed()) return false;
    sibling.value = share(std::string(value));
  }
  return true;
}

/// An actor's entry of the clock, and its siblings: what a part has all of, or nothing.
struct Share {
  Dot entry;
  std::span<const Sibling> siblings;

  std::size_t size_at_most() const {
    std::size_t bytes = kLargestDot;
    for (const Sibling& sibling : siblings) bytes += oxbow::size_at_most(sibling);
    return bytes;
  }
};

/// Those with siblings first.
std::vector<Share> shares_of(const Object& object) {
  std::vector<Share> shares;
  shares.reserve(object.clock().size());
  const std::span<const Sibling> all(object.siblings());
  std::size_t first = 0;
  for (const Dot& entry : object.clock().entries()) {
    std::size_t end = first;
    while (end < all.size() && all[end].dot.actor == entry.actor) ++end;
    shares.push_back({entry, all.subspan(first, end - first)});
    first = end;
  }
  std::stable_partition(shares.begin(), shares.end(),
                        [](const Share& share) { return !share.siblings.empty(); });
  return shares;
}

Object part_of(std::span<Share> shares) {
  std::sort(shares.begin(), shares.end(),
            [](const Share& left, const Share& right) { return left.entry < right.entry; });
  std::vector<Dot> entries;
  std::vector<Sibling> siblings;
  for (const Share& share : shares) {
    entries.push_back(share.entry);
    siblings.insert(siblings.end(), share.siblings.begin(), share.siblings.end());
  }
  auto clock = VectorClock::from_entries(std::move(entries));
  return Object::from_parts(std::move(siblings), std::move(clock).value()).value();
}

}  // namespace

std::size_t encoded_size_at_most(const Object& object) {
  std::size_t bytes = kEnvelope + object.clock().size() * kLargestDot;
  for (const Sibling& sibling : object.siblings()) bytes += size_at_most(sibling);
  return bytes;
}

std::string encode_object(const Object& object, std::string_view key) {
  if (object.empty()) return {};
  CanonicalWriter out;
  out.reserve(encoded_size_at_most(object));
  out.u8(kVersion);
  const std::vector<Dot>& entries = object.clock().entries();
  out.varint(entries.size());
  const Actor* before = nullptr;
  for (const Dot& entry : entries) {
    write_dot(out, entry, before);
    before = &entry.actor;
  }
  out.varint(object.siblings().size());
  std::size_t place = 0;
  for (const Sibling& sibling : object.siblings()) {
    while (entries[place].actor != sibling.dot.actor) ++place;
    write_sibling(out, sibling, place, entries[place].counter);
  }
  out.u64(checksum(out.bytes(), key));
  return out.take();
}

Result<Object> parse_object(std::string_view bytes, std::string_view key,
                            std::size_t most_entries) {
  if (bytes.empty()) return Object{};
  if (bytes.size() < kChecksum) return bad_object(std::to_string(bytes.size()) + " bytes");
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksum);
  if (CanonicalReader(bytes.substr(body.size())).u64() != checksum(body, key)) {
    return bad_object("another checksum");
  }
  CanonicalReader in(body);
  const std::uint8_t version = in.u8();
  if (version != kVersion) return bad_object("version " + std::to_string(version));
  if (CanonicalReader count(in); count.varint() > most_entries) {
    return Error{"clock-too-large", "the object's clock is too long",
                 std::to_string(most_entries) + " entries", "more"};
  }
  VectorClock clock;
  std::vector<Sibling> siblings;
  if (!read_clock(in, clock) || !read_siblings(in, clock, siblings)) {
    return bad_object("another form");
  }
  if (in.left() > 0) return bad_object("bytes after its end");
  return Object::from_parts(std::move(siblings), std::move(clock));
}

std::vector<Object> in_parts(const Object& object, std::size_t most_bytes) {
  if (encoded_size_at_most(object) <= most_bytes) return {object};
  std::vector<Share> shares = shares_of(object);
  std::vector<Object> parts;
  for (std::size_t first = 0; first < shares.size();) {
    std::size_t end = first;
    std::size_t bytes = kEnvelope;
    do {
      bytes += shares[end++].size_at_most();
    } while (end < shares.size() && bytes + shares[end].size_at_most() <= most_bytes);
    parts.push_back(part_of(std::span(shares).subspan(first, end - first)));
    first = end;
  }
  return parts;
}

}  // namespace oxbow
