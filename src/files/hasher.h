// One thread that hashes what the catalog has waiting.
#pragma once

#include <string>

#include "files/shares.h"
#include "files/thread.h"

namespace oxbow {

class Hasher {
 public:
  /// It takes files of at most `most` bytes.
  Hasher(Shares& shares, std::uint64_t most) : shares_(shares), most_(most) {}
  // The destructor waits for the thread: after Shares::stop().

  bool start();

 private:
  void run();
  void tell_unreadable();

  Shares& shares_;
  const std::uint64_t most_;
  std::string told_;  // the last message, so that a rescan does not repeat it
  Thread thread_;
};

}  // namespace oxbow
