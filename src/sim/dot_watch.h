// Checks that a dot names one write for ever: of all copies of a key that are ever on a disk, in a
// hint or on their way between peers, a dot has one value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/network.h"
#include "version/object.h"

namespace oxbow {

class DotWatch {
 public:
  /// Sees every object written from peer to peer; the network outlives it, and taps it until then.
  explicit DotWatch(SimNetwork& network);
  /// Sees nothing by itself.
  DotWatch() = default;
  DotWatch(const DotWatch&) = delete;
  DotWatch& operator=(const DotWatch&) = delete;

  void see(std::string_view key, const Object& object);
  /// All that is in a store now.
  void see(SimStore& store);
  /// All that is on the disks of a network's peers now.
  void see_disks(SimNetwork& network);

  /// What did not hold, for people; empty: all did.
  const std::vector<std::string>& breaches() const { return breaches_; }
  std::size_t dots() const { return written_.size(); }

 private:
  struct Written {
    bool tombstone = false;
    std::uint64_t value = 0;  ///< XXH3
    WallTime time{};
    friend bool operator==(const Written&, const Written&) = default;
  };

  std::map<std::pair<std::string, Dot>, Written> written_;
  std::vector<std::string> breaches_;
};

}  // namespace oxbow
