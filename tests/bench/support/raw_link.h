// A neighbor of a peer that is no peer: a socket that has exchanged hellos and is linked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bench/support/socket.h"
#include "codec/peer_stream.h"

namespace oxbow::bench {

class RawLink {
 public:
  /// Dials the peer as the neighbor of this number, and waits for its agreement.
  RawLink(const Address& peer, std::uint8_t number);

  Socket& socket() { return socket_; }

 private:
  void wait_for_agreement();

  Socket socket_;
  PeerStream in_;
};

}  // namespace oxbow::bench
