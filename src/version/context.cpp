#include "version/context.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/limits.h"
#include "version/canonical_bytes.h"
#include "version/dot_bytes.h"

namespace oxbow {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksum = 8;
constexpr std::size_t kKeyHash = 8;
constexpr std::size_t kEnvelope = 1 + 8 + 1 + 10 + kChecksum;  // all but the dots
static_assert(limits::kClockEntries * kLargestDot + 64 < limits::kContext);

Error bad_context(std::string got) {
  return {"bad-context", "the context is damaged, or belongs to another key",
          "the context of a get or put of this key", std::move(got)};
}

std::uint64_t checksum(std::string_view body, std::string_view key) {
  CanonicalWriter input;
  input.u64(hash64(key));
  input.raw(body);
  return hash64(input.bytes());
}

std::string encode(const VectorClock& clock, const Dot* dot, WallTime newest,
                   std::string_view key) {
  CanonicalWriter out;
  out.reserve(kKeyHash + kEnvelope + (clock.size() + 1) * kLargestDot);
  out.u64(hash64(key));  // the checksum is of it too; it goes when that is done
  out.u8(kVersion);
  out.u64(static_cast<std::uint64_t>(newest.time_since_epoch().count()));
  out.u8(dot != nullptr ? 1 : 0);
  out.varint(clock.size());
  const Actor* before = nullptr;
  if (dot != nullptr) {
    write_dot(out, *dot, before);
    before = &dot->actor;
  }
  for (const Dot& entry : clock.entries()) {
    write_dot(out, entry, before);
    before = &entry.actor;
  }
  out.u64(hash64(out.bytes()));
  std::string bytes = out.take();
  bytes.erase(0, kKeyHash);
  return bytes;
}

}  // namespace

Context after_put(const Context& seen, const Dot& dot, WallTime time) {
  Context context{seen.clock, std::nullopt, std::max(seen.newest, time)};
  // A dot of before is left out: what carries the new one has superseded it.
  if (context.clock.counter(dot.actor) + 1 >= dot.counter) {
    context.clock.cover(dot);
  } else {
    context.dot = dot;
  }
  return context;
}

std::string encode_context(const Context& context, std::string_view key) {
  return encode(context.clock, context.dot ? &*context.dot : nullptr, context.newest, key);
}

std::string encode_context(const VectorClock& clock, WallTime newest, std::string_view key) {
  return encode(clock, nullptr, newest, key);
}

Result<Context> parse_context(std::string_view bytes, std::string_view key) {
  if (bytes.empty()) return Context{};
  if (bytes.size() > limits::kContext || bytes.size() < kChecksum) {
    return bad_context(std::to_string(bytes.size()) + " bytes");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - kChecksum);
  if (CanonicalReader(bytes.substr(body.size())).u64() != checksum(body, key)) {
    return bad_context("another checksum");
  }
  CanonicalReader in(body);
  const std::uint8_t version = in.u8();
  if (version != kVersion) {
    return Error{"bad-context", "the context is of another version: get the key again",
                 std::to_string(kVersion), std::to_string(version)};
  }
  Context context;
  context.newest = WallTime(Duration(static_cast<std::int64_t>(in.u64())));
  const std::uint8_t dotted = in.u8();
  const std::uint64_t count = in.varint();
  if (in.failed() || dotted > 1 || count > in.left() / kSmallestDot) {
    return bad_context("another form");
  }
  std::vector<Dot> entries;
  entries.reserve(count + dotted);
  while (entries.size() < count + dotted) {
    const auto entry = read_dot(in, entries.empty() ? nullptr : &entries.back().actor);
    if (!entry) return bad_context("another form");
    entries.push_back(*entry);
  }
  if (in.left() > 0) return bad_context("bytes after its end");
  if (dotted == 1) {
    context.dot = entries.front();
    entries.erase(entries.begin());
  }
  auto clock = VectorClock::from_entries(std::move(entries));
  if (!clock) return bad_context(clock.error().message);
  context.clock = std::move(clock).value();
  if (context.dot && (context.dot->counter > kMaxCounter ||
                      context.dot->counter <= context.clock.counter(context.dot->actor) + 1)) {
    return bad_context("a dot that its clock has");
  }
  return context;
}

}  // namespace oxbow
