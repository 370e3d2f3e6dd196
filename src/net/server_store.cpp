// The store's side of the loop: what waits for it to be durable, and what becomes of the peer when
// it cannot be.
#include <fmt/format.h>

#include <filesystem>

#include "net/secrets.h"
#include "net/server.h"
#include "storage/rocks_store.h"
#include "store/memory_store.h"

namespace oxbow {

using namespace net;

/// The configured one, or the one that the data folder has kept, or a new one. (Whether the folder
/// belongs to the configured one is seen when it is opened.)
Status PeerServer::Server::choose_id() {
  id_ = options_.id ? *options_.id : draw_peer_id();
  if (options_.data.empty() || options_.id) return Done{};
  const auto kept = kept_peer_id(options_.data);
  if (!kept) return kept.error();
  if (*kept) id_ = **kept;
  return Done{};
}

Status PeerServer::Server::open_store() {
  if (setup_.open_store) {
    auto store = setup_.open_store(id_, store_events());
    if (!store) return store.error();
    store_ = std::move(store).value();
  } else if (options_.data.empty()) {
    store_ = std::make_unique<MemoryStore>();
  } else {
    return open_data();
  }
  return Done{};
}

Status PeerServer::Server::open_data() {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::absolute(options_.data, error).parent_path(),
                                      error);  // if need be
  StorageOptions options;
  options.directory = options_.data;
  options.peer = id_;
  options.cache_bytes = options_.cache;
  options.accept_loss = options_.accept_loss;
  StoreEvents events = store_events();
  options.on_durable = std::move(events.on_durable);
  options.on_fatal = std::move(events.on_fatal);
  auto store = RocksStore::open(std::move(options));
  if (!store) return store.error();
  tell_of_loss(**store);
  close_store_ = [rocks = store.value().get()] { return rocks->close(); };
  store_ = std::move(store).value();
  return Done{};
}

void PeerServer::Server::tell_of_loss(const RocksStore& store) {
  for (const std::string& missing : store.missing()) {
    log(Severity::warning, fmt::format("{} holds less than was synced there, which is accepted: {}",
                                       options_.data, missing));
  }
  if (store.is_complete()) return;
  log(Severity::warning,
      "the copies of this peer are incomplete: it does not say of a key that it was never written "
      "until it has left the ring and joined it again (oxbow ring leave, oxbow ring join)");
}

/// Flushes it, so that the next start has nothing to do. A second signal ends the process without.
Status PeerServer::Server::close_store() {
  uv_signal_stop(&handles_->terminate);
  uv_signal_stop(&handles_->interrupt);
  if (!close_store_) return Done{};
  return close_store_();
}

StoreEvents PeerServer::Server::store_events() {
  return {[handles = handles_](WriteSequence sequence) { handles->tell_durable(sequence); },
          [handles = handles_](const Error& error) { handles->tell_failure(error); }};
}

/// Ends the peer when its store can keep no promise any more: nobody is told a lie, and whoever
/// looks after the process hears of it.
void PeerServer::Server::store_has_news() {
  loop_.note_input();
  if (!handles_->has_failed) {
    take_durable();
    return;
  }
  const std::scoped_lock lock(handles_->mutex);
  fatal_ = handles_->failure;
  fatal_->message = fmt::format("stopped: {}", fatal_->message);
  loop_.stop();
}

// -- holding back --------------------------------------------------------------------------------

void PeerServer::Server::hold_message(ConnectionId target, const Send& send) {
  Connection* const connection = find_peer(target);
  if (connection == nullptr) return;
  HeldItem item;
  item.after = send.after;
  item.bytes = held_.take_buffer();
  append_frame(send.message, item.bytes);
  item.lane = lane_of(send.message);
  hold(*connection, std::move(item));
  watch_pressure(*connection);
}

void PeerServer::Server::hold_answer(Connection& connection, std::uint32_t rpc_id,
                                     const Reply& reply) {
  if (connection.is_ending) return;
  HeldItem item;
  item.after = reply.after;
  item.request = reply.handle;
  item.is_final = reply.is_final();
  item.bytes = held_.take_buffer();
  append_reply(rpc_id, reply, item.bytes);
  hold(connection, std::move(item));
}

void PeerServer::Server::hold(Connection& connection, HeldItem item) {
  item.connection = connection.id;
  connection.held_bytes += item.bytes.size();
  held_.add(std::move(item));
  account(connection);
}

/// What is durable by now is known to the node, and goes out to those who wait for it, this turn.
void PeerServer::Server::take_durable() {
  const WriteSequence durable = handles_->durable.load(std::memory_order_acquire);
  if (durable <= durable_) return;
  durable_ = durable;
  node_->durable(now(), durable, out_);
  while (auto item = held_.take(durable)) release(*item);
  carry_out();
}

void PeerServer::Server::release(HeldItem& item) {
  Connection* const connection = connections_.find(item.connection);
  OXBOW_ASSERT(connection != nullptr, "what was held back for a connection goes with it");
  connection->held_bytes -= item.bytes.size();
  if (connection->is_ending) return;
  if (!item.request) {
    greeted_output(*connection, item.lane).append(item.bytes);
    written_to(*connection);
  } else if (RequestsInFlight& requests = connection->client()->requests;
             requests.find(*item.request)) {
    connection->stream.output().append(item.bytes);
    touch(*connection);
    if (item.is_final) requests.end(*item.request);
  }
  held_.give_buffer(std::move(item.bytes));
}

void PeerServer::Server::drop_held(Connection& connection) {
  if (connection.held_bytes == 0) return;
  held_.drop(connection.id);
  connection.held_bytes = 0;
}

}  // namespace oxbow
