// Simulated TCP: dialling, frames in order, ends and resets.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/host.h"
#include "sim/network.h"

namespace oxbow {

namespace {

constexpr std::uint16_t kFirstEphemeralPort = 40'000;
constexpr auto kRetransmissionMost = std::chrono::minutes(2);

/// What a path's losses spare: without it there would be nothing left to test.
bool sets_up_a_connection(const Message& message) {
  return std::holds_alternative<Hello>(message) || std::holds_alternative<Bye>(message) ||
         std::holds_alternative<LinkChange>(message);
}

}  // namespace

bool SimNetwork::gets_through(PeerNumber from, PeerNumber to) const {
  return !paths_.between(from, to).blocked && !host(to).frozen && !host(to).vanished;
}

// -- Dialling -----------------------------------------------------------------------------------

void SimNetwork::dial(PeerNumber from, DialId dial, std::string_view target) {
  const auto number = static_cast<std::uint32_t>(connections_.size());
  SimConnection& c = connections_.emplace_back();
  c.dial = dial;
  c.ends[0].host = from;
  c.ends[0].run = host(from).run;
  if (tracing_) note(fmt::format("{} dials {}", from, target));

  const auto address = parse_address(target);
  const auto found = address.ok() ? by_address_.find(address.value()) : by_address_.end();
  if (found == by_address_.end()) {
    at(now_ + Duration(1), [this, number] { dial_failed(number, "no route to host"); });
    return;
  }
  c.ends[1].host = found->second;
  at(now_ + limits::kDialTimeout, [this, number] { dial_failed(number, "timed out"); });
  at(now_ + paths_.between(from, found->second).latency.draw(random_),
     [this, number] { knock(number); });
}

void SimNetwork::dial(const Stranger& stranger, PeerNumber peer) {
  dial(stranger.number(), DialId{}, to_string(address_of(peer)));
}

void SimNetwork::knock(std::uint32_t connection) {
  SimConnection& c = connections_[connection];
  const PeerNumber from = c.ends[0].host;
  const PeerNumber to = c.ends[1].host;
  if (c.dial_over || !gets_through(from, to)) return;
  if (host(to).running) {
    accept(connection);
    return;
  }
  at(now_ + paths_.between(to, from).latency.draw(random_),
     [this, connection] { dial_failed(connection, "connection refused"); });
}

void SimNetwork::dial_failed(std::uint32_t connection, std::string reason) {
  SimConnection& c = connections_[connection];
  if (c.dial_over) return;
  c.dial_over = true;
  const ConnectionEnd& end = c.ends[0];
  deliver(end.host, end.run, [this, from = end.host, to = c.ends[1].host, dial = c.dial, reason] {
    if (Stranger* stranger = host(from).stranger.get()) {
      ++stranger->endings_[to];
      return;
    }
    if (tracing_) note(fmt::format("{} cannot reach {}: {}", from, to, reason));
    call(from, [&](Node& node, Now now, Outbox& out) { node.dial_failed(now, dial, reason, out); });
  });
}

void SimNetwork::accept(std::uint32_t connection) {
  SimConnection& c = connections_[connection];
  ConnectionEnd& end = c.ends[1];
  end.run = host(end.host).run;
  open_end(connection, 1);
  transmit(connection, 1, {Segment::Kind::accepted, nullptr, "", Lane::prompt});
  if (host(end.host).stranger) return;  // it waits for the dialler's hello
  Connected details;
  details.remote = address_of(c.ends[0].host);
  details.remote.port = static_cast<std::uint16_t>(kFirstEphemeralPort + connection % 20'000);
  call(end.host,
       [&](Node& node, Now now, Outbox& out) { node.connected(now, end.id, details, out); });
}

void SimNetwork::establish(std::uint32_t connection) {
  SimConnection& c = connections_[connection];
  ConnectionEnd& end = c.ends[0];
  if (c.dial_over) {  // the dialler has given up, or is gone
    transmit(connection, 0, {Segment::Kind::end, nullptr, "connection reset", Lane::data});
    return;
  }
  c.dial_over = true;
  open_end(connection, 0);
  if (const Stranger* stranger = host(end.host).stranger.get()) {
    if (stranger->says_hello) say_hello(connection, 0);
    return;
  }
  const Connected details{true, c.dial, address_of(c.ends[1].host)};
  call(end.host,
       [&](Node& node, Now now, Outbox& out) { node.connected(now, end.id, details, out); });
}

void SimNetwork::open_end(std::uint32_t connection, std::size_t which) {
  ConnectionEnd& end = connections_[connection].ends[which];
  Host& h = host(end.host);
  end.id = h.new_connection_id();
  end.open = true;
  end.incoming = std::make_unique<PeerStream>();
  h.connections[end.id] = {connection, which};
  at(now_ + limits::kHelloDeadline, [this, connection, which] {
    const ConnectionEnd& opened = connections_[connection].ends[which];
    if (opened.open && !opened.hello_received) refuse_bytes(connection, which, "no hello in time");
  });
}

// -- What travels ---------------------------------------------------------------------------------

void SimNetwork::transmit(std::uint32_t connection, std::size_t sender, Segment segment) {
  const SimConnection& c = connections_[connection];
  if (c.broken) return;
  if (paths_.between(c.ends[sender].host, c.ends[1 - sender].host).bandwidth > 0) {
    return enqueue(connection, sender, std::move(segment));
  }
  put_on_path(connection, sender, std::move(segment));
}

void SimNetwork::put_on_path(std::uint32_t connection, std::size_t sender, Segment segment) {
  SimConnection& c = connections_[connection];
  if (c.broken) return;
  ConnectionEnd& end = c.ends[sender];
  const Path& path = paths_.between(end.host, c.ends[1 - sender].host);
  end.last_arrival = std::max(end.last_arrival, now_ + path.latency.draw(random_));
  end.in_flight.push_back(std::move(segment));
  queue_.push(end.last_arrival, Arrival{connection, static_cast<std::uint32_t>(sender)});
}

void SimNetwork::arrive(std::uint32_t connection, std::size_t sender) {
  const sim_detail::Busy busy(busy_);
  SimConnection& c = connections_[connection];
  ConnectionEnd& from = c.ends[sender];
  ConnectionEnd& to = c.ends[1 - sender];
  if (c.broken || c.silenced || from.in_flight.empty()) return;
  if (!gets_through(from.host, to.host)) {
    if (from.stalled++ == 0) from.stalled_since = now_;
    return;
  }
  const Segment segment = std::move(from.in_flight.front());
  from.in_flight.pop_front();
  switch (segment.kind) {
    case Segment::Kind::accepted:
      establish(connection);
      break;
    case Segment::Kind::bytes:
      if (to.open) receive_bytes(connection, 1 - sender, *segment.bytes);
      if (to.vanished) {
        transmit(connection, 1 - sender, {Segment::Kind::end, nullptr, "connection reset by peer"});
      }
      break;
    case Segment::Kind::end:
      if (to.open) lose_end(connection, 1 - sender, segment.reason);
      break;
  }
  if (!to.open) to.incoming.reset();
}

Duration SimNetwork::retransmission_pause(const ConnectionEnd& end) {
  if (!retransmission_backs_off_) return Duration(0);
  const Duration waited = std::min<Duration>(now_ - end.stalled_since, kRetransmissionMost);
  return Duration(
      static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(waited.count()) + 1)));
}

