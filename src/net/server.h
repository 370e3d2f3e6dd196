// The glue between one Node and its sockets. Everything happens on the loop's thread, in turns:
// bytes come in and become inputs of the node; after each input what the node wants is carried out
// (server_outbox.cpp), except what waits for the store (server_store.cpp); at the end of the turn
// what is due is done and what was gathered is written (server_turn.cpp). Private to this room.
//
// Nothing ends a connection while the node's wishes are being carried out: it is marked, and ended
// before the turn is over. A Connection taken out of the table lives until then (graveyard_), since
// messages point into its bytes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "files/shared_folders.h"
#include "message/standing_conditions.h"
#include "net/connection_table.h"
#include "net/dialer.h"
#include "net/handles.h"
#include "net/held_back.h"
#include "net/lingering.h"
#include "net/listener.h"
#include "net/log.h"
#include "net/loop.h"
#include "net/peer_server.h"
#include "net/stream.h"
#include "node/node.h"
#include "store/store.h"

namespace oxbow {

class RocksStore;

class PeerServer::Server final : net::LoopUser, net::StreamUser, net::DialerUser {
 public:
  Server(const PeerOptions& options, PeerServerSetup setup);
  ~Server();

  Status open();  // once, before anything else
  Status run();
  void stop();

  Address address() const { return listener_->address(); }
  const PeerId& id() const { return id_; }
  std::string ready_line() const;

 private:
  using Connection = net::Connection;

  // server.cpp: opening, running, stopping
  Status open_listener();
  Status open_shares();
  NodeConfig node_config() const;
  Address advertised() const;
  void catch_signals();
  void woken();
  void take_news_of_shares();
  void say_goodbye();

  // server_strangers.cpp: accepting, and what the first byte says
  void accept_waiting();
  bool make_room();
  void stream_read(ConnectionId id, std::string_view bytes) override;
  void recognise(Connection& connection, std::string_view bytes);
  void become_client(Connection& connection, std::string_view bytes);
  std::optional<Error> client_refusal(const Connection& connection) const;
  void refuse_client(Connection& connection, std::string_view bytes, const Error& why);
  bool is_short_of_descriptors(const net::Stream& stream);
  void note_descriptors(bool short_of_them);
  void settle(Connection& connection);  // it is half-open no longer

  // server_peers.cpp
  void dial_connected(DialId id, net::Stream stream) override;
  void dial_failed(DialId id, std::string_view reason) override;
  void become_peer(Connection& connection, const Connected& details);
  void peer_read(Connection& connection, std::string_view bytes);
  void note_hello(Connection& connection, const Message& message);
  void refuse_peer(Connection& connection, const Error& error);

  // server_clients.cpp
  void client_read(Connection& connection, std::string_view bytes);
  void serve(Connection& connection);
  void ask_again(Connection& connection);
  void ask(Connection& connection, std::uint32_t rpc_id, const ClientRequest& request,
           std::size_t bytes);
  void pause(Connection& connection);
  void resume_clients();
  bool asks_too_fast(const Connection& connection) const;
  void close_client(Connection& connection, const Error& why);

  // server_limits.cpp: what is held for others
  void watch_progress(Connection& connection);
  void watch_unfinished(Connection& connection, std::uint64_t frame);
  Duration unfinished_time() const;
  void account(Connection& connection);
  void stay_within_sum();
  bool is_stalled(Connection& connection);

  // server_outbox.cpp: what the node wants done
  void carry_out();
  void send(const Send& send);
  Connection* find_peer(ConnectionId id);
  void append_to(ConnectionId target, const Message& message, std::string_view encoded);
  std::string& greeted_output(Connection& connection, Lane lane);
  void written_to(Connection& connection);
  void hang_up(const Hangup& hangup);
  void deliver(const Reply& reply);
  bool finds_no_room(Connection& connection, std::uint32_t rpc_id, const Reply& reply);
  void start_read(const DiskRead& read);
  void log_event(const Event& event);

  // server_store.cpp: what waits for the store, and what becomes of the peer without it
  Status choose_id();
  Status open_store();
  Status open_data();
  Status close_store();
  void tell_of_loss(const RocksStore& store);
  StoreEvents store_events();
  bool waits(WriteSequence after) const { return after > durable_; }
  void hold_message(ConnectionId target, const Send& send);
  void hold_answer(Connection& connection, std::uint32_t rpc_id, const Reply& reply);
  void hold(Connection& connection, net::HeldItem item);
  static void append_reply(std::uint32_t rpc_id, const Reply& reply, std::string& out);
  void store_has_news();
  void take_durable();
  void release(net::HeldItem& item);
  void drop_held(Connection& connection);

  // server_turn.cpp: the end of a turn, and the ends of connections
  Instant end_turn() override;
  void stream_ended(ConnectionId id, std::string_view reason, bool cleanly) override;
  void stream_written(ConnectionId id) override;
  void touch(Connection& connection);
  void flush_touched();
  void watch_pressure(Connection& connection);
  void watch_slow_ones(Instant now);
  void tell_high_pressure();
  void settle_marked();
  void expire(Instant now);
  void expire(Connection& connection, Instant now);
  void set_deadline(Instant& deadline, Instant at);
  void mark_ended(Connection& connection, std::string_view reason);
  /// Ends it now; `politely`: what is queued is still written.
  void end(ConnectionId id, std::string_view reason, bool politely);

  Now now() { return loop_.now(); }
  void log(Severity severity, std::string_view text);
  /// What may happen again and again: see message/standing_conditions.h. `condition` is of that
  /// host, whatever its port.
  void log_standing(Severity severity, std::string_view condition, const Address& remote,
                    std::string_view text);

  const PeerOptions options_;
  const PeerServerSetup setup_;
  PeerId id_;
  std::string name_;

  net::Log log_;
  StandingConditions standing_;
  net::Loop loop_;
  net::Handles* handles_ = nullptr;  // freed by libuv's close callback

  std::unique_ptr<net::Listener> listener_;
  net::Dialer dialer_{loop_, *this};
  net::Lingering lingering_;
  net::ConnectionTable connections_;
  std::uint32_t half_open_ = 0;
  std::uint32_t clients_ = 0;
  std::size_t held_for_all_ = 0;  // sum of what connections hold, see net/held_bytes.h

  std::unique_ptr<Store> store_;         // before node_, which uses it
  std::function<Status()> close_store_;  // unset: there is nothing to be flushed
  std::unique_ptr<Node> node_;
  Outbox out_;
  net::HeldBack held_;
  WriteSequence durable_ = kNothingPending;  // all up to it, as the node was told
  std::optional<Error> fatal_;               // why the peer had to stop
  std::string scratch_;                      // a message encoded for several targets

  struct Ended {
    ConnectionId id;
    std::string reason;
  };
  std::vector<ConnectionId> touched_;  // have output that was not flushed
  std::vector<ConnectionId> pressed_;  // their pressure changed, the node does not know
  std::size_t pressed_told_ = 0;       // but of those that are high, so many it does
  std::vector<Ended> ended_;           // to be ended
  std::vector<ConnectionId> paused_clients_;
  std::vector<DiskTicket> failed_reads_;  // there are no shared folders to read from
  std::vector<std::unique_ptr<Connection>> graveyard_;
  Instant next_expiry_ = kNever;  // no deadline of a connection comes before
  Instant next_slow_look_ = kNever;

  std::unique_ptr<SharedFolders> files_;  // last: its threads end first
};

}  // namespace oxbow
