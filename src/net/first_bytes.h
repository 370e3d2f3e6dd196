// What a stranger turns out to be by the first bytes that it sends (design, section 9).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oxbow::net {

enum class Speaker : std::uint8_t { peer, client, unknown };

/// By the first byte; `bytes` is not empty.
Speaker recognise(std::string_view bytes);

/// For the log, where recognise() gave unknown: "TLS", "HTTP", …, or the bytes themselves.
std::string looks_like(std::string_view bytes);

}  // namespace oxbow::net
