#include "transfer/assembly.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace oxbow {

void Assembly::absorb(std::string_view bytes) {
  OXBOW_ASSERT(bytes.size() <= size_ - in_order_, "more bytes than the content has");
  hash_.update(bytes);
  in_order_ += bytes.size();
}

void Assembly::add(std::uint64_t offset, std::string bytes) {
  OXBOW_ASSERT(offset >= in_order_ && !bytes.empty(), "a piece that was there already");
  const auto place = std::find_if(early_.begin(), early_.end(),
                                  [](const Early& early) { return early.bytes.empty(); });
  OXBOW_ASSERT(place != early_.end(), "more pieces than can be outstanding");
  *place = {offset, std::move(bytes)};
}

std::optional<std::string> Assembly::take() {
  const auto place = std::find_if(early_.begin(), early_.end(), [this](const Early& early) {
    return !early.bytes.empty() && early.offset == in_order_;
  });
  if (place == early_.end()) return std::nullopt;
  std::string bytes = std::exchange(place->bytes, {});
  absorb(bytes);
  return bytes;
}

Status Assembly::verify() {
  OXBOW_ASSERT(in_order_ == size_, "verified before everything was taken");
  const Digest got = hash_.finish();
  if (got == expected_) return Done{};
  return Error{"wrong-digest", "the content is not what was located; fetch it again",
               to_string(expected_), to_string(got)};
}

}  // namespace oxbow
