// A part of a database that cannot be read, such as one bad block of a file, and where it ends.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace oxbow::storage {

/// The first number above `damaged` from which on can be read, given that from `damaged` on it
/// cannot; nothing: there is none. `can_read` is asked at most 128 times. Where several parts are
/// damaged close to each other, what lies between them may be left out too.
std::optional<std::uint64_t> end_of_damage(std::uint64_t damaged,
                                           const std::function<bool(std::uint64_t)>& can_read);

}  // namespace oxbow::storage
