// The connections of a peer, by slot: strangers that have not said what they are, other peers, and
// clients.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"
#include "codec/peer_stream.h"
#include "codec/rpc.h"
#include "net/asked_again.h"
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
  bool is_paused = false;            ///< it asks faster than it reads or is answered
  AskedAgain again;                  ///< gets whose answers found no room
  std::set<RequestHandle> left_out;  ///< searches of which hits found none
  std::uint64_t asked = 0;           ///< requests so far
};

struct Connection {
  Connection(ConnectionId given, Stream connected, const Address& other_end, Instant now)
      : id(given), stream(std::move(connected)), remote(other_end), opened(now) {}

  ConnectionId id = kNoConnection;
  Stream stream;
  Address remote;
  Instant opened{};
  Instant hello_due = kNever;        ///< it has to say what it is
  Instant progress_due = kNever;     ///< it has to read some of what waits for it
  Instant unfinished_due = kNever;   ///< what it has sent half has to be whole
  std::uint64_t written_then = 0;    ///< when it was last seen to read some
  Instant moved{};                   ///< then
  std::uint64_t unfinished_frame{};  ///< the number of the frame or request that is half here
  Instant unfinished_since{};        ///< it is
  std::size_t held_bytes = 0;        ///< of what waits for the store, see HeldBack
  std::size_t counted = 0;           ///< of it in the sum over all connections
  bool is_half_open = false;
  bool is_unwelcome = false;  ///< there are no descriptors left for it: it is told, and closed
  bool is_dirty = false;      ///< has output since the last flush
  bool is_ending = false;     ///< is to be ended before the turn is over
  std::variant<Stranger, PeerSide, ClientSide> side;

  PeerSide* peer() { return std::get_if<PeerSide>(&side); }
  ClientSide* client() { return std::get_if<ClientSide>(&side); }
  /// Bytes for it that are still here: what its limits count.
  std::size_t waiting() const { return stream.queued() + held_bytes; }
  /// Bytes of it that have come and could not be used yet.
  std::size_t unfinished() const;
  Instant next_deadline() const { return std::min({hello_due, progress_due, unfinished_due}); }
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
