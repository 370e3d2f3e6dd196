// Reads pieces of findable files on a thread of its own, so that a slow disk delays only them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "base/ids.h"
#include "files/finished_read.h"
#include "files/shares.h"
#include "files/thread.h"
#include "message/outbox.h"

namespace oxbow {

class PieceReader {
 public:
  explicit PieceReader(Shares& shares) : shares_(shares) {}
  ~PieceReader();

  /// Without it, nothing is found.
  bool start();
  void read(const DiskRead& request);
  std::optional<FinishedRead> take();

 private:
  struct Request {
    DiskTicket ticket{};
    std::string key;
    Digest sha256;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
  };

  void run();
  std::optional<Request> wait_for_request();
  PieceStatus carry_out(const Request& request, std::string& bytes);

  Shares& shares_;
  std::mutex mutex_;  // of everything below
  std::condition_variable work_;
  std::deque<Request> requests_;
  std::deque<FinishedRead> finished_;
  std::size_t results_ = 0;  // finished, and holding bytes until they are taken
  bool started_ = false;
  bool stopping_ = false;
  Thread thread_;
};

}  // namespace oxbow
