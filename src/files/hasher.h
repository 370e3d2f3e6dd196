// One thread that hashes what the catalog has waiting.
#pragma once

#include <string>

#include "files/shares.h"
#include "files/thread.h"

namespace oxbow {

class Hasher {
 public:
  explicit Hasher(Shares& shares) : shares_(shares) {}
  // The destructor waits for the thread: after Shares::stop().

  bool start();

 private:
  void run();
  void tell_unreadable();

  Shares& shares_;
  std::string told_;  // the last message, so that a rescan does not repeat it
  Thread thread_;
};

}  // namespace oxbow
