// What comes of a DiskRead (message/outbox.h).
#pragma once

#include <string>

#include "base/ids.h"
#include "message/messages.h"

namespace oxbow {

/// `bytes` is shorter than asked only at the end of the file; empty unless `status` is ok.
struct FinishedRead {
  DiskTicket ticket{};
  PieceStatus status = PieceStatus::ok;
  std::string bytes;
};

}  // namespace oxbow
