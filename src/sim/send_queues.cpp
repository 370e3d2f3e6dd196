// Send queues of simulated connections whose path has a bandwidth: what is prompt goes ahead of
// data, the Node is told when a queue grows long and when it is short again, and a connection ends
// whose other side reads nothing; all as net/ has it for real ones.
#include <algorithm>
#include <utility>

#include "sim/host.h"
#include "sim/network.h"

namespace oxbow {

namespace {

std::size_t size_of(const Segment& segment) {
  return segment.bytes == nullptr ? 0 : segment.bytes->size();
}

Duration time_to_send(std::size_t bytes, std::uint64_t bandwidth) {
  return Duration(static_cast<Duration::rep>(bytes * 1'000'000 / bandwidth));
}

}  // namespace

void SimNetwork::set_bandwidth(PeerNumber a, PeerNumber b, std::uint64_t bandwidth) {
  paths_.change(a, b).bandwidth = bandwidth;
  paths_.change(b, a).bandwidth = bandwidth;
}

void SimNetwork::enqueue(std::uint32_t connection, std::size_t sender, Segment segment) {
  ConnectionEnd& end = connections_[connection].ends[sender];
  if (end.queued == 0) end.moved = now_;
  end.queued += size_of(segment);
  longest_queue_ = std::max(longest_queue_, end.queued);
  (segment.lane == Lane::prompt ? end.prompt : end.data).push_back(std::move(segment));
  if (!end.is_sending) send_next(connection, sender);
  watch_queue(connection, sender);
  if (end.queued > limits::kCloseAbove && end.moved + limits::kStalledAbove < now_) {
    close_unread(connection, sender);
  } else if (!end.is_watched) {
    watch_progress(connection, sender);
  }
}

void SimNetwork::send_next(std::uint32_t connection, std::size_t sender) {
  const SimConnection& c = connections_[connection];
  ConnectionEnd& end = connections_[connection].ends[sender];
  const PeerNumber to = c.ends[1 - sender].host;
  std::deque<Segment>& from = end.prompt.empty() ? end.data : end.prompt;
  end.is_sending = !c.broken && !from.empty() && gets_through(end.host, to);
  if (!end.is_sending) return;
  const Segment segment = std::move(from.front());
  from.pop_front();
  const std::uint64_t bandwidth =
      std::max<std::uint64_t>(paths_.between(end.host, to).bandwidth, 1);
  end.moved = now_;
  at(now_ + time_to_send(size_of(segment), bandwidth), [this, connection, sender, segment] {
    ConnectionEnd& sending = connections_[connection].ends[sender];
    sending.queued -= size_of(segment);
    sending.moved = now_;
    put_on_path(connection, sender, segment);
    send_next(connection, sender);
    watch_queue(connection, sender);
  });
}

void SimNetwork::watch_queue(std::uint32_t connection, std::size_t sender) {
  ConnectionEnd& end = connections_[connection].ends[sender];
  const bool is_high =
      end.is_pressed ? end.queued >= limits::kPressureBelow : end.queued > limits::kPressureAbove;
  if (is_high == end.is_pressed) return;
  end.is_pressed = is_high;
  pressed_.push_back({connection, sender});
  if (!calling_ && host(end.host).node) {
    const PeerNumber peer = end.host;
    deliver(peer, end.run, [this, peer] { call(peer, [](Node&, Now, Outbox&) {}); });
  }
}

/// What has become of queues during the call of a Node, or before it.
void SimNetwork::tell_pressure(PeerNumber peer) {
  const auto pressed = std::exchange(pressed_, {});
  for (const auto& [connection, which] : pressed) {
    const ConnectionEnd& end = connections_[connection].ends[which];
    const Host& h = host(end.host);
    if (!end.open || !h.node || h.run != end.run || end.host != peer) continue;
    h.node->pressure(time(peer), end.id, end.is_pressed ? Pressure::high : Pressure::none, outbox_);
  }
  OXBOW_ASSERT(outbox_.empty(), "a notice of pressure asks for nothing");
}

void SimNetwork::watch_progress(std::uint32_t connection, std::size_t sender) {
  ConnectionEnd& end = connections_[connection].ends[sender];
  end.is_watched = end.queued > 0 && end.open;
  if (!end.is_watched) return;
  const Instant due = end.moved + limits::kRpcStalled;
  if (due <= now_) return close_unread(connection, sender);
  at(due, [this, connection, sender] { watch_progress(connection, sender); });
}

void SimNetwork::close_unread(std::uint32_t connection, std::size_t sender) {
  ConnectionEnd& end = connections_[connection].ends[sender];
  if (!end.open || connections_[connection].broken) return;
  ++closed_unread_;
  connections_[connection].broken = true;
  end.prompt.clear();
  end.data.clear();
  when_free([this, connection] {
    for (std::size_t which = 0; which < 2; ++which) {
      if (connections_[connection].ends[which].open) {
        lose_end(connection, which, "it reads nothing");
      }
    }
  });
}

}  // namespace oxbow
