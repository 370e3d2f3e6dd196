// The disks of simulated peers, and what waits for them: nothing that acknowledges or shows a write
// leaves its peer before the write is durable.
#include <utility>

#include "sim/host.h"
#include "sim/network.h"

namespace oxbow {

bool SimNetwork::has_disk(PeerNumber peer) const { return host(peer).data != nullptr; }

SimStore& SimNetwork::store(PeerNumber peer) {
  OXBOW_ASSERT(host(peer).data, "the peer has no disk");
  return *host(peer).data;
}

void SimNetwork::keep_in_memory(PeerNumber peer) {
  OXBOW_ASSERT(!is_running(peer), "the peer runs already");
  host(peer).data.reset();
}

bool SimNetwork::must_wait(const Host& h, WriteSequence after) const {
  OXBOW_ASSERT(h.data || after == kNothingPending, "memory has nothing to wait for");
  return after > h.durable;
}

void SimNetwork::hold(Host& h, WriteSequence after, ConnectionId target, const Message& message,
                      const std::shared_ptr<const std::string>& frame) {
  h.held.emplace(after,
                 Host::HeldSend{target, std::make_shared<const OwnedMessage>(message), frame});
}

void SimNetwork::hold(Host& h, const Reply& reply) { h.held.emplace(reply.after, reply); }

void SimNetwork::begin_sync(PeerNumber peer) {
  Host& h = host(peer);
  if (!h.data || !h.data->begin_sync()) return;
  const std::uint32_t run = h.run;
  queue_.push(now_ + h.sync_latency.draw(disk_random_), Action{[this, peer, run] {
                const Host& syncing = host(peer);
                if (syncing.running && syncing.run == run) finish_sync(peer);
              }});
}

void SimNetwork::finish_sync(PeerNumber peer) {
  Host& h = host(peer);
  const WriteSequence sequence = h.data->finish_sync(now_);
  deliver(peer, h.run, [this, peer, sequence] { tell_durable(peer, sequence); });
}

void SimNetwork::tell_durable(PeerNumber peer, WriteSequence sequence) {
  host(peer).durable = sequence;
  call(peer, [&](Node& node, Now now, Outbox& out) {
    node.durable(now, sequence, out);
    release_held(peer);  // ahead of what the node does about it
  });
}

void SimNetwork::release_held(PeerNumber peer) {
  Host& h = host(peer);
  while (!h.held.empty() && h.held.begin()->first <= h.durable) {
    const auto next = h.held.extract(h.held.begin());
    if (const auto* reply = std::get_if<Reply>(&next.mapped())) {
      if (!record(reply->handle).over()) take_reply(*reply);
      continue;
    }
    const auto& send = std::get<Host::HeldSend>(next.mapped());
    const auto found = h.connections.find(send.connection);
    if (found == h.connections.end()) continue;  // it has ended meanwhile
    send_message(found->second.first, found->second.second, **send.message, send.frame);
  }
}

}  // namespace oxbow
