// A set of peers as one bit each: small enough to stay in the cache for a million of them.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/topology.h"

namespace oxbow::sim {

class PeerSet {
 public:
  explicit PeerSet(std::uint32_t peers) : words_((std::size_t{peers} + 63) / 64) {}

  bool contains(PeerNumber peer) const { return (words_[peer / 64] >> (peer % 64) & 1) != 0; }
  /// False: it was there.
  bool insert(PeerNumber peer) {
    if (contains(peer)) return false;
    words_[peer / 64] |= std::uint64_t{1} << (peer % 64);
    return true;
  }
  void erase(PeerNumber peer) { words_[peer / 64] &= ~(std::uint64_t{1} << (peer % 64)); }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace oxbow::sim
