// What a Node knows of the ring: the records that gossip brought, the token ring made of them, and
// who answered lately.
#pragma once

#include <map>

#include "base/time.h"
#include "membership/members.h"
#include "message/client.h"
#include "ring/token_ring.h"

namespace oxbow {

/// How a member answered lately. One that failed is not asked again before `retry`; anything heard
/// from it proves that it lives.
struct MemberHealth {
  Instant failed{};  ///< the first time since it was last heard of
  Instant retry{};
};

struct RingState {
  Members members;
  TokenRing ring;   ///< of those that have joined; made anew when `members` changes
  RingStamp stamp;  ///< of `ring`, for replica messages
  std::map<PeerId, MemberHealth> failed;  ///< members that did not answer
};

}  // namespace oxbow
