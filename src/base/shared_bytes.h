// Bytes that are never changed and have many owners: a value is in memory once, however many copies
// of its object are stored, sent and hinted.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace oxbow {

/// Never changed through any of its owners; null where there are no bytes at all.
using SharedBytes = std::shared_ptr<const std::string>;

inline SharedBytes share(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace oxbow
