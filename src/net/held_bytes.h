// The sum of what is held for others: what has been sent half, and what is not read. Each has a
// limit of its own; the sum has one too, and who holds most loses first. What one host holds counts
// together, but on loopback, where everybody is one host, each connection for itself.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"

namespace oxbow::net {

/// What one connection holds.
struct Holding {
  ConnectionId id = kNoConnection;
  Address remote;
  std::size_t bytes = 0;
  bool is_stalled = false;  ///< it has made no progress for a while
};

/// Whose connection is to be ended, so that the others have room: of the host that holds most, the
/// one that holds most. Those that are stalled come before all others. None: nobody holds anything.
std::optional<ConnectionId> who_gives_way(std::span<const Holding> holdings);

/// Until when a frame or request that was begun then, and of which so many bytes are here, has to
/// be whole: `patience`, and longer for many bytes. A slow line is given its time, one who drips
/// bytes is not.
Instant has_to_be_whole_by(Instant begun, Duration patience, std::size_t bytes);

}  // namespace oxbow::net
