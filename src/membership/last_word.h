// The last `ring join` or `ring leave`, as a peer keeps it: where on the ring its operator put it,
// or that it is no member. At its next start that holds, and not its configuration, unless the
// configuration was changed since.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oxbow {

/// A place on the ring, as a configuration, a `ring join` or a `ring leave` has it.
struct RingPlace {
  bool member = false;
  std::string zone;
  double weight = 1;
  friend bool operator==(const RingPlace&, const RingPlace&) = default;
};

struct LastWord {
  RingPlace place;
  RingPlace configured;  ///< when it was said
};

std::string to_bytes(const LastWord& word);
/// Nothing: these are not the bytes of one.
std::optional<LastWord> last_word_of(std::string_view bytes);

}  // namespace oxbow