void SimNetwork::release_stalled() {
  for (std::uint32_t number = 0; number < connections_.size(); ++number) {
    SimConnection& c = connections_[number];
    for (std::uint32_t sender = 0; sender < 2; ++sender) {
      ConnectionEnd& end = c.ends[sender];
      const PeerNumber to = c.ends[1 - sender].host;
      if (!gets_through(end.host, to)) continue;
      if (!end.is_sending) send_next(number, sender);
      if (end.stalled == 0) continue;
      end.last_arrival =
          std::max(end.last_arrival, now_ + paths_.between(end.host, to).latency.draw(random_) +
                                         retransmission_pause(end));
      for (; end.stalled > 0; --end.stalled) queue_.push(end.last_arrival, Arrival{number, sender});
    }
  }
}

void SimNetwork::send_message(std::uint32_t connection, std::size_t sender, const Message& message,
                              const std::shared_ptr<const std::string>& frame) {
  SimConnection& c = connections_[connection];
  ConnectionEnd& end = c.ends[sender];
  const PeerNumber to = c.ends[1 - sender].host;
  MessageCount& count = traffic_.by_type[message.index()];
  ++count.sent;
  count.bytes += frame->size();
  watch(Carried::Phase::sent, end.host, to, message);

  const double loss = paths_.between(end.host, to).loss;
  const Carried carried{Carried::Phase::sent, now_, end.host, to, message};
  if ((loss > 0 && !sets_up_a_connection(message) && random_.unit() < loss) ||
      (filter_ && filter_(carried))) {
    ++count.lost;
    watch(Carried::Phase::lost, end.host, to, message);
    return;
  }
  if (const auto* hello = std::get_if<Hello>(&message); hello && sender == 0) c.kind = hello->kind;
  if (!end.magic_sent) {
    end.magic_sent = true;
    auto magic = std::make_shared<std::string>();
    append_magic(*magic);
    transmit(connection, sender, {Segment::Kind::bytes, std::move(magic), "", Lane::prompt});
  }
  const Lane lane = std::holds_alternative<Bye>(message) ? Lane::data : lane_of(message);
  transmit(connection, sender, {Segment::Kind::bytes, frame, "", lane});
}

