// Owns an open file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace oxbow {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    FileDescriptor(std::move(other)).swap(*this);
    return *this;
  }

  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  /// The caller closes it.
  int release() { return std::exchange(descriptor_, -1); }

 private:
  void swap(FileDescriptor& other) noexcept { std::swap(descriptor_, other.descriptor_); }

  int descriptor_ = -1;
};

}  // namespace oxbow
