#include "ring/token.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/assert.h"

namespace oxbow {

double RingRange::share() const {
  return is_whole_ring() ? 1.0 : std::ldexp(static_cast<double>(clockwise(after, last)), -64);
}

Position token_of(const PeerId& member, std::uint32_t index) {
  char bytes[PeerId::kSize + 4];
  std::memcpy(bytes, member.bytes.data(), PeerId::kSize);
  for (std::size_t i = 0; i < 4; ++i) {  // little-endian, whatever the machine
    bytes[PeerId::kSize + i] = static_cast<char>((index >> (8 * i)) & 0xff);
  }
  return Position{hash64({bytes, sizeof bytes})};
}

std::uint32_t tokens_of_weight(double weight) {
  OXBOW_ASSERT(weight > 0, "a member without weight takes no part in the ring");
  const double wanted = std::round(weight * limits::kTokensPerMember);
  return static_cast<std::uint32_t>(std::clamp(wanted, 1.0, double{limits::kTokensMost}));
}

}  // namespace oxbow
