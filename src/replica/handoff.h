// The delivery of one absent member's hints, as bookkeeping: which are under way, where to go on.
// Hints go out in pages, in the order of their keys; what is answered is deleted by the caller, and
// what is not answered in time goes out again from the beginning, which delivered ones have left.
// Delivering one twice does no harm: it is merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

class Handoff {
 public:
  explicit Handoff(std::size_t most_under_way = limits::kHandoffBatch,
                   Duration patience = limits::kHandoffPatience)
      : most_(most_under_way), patience_(patience) {}

  /// How many more may be sent now.
  std::size_t room() const { return most_ - under_way_.size(); }
  std::size_t under_way() const { return under_way_.size(); }
  bool is_under_way(std::string_view key) const { return by_key_.contains(key); }

  /// The next hint to be sent is the first one behind this key.
  const std::string& cursor() const { return cursor_; }

  /// The hint of `key` was sent. `version` tells whether it has changed meanwhile.
  void sent(Instant now, std::uint64_t ticket, std::string_view key, std::uint64_t version);
  /// A hint was looked at and not sent (it is under way, or has expired).
  void skipped(std::string_view key) { cursor_ = key; }
  /// There is no hint behind the cursor: the next pass begins with the first one.
  void end_of_page() { cursor_.clear(); }

  /// What the answer to a ticket is about.
  struct Sent {
    std::string key;
    std::uint64_t version = 0;
  };
  /// It was answered: nothing for tickets that are not under way (any more).
  std::optional<Sent> answered(std::uint64_t ticket);

  /// Gives up waiting for what was sent too long ago; how many that were. They go again.
  std::size_t expire(Instant now);
  /// The member went away: nothing that was sent will be answered.
  void lost();
  Instant next_deadline() const;

 private:
  struct UnderWay {
    Sent sent;
    Instant deadline{};
  };
  std::size_t most_;
  Duration patience_;
  std::string cursor_;
  std::map<std::uint64_t, UnderWay> under_way_;  // by ticket: in the order of sending
  std::map<std::string, std::uint64_t, std::less<>> by_key_;
};

}  // namespace oxbow
