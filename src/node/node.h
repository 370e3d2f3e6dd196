// A peer's whole behaviour as one deterministic object: inputs go in with the time, what is to be
// done comes out in an Outbox. It knows no socket, thread, clock or disk; oxbowd and the simulator
// run the same Node. Not thread-safe: one driver calls it from one thread.
#pragma once

#include <memory>

#include "base/time.h"
#include "message/client.h"
#include "message/index_update.h"
#include "message/outbox.h"
#include "node/config.h"

namespace oxbow {

struct NodeState;
class Store;

/// A transport connection that has just come up, before any hello.
struct Connected {
  bool dialled = false;  ///< by this peer; `dial` then names the attempt
  DialId dial{};
  Address remote;  ///< the other end as the driver sees it
};

enum class Pressure : std::uint8_t { none, high };

class Node {
 public:
  /// `store` outlives the Node; it is the Node's alone, and empty unless `config.id` wrote it.
  Node(NodeConfig config, Store& store);
  ~Node();
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;

  /// Once, before any other input: dials the configured neighbors. `shares_pending`: shared folders
  /// will be indexed, so the node is not ready before an IndexUpdate says that nothing is pending.
  void start(Now now, bool shares_pending, Outbox& out);
  /// The last call before the store is closed in order: writes what is still to be done into it.
  void stop(Now now, Outbox& out);

  /// A transport connection is up. On one that this peer dialled the node sends its Hello at once;
  /// on others it waits for the dialler's. The driver lets nothing but a Hello or a Bye through
  /// to receive() before a Hello has come.
  void connected(Now now, ConnectionId connection, const Connected& details, Outbox& out);
  /// The connection has ended and was not hung up by the node. `reason` is for people.
  void disconnected(Now now, ConnectionId connection, std::string_view reason, Outbox& out);
  void dial_failed(Now now, DialId dial, std::string_view reason, Outbox& out);
  /// The send queue went above limits::kPressureAbove, or again below kPressureBelow.
  void pressure(Now now, ConnectionId connection, Pressure level, Outbox& out);

  /// Bytes get through, though no whole message has come yet: of a large one, in either direction.
  void alive(Now now, ConnectionId connection);

  void receive(Now now, ConnectionId connection, const Message& message, Outbox& out);
  /// A hint that changes nothing: a query with that id will be received next. What is known of it
  /// is fetched from memory meanwhile.
  void expect(const RequestId& query) const;

  /// A client's request; `handle` names it in Outbox::replies, where exactly one final reply ends
  /// it. Its upper 32 bits are not all ones: such handles are the Node's own. Cancelling (the
  /// client went away) ends it without one.
  void request(Now now, RequestHandle handle, const ClientRequest& request, Outbox& out);
  void cancel(Now now, RequestHandle handle, Outbox& out);

  /// The store has synced everything up to `sequence`: to be told before, or together with, sending
  /// what waited for it.
  void durable(Now now, WriteSequence sequence, Outbox& out);

  void disk_done(Now now, DiskTicket ticket, const DiskResult& result, Outbox& out);
  void index_changed(Now now, const IndexUpdate& update, Outbox& out);

  /// Does all that is due. Call it when next_deadline() has come; a deadline that has already
  /// passed means: again after I/O (a long scan goes on in slices).
  void tick(Now now, Outbox& out);
  Instant next_deadline() const;

  /// For tests and `status`: entries of each table now.
  StatusAnswer status(Now now) const;

 private:
  std::unique_ptr<NodeState> state_;
};

}  // namespace oxbow
