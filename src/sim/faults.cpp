// What can go wrong in a simulated network.
#include "sim/host.h"
#include "sim/network.h"

namespace oxbow {

void SimNetwork::stop(PeerNumber peer) {
  when_free([this, peer] {
    Host& h = host(peer);
    if (!h.running || h.stranger) return;
    call(peer, [](Node& node, Now now, Outbox& out) { node.stop(now, out); });
    if (h.data) h.data->close(now_);
  });
  crash(peer);  // of which the disk has nothing left to lose
}

void SimNetwork::crash(PeerNumber peer) {
  when_free([this, peer] {
    Host& h = host(peer);
    if (!h.running || h.stranger) return;
    if (tracing_) note(std::to_string(peer) + " crashes");
    h.running = false;
    h.frozen = false;
    h.node.reset();
    h.tick_at = kNever;
    h.deferred.clear();
    h.held.clear();
    if (h.data) h.data->lose_power(disk_random_.below(2) == 0);
    const auto open = h.connections;
    for (const auto& [id, place] : open) {
      if (h.vanished) {
        connections_[place.first].ends[place.second].open = false;
        h.forget_connection(id);
      } else {
        close_end(place.first, place.second, "connection reset by peer");
      }
    }
    for (SimConnection& c : connections_) {
      if (c.ends[0].host == peer) c.dial_over = true;
    }
    for (auto& [handle, record] : records_) {
      if (record.peer != peer || record.over()) continue;
      record.peer_crashed = true;
      record.ended = now_;
    }
  });
}

void SimNetwork::vanish(PeerNumber peer) {
  when_free([this, peer] {
    Host& h = host(peer);
    if (!h.running || h.stranger) return;
    h.vanished = true;  // first: nothing that it closes now gets to anybody
    for (const auto& [id, place] : h.connections) {
      SimConnection& c = connections_[place.first];
      c.ends[place.second].vanished = true;
      c.ends[place.second].in_flight.clear();
    }
  });
  crash(peer);
}

void SimNetwork::silence(PeerNumber a, PeerNumber b) {
  for (SimConnection& c : connections_) {
    const PeerNumber dialler = c.ends[0].host;
    const PeerNumber acceptor = c.ends[1].host;
    const bool between = (dialler == a && acceptor == b) || (dialler == b && acceptor == a);
    if (between && (c.ends[0].open || c.ends[1].open)) c.silenced = true;
  }
}

void SimNetwork::restart(PeerNumber peer) {
  crash(peer);
  start(peer);
}

void SimNetwork::freeze(PeerNumber peer) {
  when_free([this, peer] { host(peer).frozen = true; });
}

void SimNetwork::thaw(PeerNumber peer) {
  when_free([this, peer] {
    Host& h = host(peer);
    if (!h.frozen) return;
    h.frozen = false;
    release_stalled();
    const auto deferred = std::move(h.deferred);
    h.deferred.clear();
    for (const auto& happened : deferred) happened();
    schedule_tick(peer);
  });
}

void SimNetwork::cut(PeerNumber a, PeerNumber b) {
  for (std::uint32_t number = 0; number < connections_.size(); ++number) {
    SimConnection& c = connections_[number];
    const PeerNumber dialler = c.ends[0].host;
    const PeerNumber acceptor = c.ends[1].host;
    const bool between = (dialler == a && acceptor == b) || (dialler == b && acceptor == a);
    if (!between || c.broken || (!c.ends[0].open && !c.ends[1].open)) continue;
    c.broken = true;  // at once: nothing more arrives
    for (std::size_t which = 0; which < 2; ++which) {
      c.ends[which].in_flight.clear();
      when_free([this, number, which] {
        const ConnectionEnd& end = connections_[number].ends[which];
        if (end.open) lose_end(number, which, "connection lost");
      });
    }
    const std::uint32_t lost = number;
    when_free([this, lost] { dial_failed(lost, "connection reset"); });
  }
}

void SimNetwork::partition(PeerNumber a, PeerNumber b) {
  paths_.change(a, b).blocked = true;
  paths_.change(b, a).blocked = true;
}

void SimNetwork::block(PeerNumber from, PeerNumber to) { paths_.change(from, to).blocked = true; }

void SimNetwork::heal(PeerNumber a, PeerNumber b) {
  paths_.change(a, b).blocked = false;
  paths_.change(b, a).blocked = false;
  release_stalled();
}

void SimNetwork::split(const std::vector<std::vector<PeerNumber>>& groups) {
  for (std::size_t one = 0; one < groups.size(); ++one) {
    for (std::size_t other = one + 1; other < groups.size(); ++other) {
      for (const PeerNumber a : groups[one]) {
        for (const PeerNumber b : groups[other]) partition(a, b);
      }
    }
  }
}

void SimNetwork::heal_all() {
  paths_.unblock_all();
  release_stalled();
}

void SimNetwork::set_sync_latency(PeerNumber peer, Latency latency) {
  host(peer).sync_latency = latency;
}

void SimNetwork::set_wall_clock(PeerNumber peer, Duration ahead) { host(peer).wall_offset = ahead; }

void SimNetwork::set_latency(PeerNumber from, PeerNumber to, Latency latency) {
  paths_.change(from, to).latency = latency;
}

void SimNetwork::set_loss(PeerNumber a, PeerNumber b, double probability) {
  paths_.change(a, b).loss = probability;
  paths_.change(b, a).loss = probability;
}

void SimNetwork::set_pressure(PeerNumber peer, PeerNumber other, Pressure level) {
  when_free([this, peer, other, level] {
    const auto open = host(peer).connections;
    for (const auto& [id, place] : open) {
      if (connections_[place.first].ends[1 - place.second].host != other) continue;
      call(peer,
           [&, id = id](Node& node, Now now, Outbox& out) { node.pressure(now, id, level, out); });
    }
  });
}

}  // namespace oxbow
