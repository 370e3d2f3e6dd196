// Configuration values as text: reading them, with a complaint that says what would be right, and
// writing them so that they read back the same. Private to this room.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace oxbow::config {

/// An error whose message is the bare complaint.
Error complaint(std::string message);

Result<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most);

/// Digits with an optional fraction, from 0 to 1,000,000,000.
Result<double> read_decimal(std::string_view text);
std::string write_decimal(double value);

/// yes, no, true, false, on, off, 1, 0.
Result<bool> read_boolean(std::string_view text);

/// A number with ms, s or m after it; without a unit: seconds. At least 1 ms, at most a day.
Result<Duration> read_duration(std::string_view text);
std::string write_duration(Duration duration);

/// A whole number with KiB, MiB or GiB after it; without a unit: bytes. At most `most` bytes.
Result<std::uint64_t> read_size(std::string_view text, std::uint64_t most);
/// In the largest unit that leaves no fraction.
std::string write_size(std::uint64_t bytes);

/// 1 to 63 printable bytes, for the name of a peer or a network.
Result<std::string> read_name(std::string_view text);

/// HOST:PORT, where HOST may be an address ([…] around IPv6) or a host's name.
Result<std::string> read_endpoint(std::string_view text);

/// Without the spaces, tabs and carriage returns at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace oxbow::config