void SimNetwork::send_one(std::uint32_t connection, std::size_t sender, const Message& message) {
  auto frame = std::make_shared<std::string>();
  append_frame(message, *frame);
  send_message(connection, sender, message, frame);
}

// -- Ends -----------------------------------------------------------------------------------------

void SimNetwork::close_end(std::uint32_t connection, std::size_t which, const char* reason) {
  ConnectionEnd& end = connections_[connection].ends[which];
  end.open = false;
  host(end.host).forget_connection(end.id);
  transmit(connection, which, {Segment::Kind::end, nullptr, reason, Lane::data});
}

void SimNetwork::lose_end(std::uint32_t connection, std::size_t which, const std::string& reason) {
  const ConnectionEnd& lost = connections_[connection].ends[which];
  deliver(lost.host, lost.run, [this, connection, which, reason] {
    SimConnection& c = connections_[connection];
    ConnectionEnd& end = c.ends[which];
    if (!end.open) return;  // the peer hung up before it could notice
    end.open = false;
    host(end.host).forget_connection(end.id);
    if (Stranger* stranger = host(end.host).stranger.get()) {
      ++stranger->endings_[c.ends[1 - which].host];
      return;
    }
    if (tracing_) note(fmt::format("{} lost {}: {}", end.host, c.ends[1 - which].host, reason));
    call(end.host,
         [&](Node& node, Now now, Outbox& out) { node.disconnected(now, end.id, reason, out); });
  });
}

void SimNetwork::refuse_bytes(std::uint32_t connection, std::size_t which,
                              const std::string& reason) {
  transmit(connection, which,
           {Segment::Kind::end, nullptr, "closed by the other side", Lane::data});
  lose_end(connection, which, reason);
}

// -- Receiving ------------------------------------------------------------------------------------

void SimNetwork::receive_bytes(std::uint32_t connection, std::size_t receiver,
                               const std::string& bytes) {
  ConnectionEnd& end = connections_[connection].ends[receiver];
  end.incoming->feed(bytes);
  while (end.open) {
    switch (end.incoming->next()) {
      case PeerStream::Next::more:
        return;
      case PeerStream::Next::error:
        refuse_bytes(connection, receiver, end.incoming->error().message);
        return;
      case PeerStream::Next::message:
        receive_message(connection, receiver, end.incoming->message());
        break;
    }
  }
}

void SimNetwork::receive_message(std::uint32_t connection, std::size_t receiver,
                                 const Message& message) {
  SimConnection& c = connections_[connection];
  ConnectionEnd& end = c.ends[receiver];
  ++traffic_.by_type[message.index()].delivered;
  watch(Carried::Phase::delivered, c.ends[1 - receiver].host, end.host, message);

  if (std::holds_alternative<Hello>(message)) end.hello_received = true;
  if (host(end.host).stranger) {
    stranger_receives(connection, receiver, message);
    return;
  }
  call(end.host,
       [&](Node& node, Now now, Outbox& out) { node.receive(now, end.id, message, out); });
}

