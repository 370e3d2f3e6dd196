// Counts one member's hints again, while they are gone through from the first to the last and while
// writes go on: so what is counted of them never stays wrong, whatever made it so. Each time that
// all of them were looked through, the count is put right.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.h"

namespace oxbow {

class HintRecount {
 public:
  /// A look through them begins behind `after`: empty: at the first one, and all are counted again.
  /// One that leaves out hints that were not met yet ends the count.
  void begin(std::string_view after);
  /// The next one that is there; those met before are counted already.
  void meet(std::string_view key, std::uint64_t bytes);
  /// There are no more: the right count; nothing: the look did not begin at the first one.
  bool end(HintTotals& found);

  /// A hint was written, erased (`after` 0) or replaced, at any time. Sizes in bytes.
  void change(std::string_view key, std::uint64_t before, std::uint64_t after);

 private:
  bool running_ = false;
  std::string last_;  // met; those up to it are counted in found_
  HintTotals found_;
};

}  // namespace oxbow
