#include "membership/last_word.h"

#include <bit>
#include <cstdint>

#include "base/limits.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

constexpr std::uint8_t kFormat = 1;

void write(CanonicalWriter& out, const RingPlace& place) {
  out.u8(place.member ? 1 : 0);
  out.varint(place.zone.size());
  out.raw(place.zone);
  out.u64(std::bit_cast<std::uint64_t>(place.weight));
}

RingPlace read(CanonicalReader& in) {
  RingPlace place;
  place.member = in.u8() == 1;
  const std::uint64_t size = in.varint();
  place.zone = in.raw(size <= limits::kName ? size : in.left() + 1);
  place.weight = std::bit_cast<double>(in.u64());
  return place;
}

}  // namespace

std::string to_bytes(const LastWord& word) {
  CanonicalWriter out;
  out.u8(kFormat);
  write(out, word.place);
  write(out, word.configured);
  return out.take();
}

std::optional<LastWord> last_word_of(std::string_view bytes) {
  CanonicalReader in(bytes);
  if (in.u8() != kFormat) return std::nullopt;
  LastWord word;
  word.place = read(in);
  word.configured = read(in);
  if (in.failed() || in.left() > 0) return std::nullopt;
  return word;
}

}  // namespace oxbow
