// What the ring has under a key: a lookup only says who owns it.
#pragma once

#include <oxbow/client.h>
#include <oxbow/result.h>

#include <cstdint>
#include <optional>
#include <string>

namespace oxbow::cli {

enum class RingHolding : std::uint8_t { value, tombstone, nothing };

/// Asks for it by a get without a search. Unset: too few of the key's members answered to say.
Result<std::optional<RingHolding>> held_by_ring(Client& client, const std::string& key);

}  // namespace oxbow::cli
