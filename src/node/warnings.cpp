#include "node/warnings.h"

#include <utility>

#include "base/limits.h"

namespace oxbow {

bool Warnings::begin(std::string_view about, std::string text) {
  const auto found = texts_.find(about);
  if (found != texts_.end()) {
    found->second = std::move(text);
    return false;
  }
  if (texts_.size() >= limits::kWarnings) return false;
  texts_.emplace(about, std::move(text));
  return true;
}

bool Warnings::end(std::string_view about) {
  const auto found = texts_.find(about);
  if (found == texts_.end()) return false;
  texts_.erase(found);
  return true;
}

std::vector<std::string> Warnings::texts() const {
  std::vector<std::string> result;
  for (const auto& [about, text] : texts_) result.push_back(text);
  return result;
}

}  // namespace oxbow
