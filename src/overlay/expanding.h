// The waves of an expanding search (Lv, Cao, Cohen, Li, Shenker 2002; design, section 4): floods of
// TTL 1, 2, 4, … and at last the asked one. The next begins when the one before has ended without a
// hit, which the originator knows because every copy is answered (echo.h).
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace oxbow {

/// The TTL of the wave after one of TTL `last`, of an asked one of at least 1; nothing if it was
/// the last wave.
template <std::unsigned_integral Ttl>
constexpr std::optional<Ttl> next_wave(Ttl last, std::type_identity_t<Ttl> asked, bool found) {
  if (found || last >= asked) return std::nullopt;
  return last > asked / 2 ? asked : static_cast<Ttl>(last * 2);
}

}  // namespace oxbow