// -- Strangers ------------------------------------------------------------------------------------

void SimNetwork::say_hello(std::uint32_t connection, std::size_t sender) {
  SimConnection& c = connections_[connection];
  const Stranger& stranger = *host(c.ends[sender].host).stranger;
  Hello hello;
  hello.network = stranger.network;
  hello.peer = stranger.claimed_id;
  hello.run = stranger.run;
  hello.advertised = stranger.advertised;
  hello.name = stranger.name_;
  hello.kind = c.kind;
  hello.link = stranger.wants_link && c.kind == ConnectionKind::control;
  send_one(connection, sender, hello);
}

void SimNetwork::stranger_receives(std::uint32_t connection, std::size_t receiver,
                                   const Message& message) {
  SimConnection& c = connections_[connection];
  const PeerNumber from = c.ends[1 - receiver].host;
  Stranger& stranger = *host(c.ends[receiver].host).stranger;

  stranger.received_.push_back({now_, from, KeptMessage(message)});

  if (std::holds_alternative<Hello>(message) && receiver == 1 && stranger.says_hello) {
    say_hello(connection, receiver);
  }
  if (const auto* ping = std::get_if<Ping>(&message); ping && stranger.answers_pings) {
    send_one(connection, receiver, Pong{ping->nonce, {}});
  }
  if (const auto* change = std::get_if<LinkChange>(&message);
      change && change->action == LinkAction::ask) {
    send_one(connection, receiver,
             LinkChange{stranger.wants_link ? LinkAction::agree : LinkAction::refuse});
  }
  if (const auto* query = std::get_if<Query>(&message);
      query && stranger.answers_queries && (query->flags & query_flags::kReport) != 0) {
    QueryDone done{query->id, query->number, {}};
    done.totals.peers = 1;
    done.totals.max_hops = static_cast<std::uint8_t>(query->hops + 1);
    send_one(connection, receiver, done);
  }
  if (stranger.on_message) stranger.on_message(from, stranger.received_.back().message());
}

std::pair<std::uint32_t, std::size_t> SimNetwork::open_connection(PeerNumber from,
                                                                  PeerNumber to) const {
  const auto& open = host(from).connections;
  std::pair<std::uint32_t, std::size_t> newest{0xffffffff, 0};
  for (const auto& [id, place] : open) {
    const SimConnection& c = connections_[place.first];
    if (c.ends[1 - place.second].host != to || c.kind != ConnectionKind::control) continue;
    if (newest.first == 0xffffffff || place.first > newest.first) newest = place;
  }
  return newest;
}

bool SimNetwork::inject(PeerNumber from, PeerNumber to, const Message& message) {
  const auto [connection, end] = open_connection(from, to);
  if (connection == 0xffffffff) return false;
  send_one(connection, end, message);
  return true;
}

bool SimNetwork::inject_bytes(PeerNumber from, PeerNumber to, std::string bytes) {
  const auto [connection, end] = open_connection(from, to);
  if (connection == 0xffffffff) return false;
  transmit(connection, end,
           {Segment::Kind::bytes, std::make_shared<const std::string>(std::move(bytes)), "",
            Lane::prompt});
  return true;
}

void SimNetwork::hang_up(const Stranger& stranger, PeerNumber peer) {
  const auto [connection, end] = open_connection(stranger.number(), peer);
  if (connection != 0xffffffff) close_end(connection, end, "closed by the other side");
}

std::vector<LiveConnection> SimNetwork::connections(PeerNumber a, PeerNumber b) const {
  std::vector<LiveConnection> result;
  for (const auto& [id, place] : host(a).connections) {
    const SimConnection& c = connections_[place.first];
    if (c.ends[1 - place.second].host != b || !c.ends[1 - place.second].open) continue;
    result.push_back({c.ends[0].host, c.kind});
  }
  return result;
}

}  // namespace oxbow
