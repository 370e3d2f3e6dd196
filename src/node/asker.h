// Who is told how a get or put ended.
#pragma once

#include <oxbow/requests.h>

#include <cstdint>

#include "base/ids.h"
#include "base/time.h"
#include "message/client.h"

namespace oxbow {

struct Asker {
  enum class Kind : std::uint8_t { client, peer, adoption, put, restore };
  Kind kind = Kind::client;
  RequestHandle handle{};                   ///< of a client
  bool explain = true;                      ///< it wants to know who did what
  Instant until = kNever;                   ///< its time is up then, whatever follows
  ConnectionId connection = kNoConnection;  ///< of a peer that forwarded it
  std::uint64_t number = 0;                 ///< that peer's ticket, the adoption, or the put
};

}  // namespace oxbow
