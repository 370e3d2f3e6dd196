// The connections of a peer, by slot: strangers that have not said what they are, other peers, and
// clients.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/peer_stream.h"
#include "codec/rpc.h"
#include "net/requests_in_flight.h"
#include "net/stream.h"

namespace oxbow::net {

/// Accepted, and silent so far.
struct Stranger {};

struct PeerSide {
  PeerStream in;
  bool has_greeted = false;  ///< the magic has gone out
  bool has_hello = false;    ///< and its hello has come in
  bool under_pressure = false;
  std::uint64_t confirmed_then = 0;  ///< when it was last looked whether what is sent moves
  std::string who;                   ///< name and id, after the hello
};

struct ClientSide {
  RpcServerStream in;
  RequestsInFlight requests;
  bool is_paused = false;          ///< it asks faster than it reads or is answered
  std::uint64_t written_then = 0;  ///< when its deadline was set
};

struct Connection {
  ConnectionId id = kNoConnection;
  Stream stream;
  Address remote;
  Instant opened{};
  /// Half-open: for the hello. Clients: for progress in reading.
  Instant deadline = kNever;
  std::size_t held_bytes = 0;  ///< of what waits for the store, see HeldBack
  bool is_half_open = false;
  bool is_dirty = false;   ///< has output since the last flush
  bool is_ending = false;  ///< is to be ended before the turn is over
  std::variant<Stranger, PeerSide, ClientSide> side;

  PeerSide* peer() { return std::get_if<PeerSide>(&side); }
  ClientSide* client() { return std::get_if<ClientSide>(&side); }
  /// Bytes for it that are still here: what its limits count.
  std::size_t waiting() const { return stream.queued() + held_bytes; }
};

/// For people: the remote address and, when known, who it is.
std::string describe(const Connection& connection);

class ConnectionTable {
 public:
  /// Null: all 65,535 slots are taken.
  Connection* open(Stream stream, Instant now);
  /// Null: it has ended.
  Connection* find(ConnectionId id) const;
  /// Takes it out. Whoever is still working on it may keep the object for a while.
  std::unique_ptr<Connection> remove(ConnectionId id);

  /// By slot, null where none is.
  const std::vector<std::unique_ptr<Connection>>& slots() const { return slots_; }

 private:
  static constexpr std::size_t kSlots = 0xffff;
  static constexpr std::size_t kSlotsAtRest = 64;  // so that a number is not used again soon

  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::uint16_t> uses_;  // by slot
  std::deque<std::uint16_t> free_;   // the one free for longest first
};

}  // namespace oxbow::net
