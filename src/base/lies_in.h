// Whether bytes are a part of others, by where they are.
#pragma once

#include <functional>
#include <string_view>

namespace oxbow {

/// Whether `part` lies within `whole`; the two need not belong together.
inline bool lies_in(std::string_view part, std::string_view whole) {
  const std::less_equal<const char*> is_not_after;
  return is_not_after(whole.data(), part.data()) &&
         is_not_after(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace oxbow
