// Request ids that their originator recognises as its own long after it has forgotten the query:
// 64 random bits, then their keyed hash under a secret of the process (SYN cookies, Bernstein
// 1996).
#pragma once

#include "base/hash.h"
#include "base/ids.h"
#include "base/random.h"

namespace oxbow {

inline RequestId draw_request_id(Random& random, const SipKey& secret) {
  const std::uint64_t drawn = random.next();
  return {drawn, keyed_hash64(secret, drawn)};
}

inline bool is_own_request(const RequestId& id, const SipKey& secret) {
  return keyed_hash64(secret, id.random) == id.proof;
}

/// Request ids are random already where they are honest; the multiplication spreads those that are
/// not, together with the half that a stranger would have to choose as well.
struct RequestIdHash {
  std::uint64_t operator()(const RequestId& id) const {
    const std::uint64_t mixed = (id.random ^ (id.proof >> 29)) * 0x9e3779b97f4a7c15ULL;
    return mixed ^ (mixed >> 32) ^ id.proof;
  }
};

}  // namespace oxbow
