// Strong types for everything that is named by a number or by random bytes, so that a peer id can
// never stand where a request id belongs. Ids print as lower-case hexadecimal.
#pragma once

#include <oxbow/result.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/assert.h"

namespace oxbow {

/// `Size` bytes, ordered as unsigned bytes from the first.
template <class Tag, std::size_t Size>
struct FixedBytes {
  static constexpr std::size_t kSize = Size;
  std::array<std::uint8_t, Size> bytes{};

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), Size}; }
  bool is_zero() const { return *this == FixedBytes{}; }

  /// `raw` must have exactly Size bytes.
  static FixedBytes from_bytes(std::string_view raw) {
    OXBOW_ASSERT(raw.size() == Size, "fixed bytes of another length");
    FixedBytes result;
    std::memcpy(result.bytes.data(), raw.data(), Size);
    return result;
  }
};

using PeerId = FixedBytes<struct PeerIdTag, 16>;  ///< names a peer; drawn once
using Digest = FixedBytes<struct DigestTag, 32>;  ///< SHA-256

/// Names one query: 64 random bits, then 64 bits of their keyed hash under a secret of the
/// originator's process (see overlay/request_ids.h).
struct RequestId {
  std::uint64_t random = 0;
  std::uint64_t proof = 0;
  friend auto operator<=>(const RequestId&, const RequestId&) = default;
};

/// Names a connection within one process; drawn by the driver, never used again in that process
/// while anything may still refer to it. The low 16 bits are a slot for dense tables, the others
/// count the uses of that slot.
enum class ConnectionId : std::uint32_t {};
inline constexpr ConnectionId kNoConnection{0xffffffff};
inline std::uint32_t slot_of(ConnectionId id) { return static_cast<std::uint32_t>(id) & 0xffff; }

/// The overlay's states name links by 32-bit numbers and do not know what they stand for: a
/// connection in a Node, a position in an adjacency array in a large simulation.
using LinkNumber = ConnectionId;
inline constexpr LinkNumber kNoLink = kNoConnection;

enum class DialId : std::uint32_t {};         ///< names an attempt to connect; drawn by the core
enum class RequestHandle : std::uint64_t {};  ///< names a client's request; drawn by the driver
enum class DiskTicket : std::uint64_t {};     ///< names a disk operation; drawn by the core

/// Counts the writes of a store, from 1: what is acknowledged or shown waits until the store has
/// synced everything up to it. kNothingPending: there is nothing to wait for.
enum class WriteSequence : std::uint64_t {};
inline constexpr WriteSequence kNothingPending{0};

std::string to_hex(std::string_view bytes);
/// The bytes that an even number of hexadecimal digits stands for.
Result<std::string> from_hex(std::string_view digits);

template <class Tag, std::size_t Size>
std::string to_string(const FixedBytes<Tag, Size>& id) {
  return to_hex(id.view());
}
/// The first 8 digits: enough to tell the peers of one network apart when people read them.
std::string abbreviated(const PeerId& id);

std::string to_string(const RequestId& id);                   ///< 32 hexadecimal digits
Result<RequestId> parse_request_id(std::string_view digits);  ///< what to_string gave
Result<PeerId> parse_peer_id(std::string_view digits);        ///< 32 hexadecimal digits
Result<Digest> parse_digest(std::string_view digits);         ///< 64 hexadecimal digits

}  // namespace oxbow
