// Inside of SimNetwork: what it keeps about one peer or stranger. Not for other rooms.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "message/owned_message.h"
#include "sim/network.h"
#include "sim/sim_store.h"

namespace oxbow {

struct SimNetwork::Host {
  PeerNumber number = 0;
  Address address;
  NodeConfig config;
  std::unique_ptr<SimStore> data;       // before `node`, which uses it; survives its crashes
  std::unique_ptr<MemoryStore> memory;  // instead, of a peer without a disk
  std::unique_ptr<Node> node;           // while it runs
  std::unique_ptr<Stranger> stranger;   // instead of a node
  bool running = false;
  bool frozen = false;
  bool vanished = false;
  std::uint32_t run = 0;  // of its process
  Instant tick_at = kNever;
  Duration wall_offset{};  // how far its clock is wrong

  Latency sync_latency = Latency::fixed(Duration(200));
  WriteSequence durable{};  // as the process was told
  /// Encoded, but to be sent only when the write that it acknowledges is durable.
  struct HeldSend {
    ConnectionId connection = kNoConnection;
    std::shared_ptr<const OwnedMessage> message;
    std::shared_ptr<const std::string> frame;
  };
  std::multimap<WriteSequence, std::variant<HeldSend, Reply>> held;

  /// Open ends by their id: (connection, end).
  std::map<ConnectionId, std::pair<std::uint32_t, std::size_t>> connections;
  std::vector<std::uint32_t> slot_uses;
  std::vector<std::uint32_t> free_slots;

  struct File {
    std::string bytes;
    Digest sha256;
  };
  std::map<std::string, File> disk;
  std::vector<std::function<void()>> deferred;  // what happened to it while it was frozen

  ConnectionId new_connection_id() {
    if (free_slots.empty()) {
      free_slots.push_back(static_cast<std::uint32_t>(slot_uses.size()));
      slot_uses.push_back(0);
    }
    const std::uint32_t slot = free_slots.back();
    free_slots.pop_back();
    return ConnectionId{(slot_uses[slot]++ & 0x7fff) << 16 | slot};
  }
  void forget_connection(ConnectionId id) {
    connections.erase(id);
    free_slots.push_back(slot_of(id));
  }
};

namespace sim_detail {
class Busy {
 public:
  explicit Busy(bool& flag) : flag_(flag), before_(flag) { flag_ = true; }
  ~Busy() { flag_ = before_; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  bool& flag_;
  bool before_;
};
}  // namespace sim_detail

template <class Call>
void SimNetwork::call(PeerNumber peer, Call&& call_node) {
  OXBOW_ASSERT(!calling_, "a Node was called from within a call of a Node");
  const sim_detail::Busy calling(calling_);
  const sim_detail::Busy busy(busy_);
  call_node(*host(peer).node, time(peer), outbox_);
  carry_out(peer);
  outbox_.clear();
  tell_pressure(peer);
  begin_sync(peer);
  schedule_tick(peer);
}

/// For events on their way to a process: dropped if it is gone, kept while it is frozen.
template <class Call>
void SimNetwork::deliver(PeerNumber peer, std::uint32_t run, Call&& what) {
  Host& to = host(peer);
  if (!to.running || to.run != run) return;
  if (to.frozen) {
    to.deferred.push_back([this, peer, run, what] { deliver(peer, run, what); });
    return;
  }
  what();
}

}  // namespace oxbow
