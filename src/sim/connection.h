// One simulated TCP connection: two ends, and between them bytes on their way in order.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "codec/peer_stream.h"
#include "message/lanes.h"
#include "message/messages.h"
#include "sim/topology.h"

namespace oxbow {

/// What travels in one direction of a connection.
struct Segment {
  enum class Kind : std::uint8_t {
    accepted,  ///< tells the dialler that the connection is up
    bytes,
    end,  ///< the sender has closed, or died
  };
  Kind kind = Kind::bytes;
  std::shared_ptr<const std::string> bytes;  ///< one frame; shared by all that it was sent to
  const char* reason = "";                   ///< of an end, for people
  Lane lane = Lane::data;                    ///< what is prompt goes ahead of data
};

struct ConnectionEnd {
  PeerNumber host = 0;
  std::uint32_t run = 0;  ///< of the host's process; another run knows nothing of the connection
  ConnectionId id = kNoConnection;
  bool open = false;
  bool hello_received = false;
  bool magic_sent = false;
  bool vanished = false;  ///< with its host: whatever comes is answered by a reset
  std::unique_ptr<PeerStream> incoming;

  // Out of this end:
  std::deque<Segment> in_flight;
  std::size_t stalled = 0;  ///< segments that were due but could not get through
  Instant stalled_since{};  ///< the first of them
  Instant last_arrival;     ///< nothing overtakes what was sent before

  // Where the path has a bandwidth, what it has not taken yet (send_queues.cpp):
  std::deque<Segment> prompt, data;
  std::size_t queued = 0;   ///< bytes of both, and of the one that is being sent
  bool is_sending = false;  ///< the next one goes when the one before has gone
  bool is_pressed = false;  ///< the Node knows that the queue is long
  bool is_watched = false;  ///< whether it moves
  Instant moved;            ///< when something of it last went
};

struct SimConnection {
  std::array<ConnectionEnd, 2> ends;  ///< the dialler's first
  DialId dial{};
  bool dial_over = false;                         ///< the dialler knows how its dial ended
  bool broken = false;                            ///< cut: what is on its way never arrives
  bool silenced = false;                          ///< likewise, and neither end is told
  ConnectionKind kind = ConnectionKind::control;  ///< as the dialler's hello says
};

}  // namespace oxbow
