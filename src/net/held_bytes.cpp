#include "net/held_bytes.h"

#include "base/limits.h"
#include "base/source_host.h"

namespace oxbow::net {

namespace {

std::size_t held_by_host(std::span<const Holding> holdings, const Holding& of, bool stalled_only) {
  if (!is_bounded_source(of.remote)) return of.bytes;
  std::size_t bytes = 0;
  for (const Holding& each : holdings) {
    const bool counts = !stalled_only || each.is_stalled;
    if (counts && same_source(each.remote, of.remote)) bytes += each.bytes;
  }
  return bytes;
}

std::optional<ConnectionId> most(std::span<const Holding> holdings, bool stalled_only) {
  const Holding* found = nullptr;
  std::size_t of_host = 0;
  for (const Holding& each : holdings) {
    if (each.bytes == 0 || (stalled_only && !each.is_stalled)) continue;
    const std::size_t together = held_by_host(holdings, each, stalled_only);
    const bool holds_more = found == nullptr || together > of_host ||
                            (together == of_host && each.bytes > found->bytes);
    if (!holds_more) continue;
    found = &each;
    of_host = together;
  }
  if (found == nullptr) return std::nullopt;
  return found->id;
}

}  // namespace

std::optional<ConnectionId> who_gives_way(std::span<const Holding> holdings) {
  if (const auto stalled = most(holdings, true)) return stalled;
  return most(holdings, false);
}

Instant has_to_be_whole_by(Instant begun, Duration patience, std::size_t bytes) {
  return begun + patience + std::chrono::seconds(bytes / limits::kUnfinishedRate);
}

}  // namespace oxbow::net
