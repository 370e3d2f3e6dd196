#include "base/arena.h"

#include <algorithm>

#include "base/lies_in.h"

namespace oxbow {

namespace {
constexpr std::size_t kBlockSize = 16 * 1024;
}

std::string_view Arena::copy(std::string_view bytes) {
  if (bytes.empty()) return {};
  auto* target = static_cast<char*>(allocate(bytes.size(), 1));
  std::memcpy(target, bytes.data(), bytes.size());
  return {target, bytes.size()};
}

bool Arena::contains(std::string_view bytes) const {
  // The newest first: what was just made is asked about.
  return std::any_of(blocks_.rbegin(), blocks_.rend(), [&](const Block& block) {
    return lies_in(bytes, {reinterpret_cast<const char*>(block.bytes.get()), block.size});
  });
}

void Arena::reset() {
  if (blocks_.size() > 1) blocks_.resize(1);
  used_ = 0;
}

void* Arena::allocate(std::size_t size, std::size_t alignment) {
  if (!blocks_.empty()) {
    const std::size_t start = (used_ + alignment - 1) / alignment * alignment;
    if (start + size <= blocks_.back().size) {
      used_ = start + size;
      return blocks_.back().bytes.get() + start;
    }
  }
  const std::size_t block = std::max(size, kBlockSize);
  blocks_.push_back({std::make_unique<std::byte[]>(block), block});
  used_ = size;
  return blocks_.back().bytes.get();
}

}  // namespace oxbow
