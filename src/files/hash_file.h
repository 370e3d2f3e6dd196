// Hashes one file of a shared folder, whatever happens to it meanwhile.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string_view>

#include "files/catalog.h"

namespace oxbow {

/// Reads the file through `buffer`. `hashed` only if the file was the same one before and after,
/// under that path too, and had settled. Nothing if `stopping` became true.
std::optional<HashOutcome> hash_file(int folder, std::string_view path, std::span<char> buffer,
                                     const std::atomic<bool>& stopping);

}  // namespace oxbow
