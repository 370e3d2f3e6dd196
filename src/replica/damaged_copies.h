// Which copies of this member cannot be read, and what is done about each: it is read from the
// other primaries, and written again. Until then it is no answer to a read and takes no write, for
// nobody may count a copy that lacks what it had.
//
//               meet()             take_due()            restored()
//   (readable) ───────▶ waiting ─────────────▶ reading ─────────────▶ (readable)
//                          ▲                    │   │
//                          └── try_again(): ────┘   └── nobody_has_it() ──▶ replaceable
//                              too few answered             │  the next write, or its reading well:
//                                                           └──────▶ restored() ─▶ (readable)
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace oxbow {

class DamagedCopies {
 public:
  enum class State : std::uint8_t { waiting, reading, replaceable };

  /// A read found it damaged. True: that is news. Beyond limits::kDamagedCopies it is forgotten
  /// again: the next read of it finds it too.
  bool meet(Instant now, std::string_view key);
  /// One that is to be read from the others now; its state is `reading` then.
  std::optional<std::string> take_due(Instant now);
  void try_again(Instant now, std::string_view key);
  /// No other member that should have a copy has heard of it: what is written next replaces it.
  void nobody_has_it(std::string_view key);
  /// It can be read again.
  void restored(std::string_view key);

  bool may_be_replaced(std::string_view key) const;
  bool empty() const { return copies_.empty(); }
  std::size_t size() const { return copies_.size(); }
  Instant next_deadline() const;

 private:
  struct Copy {
    State state = State::waiting;
    Instant due{};  ///< while it waits
  };
  std::map<std::string, Copy, std::less<>> copies_;
};

}  // namespace oxbow
