// The connections of a Node: what is known of each, and which of them are links. Only this table
// and the handlers map 32-bit link numbers to peers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"
#include "overlay/answer_record.h"
#include "overlay/rate_limiter.h"

namespace oxbow {

struct Connection {
  ConnectionId id = kNoConnection;
  bool dialled = false;  ///< by this peer
  DialId dial{};         ///< the attempt, if dialled
  bool up = false;       ///< hellos have been exchanged: what follows is known
  Address remote;        ///< as the driver sees it
  ConnectionKind kind = ConnectionKind::control;
  PeerId peer;
  Address address;  ///< where the peer says that it can be dialled
  std::string name;
  std::uint64_t features = 0;  ///< of the peer: see peer_features

  bool linked = false;      ///< both agreed to flood over it
  bool link_asked = false;  ///< we asked with a LinkChange and wait for the answer
  bool under_pressure = false;
  bool retired = false;         ///< another has taken its place: nothing is begun over it any more
  bool dead = false;            ///< its other end has vanished: what was sent over it is lost
  bool reached = false;         ///< dialled, and a peer of this network was there
  bool named = false;           ///< dialled because another peer named the address
  bool wishes_link = false;     ///< its hello said so
  std::uint64_t run = 0;        ///< of the peer's process; 0: not told
  std::uint64_t own_dial = 0;   ///< Hello::dial of ours, of the attempt that led here
  std::uint64_t peer_dial = 0;  ///< of the other side's
  std::uint32_t links = kLinksNotTold;  ///< neighbors that the peer has, as it said last
  bool told_of_ring = false;            ///< the peer has said something about it
  bool probed = false;  ///< its address has been dialled, to see whether it is right

  Instant opened{};
  Instant heard{};               ///< last message received
  Instant owes = kNever;         ///< the first message sent since then; kNever: none
  Instant used{};                ///< last message, keepalive left out, in either direction
  std::uint64_t ping_nonce = 0;  ///< of the ping that waits for its pong; 0: none
  Instant pinged{};
  Instant gave_addresses{};  ///< when we last answered with addresses
  std::optional<Duration> round_trip;
  std::optional<Duration> clock;  ///< of the peer, see membership/clock_votes.h

  Instant linked_at{};         ///< when the link came up
  std::uint64_t link_bit = 0;  ///< of the link: see Connections::set_linked
  AnswerRecord answers;        ///< to the copies of queries that the neighbor is sent

  RateLimiter limiter;
  RateLimiter ring_limiter;  ///< of lists of all members that it is sent
  RateLimiter dial_limiter;  ///< of addresses that it names, to be dialled
  std::uint32_t offences = 0;
  std::uint32_t repeats = 0;  ///< copies that it had sent already
  std::uint32_t pieces = 0;   ///< asked of us over it, not yet answered
  /// Bytes of hits that each neighbor has added to its queue while it was long.
  std::map<ConnectionId, std::size_t> hits_under_pressure;
  std::uint64_t queries_in = 0, queries_out = 0, hits_in = 0, hits_out = 0;
};

class Connections {
 public:
  Connection& open(ConnectionId id);
  /// nullptr: not open (any more).
  Connection* find(ConnectionId id);
  const Connection* find(ConnectionId id) const;
  void close(ConnectionId id);

  /// In the order in which they were opened.
  std::span<const ConnectionId> all() const { return all_; }
  /// The links, in the order in which they came up: the order of forwarding.
  std::span<const ConnectionId> links() const { return links_; }

  /// A link gets a bit of its own among the first 64 of those that are up; further ones share the
  /// last.
  void set_linked(Connection& connection, bool linked);
  bool is_living_link(ConnectionId id) const {
    const Connection* connection = find(id);
    return connection != nullptr && connection->linked;
  }

  /// The connection of one kind to a peer, hellos exchanged, not retired; nullptr: none.
  Connection* to_peer(const PeerId& peer, ConnectionKind kind);
  const Connection* to_peer(const PeerId& peer, ConnectionKind kind) const {
    return const_cast<Connections*>(this)->to_peer(peer, kind);
  }
  std::size_t count_links(bool dialled) const;

 private:
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<ConnectionId> all_;
  std::vector<ConnectionId> links_;
  std::uint64_t link_bits_ = 0;  // taken
};

}  // namespace oxbow
