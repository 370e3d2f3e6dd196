// The last `ring join`, as a member keeps it: where on the ring its operator put it. At its next
// start that holds, and not its configuration, unless the configuration was changed since.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oxbow {

/// A place on the ring, as a configuration or a `ring join` has it.
struct RingPlace {
  bool member = false;
  std::string zone;
  double weight = 1;
  friend bool operator==(const RingPlace&, const RingPlace&) = default;
};

struct LastJoin {
  RingPlace place;
  RingPlace configured;  ///< when it was said
};

std::string to_bytes(const LastJoin& join);
/// Nothing: these are not the bytes of one.
std::optional<LastJoin> last_join_of(std::string_view bytes);

}  // namespace oxbow
