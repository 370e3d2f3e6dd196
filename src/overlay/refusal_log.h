// Which refusals were told in the log: a standing one is told once, not with every attempt.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

class RefusalLog {
 public:
  explicit RefusalLog(std::size_t capacity = limits::kRefusals) : capacity_(capacity) {}

  /// Whether the log is to be told that `who` was refused, or refuses, for the reason `code`: not
  /// if it was met within limits::kConditionOver. Full: the one met longest ago is forgotten. No
  /// `group` (a host) has more than an eighth of the places; further ones of it are not told.
  bool is_news(Instant now, std::string_view group, std::string_view who, std::string_view code);
  /// It was not refused this time: the next refusal is news.
  void forget(std::string_view who);

  std::size_t size() const { return told_.size(); }

 private:
  struct Told {
    std::string group;
    std::string who;
    std::string code;
    Instant met{};
  };

  std::size_t capacity_;
  std::vector<Told> told_;
};

}  // namespace oxbow
