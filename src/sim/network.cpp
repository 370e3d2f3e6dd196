// Who there is, the passing of time, and the calls of Nodes.
#include "sim/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "codec/peer_stream.h"
#include "sim/host.h"

namespace oxbow {

namespace {

constexpr WallTime kWallStart{std::chrono::seconds(1'767'225'600)};  // 2026-01-01 UTC
constexpr std::uint16_t kPort = 7400;
constexpr Duration kStep{1};  // between slices of work that a Node wants to go on with
constexpr Duration kDiskLatency{100};
constexpr std::uint64_t kDiskSeed = 0xd15c;

/// 10.0.0.1, 10.0.0.2, …: not loopback, so that everything between real hosts applies.
Address nth_address(PeerNumber number) {
  OXBOW_ASSERT(number < 0xfffffe, "more peers than addresses below 10.0.0.0");
  const std::uint32_t n = number + 1;
  Address address;
  address.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10};
  address.ip[13] = static_cast<std::uint8_t>(n >> 16);
  address.ip[14] = static_cast<std::uint8_t>(n >> 8);
  address.ip[15] = static_cast<std::uint8_t>(n);
  address.port = kPort;
  return address;
}

PeerId draw_peer_id(Random& random) {
  PeerId id;
  for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random.next());
  return id;
}

std::uint64_t value_of(const std::vector<Counter>& counters, std::string_view name) {
  for (const Counter& counter : counters) {
    if (counter.name == name) return counter.value;
  }
  OXBOW_ASSERT(false, "no table or counter of that name");
  return 0;
}

}  // namespace

SimNetwork::SimNetwork(std::uint64_t seed) : random_(seed), disk_random_(seed ^ kDiskSeed) {}
SimNetwork::~SimNetwork() = default;

// -- Who there is -------------------------------------------------------------------------------

NodeConfig SimNetwork::defaults() {
  NodeConfig config;
  config.is_static = true;
  config.query_rate = 0;
  return config;
}

PeerNumber SimNetwork::add_peer(NodeConfig config) {
  const auto number = static_cast<PeerNumber>(hosts_.size());
  auto added = std::make_unique<Host>();
  added->number = number;
  added->address = nth_address(number);
  if (config.id.is_zero()) config.id = draw_peer_id(random_);
  if (config.name.empty()) config.name = fmt::format("peer-{}", number);
  if (config.advertised.port == 0) config.advertised = added->address;
  added->config = std::move(config);
  added->data = std::make_unique<SimStore>();
  by_address_[added->address] = number;
  hosts_.push_back(std::move(added));
  return number;
}

void SimNetwork::add(const Topology& topology, const NodeConfig& config,
                     const LinkOptions& options) {
  const auto first = static_cast<PeerNumber>(hosts_.size());
  for (std::uint32_t i = 0; i < topology.peers; ++i) add_peer(config);
  for (const Edge& edge : topology.links) link(first + edge.a, first + edge.b, options);
}

Stranger& SimNetwork::add_stranger() {
  const auto number = static_cast<PeerNumber>(hosts_.size());
  auto added = std::make_unique<Host>();
  added->number = number;
  added->address = nth_address(number);
  added->running = true;
  added->stranger = std::make_unique<Stranger>(number, draw_peer_id(random_), added->address,
                                               fmt::format("stranger-{}", number));
  by_address_[added->address] = number;
  hosts_.push_back(std::move(added));
  return *hosts_.back()->stranger;
}

void SimNetwork::link(PeerNumber a, PeerNumber b, const LinkOptions& options) {
  links_.push_back({a, b});
  set_latency(a, b, options.latency);
  set_latency(b, a, options.latency);
  const auto configure = [this](PeerNumber from, PeerNumber to) {
    if (host(from).stranger) return;
    const std::string address = to_string(address_of(to));
    host(from).config.neighbors.push_back(address);
    if (host(from).running) request(from, PeerAddRequest{address});
  };
  configure(a, b);
  if (options.both_dial) configure(b, a);
}

SimNetwork::Host& SimNetwork::host(PeerNumber peer) const {
  OXBOW_ASSERT(peer < hosts_.size(), "no such peer");
  return *hosts_[peer];
}

Address SimNetwork::address_of(PeerNumber peer) const { return host(peer).address; }

PeerId SimNetwork::id_of(PeerNumber peer) const {
  const Host& h = host(peer);
  return h.stranger ? h.stranger->id() : h.config.id;
}

NodeConfig& SimNetwork::config_of(PeerNumber peer) { return host(peer).config; }

const Node& SimNetwork::node(PeerNumber peer) const {
  OXBOW_ASSERT(host(peer).node, "the peer does not run");
  return *host(peer).node;
}

bool SimNetwork::is_running(PeerNumber peer) const { return host(peer).running; }

bool SimNetwork::is_stranger(PeerNumber peer) const { return host(peer).stranger != nullptr; }

StatusAnswer SimNetwork::status(PeerNumber peer) const { return node(peer).status(time(peer)); }

std::uint64_t SimNetwork::table(PeerNumber peer, std::string_view name) const {
  return value_of(status(peer).tables, name);
}

std::uint64_t SimNetwork::counter(PeerNumber peer, std::string_view name) const {
  return value_of(status(peer).counters, name);
}

// -- Time ---------------------------------------------------------------------------------------

Now SimNetwork::time(PeerNumber peer) const {
  return {now_, kWallStart + now_.time_since_epoch() + host(peer).wall_offset};
}

void SimNetwork::start() {
  for (const auto& h : hosts_) {
    if (!h->running) start(h->number);
  }
}

void SimNetwork::start(PeerNumber peer) {
  when_free([this, peer] {
    Host& h = host(peer);
    OXBOW_ASSERT(!h.running, "the peer runs already");
    h.running = true;
    if (std::exchange(h.vanished, false)) release_stalled();
    ++h.run;
    NodeConfig config = h.config;
    config.seed = random_.next();
    config.secret = {random_.next(), random_.next()};
    config.run = disk_random_.next();
    h.durable = WriteSequence{};
    if (!h.data) h.memory = std::make_unique<MemoryStore>();
    Store& store = h.data ? static_cast<Store&>(*h.data) : *h.memory;
    h.node = std::make_unique<Node>(std::move(config), store);
    call(peer, [&](Node& node, Now now, Outbox& out) { node.start(now, !h.disk.empty(), out); });
    if (h.disk.empty()) return;
    const IndexUpdate update = whole_share(h);
    call(peer, [&](Node& node, Now now, Outbox& out) { node.index_changed(now, update, out); });
  });
}

void SimNetwork::run_until(Instant instant) {
  OXBOW_ASSERT(!busy_, "run_until() from within an event");
  while (queue_.next_at() <= instant) step();
  now_ = std::max(now_, instant);
}

bool SimNetwork::run_until(const std::function<bool()>& predicate, Duration within) {
  OXBOW_ASSERT(!busy_, "run_until() from within an event");
  const Instant deadline = now_ + within;
  while (!predicate()) {
    if (queue_.next_at() > deadline) {
      now_ = deadline;
      return predicate();
    }
    step();
  }
  return true;
}

bool SimNetwork::settle() {
  start();
  const auto settled = [this] {
    std::vector<std::uint64_t> degree(hosts_.size(), 0);
    for (const Edge& edge : links_) {
      if (!is_running(edge.a) || !is_running(edge.b)) continue;
      ++degree[edge.a];
      ++degree[edge.b];
      if (connections(edge.a, edge.b).size() != 1) return false;
    }
    for (const SimConnection& c : connections_) {
      const auto& [dialler, acceptor] = c.ends;
      if (!c.dial_over || dialler.open != acceptor.open) return false;
      if (!c.broken && (!dialler.in_flight.empty() || !acceptor.in_flight.empty())) return false;
    }
    return std::all_of(hosts_.begin(), hosts_.end(), [&](const auto& h) {
      if (!h->node) return true;
      const std::uint64_t links = status(h->number).links;
      return h->config.is_static ? links == degree[h->number] : links >= degree[h->number];
    });
  };
  const Instant deadline = now_ + std::chrono::minutes(1);
  while (now_ < deadline) {
    run_for(std::chrono::milliseconds(7));  // in no step with anything periodic
    if (settled()) return true;
  }
  return false;
}

void SimNetwork::at(Instant instant, std::function<void()> action) {
  queue_.push(std::max(instant, now_), Action{std::move(action)});
}

void SimNetwork::when_free(std::function<void()> action) {
  if (busy_) {
    queue_.push(now_, Action{std::move(action)});
  } else {
    action();
  }
}

void SimNetwork::step() {
  auto entry = queue_.pop();
  now_ = std::max(now_, entry.at);
  if (const auto* due = std::get_if<Tick>(&entry.event)) {
    tick(due->peer);
  } else if (const auto* arrival = std::get_if<Arrival>(&entry.event)) {
    arrive(arrival->connection, arrival->sender);
  } else {
    std::get<Action>(entry.event).run();
  }
}

void SimNetwork::schedule_tick(PeerNumber peer) {
  Host& h = host(peer);
  if (!h.node || h.frozen) return;
  const Instant deadline = h.node->next_deadline();
  if (deadline == kNever) return;
  const Instant due = deadline > now_ ? deadline : now_ + kStep;
  if (due >= h.tick_at) return;  // an earlier tick will look again
  h.tick_at = due;
  queue_.push(due, Tick{peer});
}

void SimNetwork::tick(PeerNumber peer) {
  Host& h = host(peer);
  if (h.tick_at != now_ || !h.node) return;  // of a time before, or overtaken by an earlier one
  h.tick_at = kNever;
  if (h.frozen) return;
  if (h.node->next_deadline() <= now_) {
    call(peer, [](Node& node, Now now, Outbox& out) { node.tick(now, out); });
  } else {
    schedule_tick(peer);
  }
}

// -- What a Node wants done -----------------------------------------------------------------------

void SimNetwork::carry_out(PeerNumber peer) {
  Host& h = host(peer);
  for (const Send& send : outbox_.sends) {
    auto frame = std::make_shared<std::string>();
    append_frame(send.message, *frame);
    for (const ConnectionId target : outbox_.targets_of(send)) {
      const auto found = h.connections.find(target);
      if (found == h.connections.end()) {
        ++misdirected_;
        continue;
      }
      if (must_wait(h, send.after)) {
        hold(h, send.after, target, send.message, frame);
      } else {
        send_message(found->second.first, found->second.second, send.message, frame);
      }
    }
  }
  for (const Hangup& hangup : outbox_.hangups) {
    const auto found = h.connections.find(hangup.connection);
    if (found == h.connections.end()) {
      ++misdirected_;
      continue;
    }
    if (tracing_) note(fmt::format("{} hangs up: {}", peer, hangup.reason));
    close_end(found->second.first, found->second.second, "closed by the other side");
  }
  for (const Reply& reply : outbox_.replies) {
    if (must_wait(h, reply.after)) {
      hold(h, reply);
    } else {
      take_reply(reply);
    }
  }
  for (const Dial& wanted : outbox_.dials) dial(peer, wanted.id, wanted.target);
  for (const DiskRead& read : outbox_.disk) read_disk(peer, read);
  for (const Event& event : outbox_.events) {
    events_.push_back({now_, peer, event.severity, std::string(event.text)});
    if (tracing_) note(fmt::format("{} says: {}", peer, event.text));
  }
}

void SimNetwork::read_disk(PeerNumber peer, const DiskRead& read) {
  const auto finish = [this, peer, ticket = read.ticket, key = std::string(read.key),
                       digest = read.sha256, offset = read.offset, length = read.length] {
    DiskResult result;
    const auto file = host(peer).disk.find(key);
    if (file == host(peer).disk.end()) {
      result.status = PieceStatus::not_found;
    } else if (file->second.sha256 != digest) {
      result.status = PieceStatus::changed;
    } else if (offset <= file->second.bytes.size()) {
      result.bytes = std::string_view(file->second.bytes).substr(offset, length);
    }
    call(peer, [&](Node& node, Now now, Outbox& out) { node.disk_done(now, ticket, result, out); });
  };
  const std::uint32_t run = host(peer).run;
  queue_.push(now_ + kDiskLatency,
              Action{[this, peer, run, finish] { deliver(peer, run, finish); }});
}

IndexUpdate SimNetwork::whole_share(const Host& h) const {
  IndexUpdate update;
  for (const auto& [key, file] : h.disk) {
    update.found.push_back({key, file.bytes.size(), file.sha256});
    ++update.progress.files;
    update.progress.bytes += file.bytes.size();
  }
  return update;
}

// -- Watching -------------------------------------------------------------------------------------

std::size_t SimNetwork::count_events(std::string_view part_of_text) const {
  const auto contains = [&](const LoggedEvent& event) {
    return event.text.find(part_of_text) != std::string::npos;
  };
  return static_cast<std::size_t>(std::count_if(events_.begin(), events_.end(), contains));
}

std::string SimNetwork::line(const Carried& carried) {
  const char* how = carried.phase == Carried::Phase::lost ? " (lost)" : "";
  return fmt::format("{:9.3f} ms  {} -> {}  {}{}", to_ms(carried.at.time_since_epoch()),
                     carried.from, carried.to, describe(carried.message, labels_), how);
}

void SimNetwork::note(std::string line) {
  trace_ += fmt::format("{:9.3f} ms  {}\n", to_ms(now_.time_since_epoch()), line);
}

void SimNetwork::watch(Carried::Phase phase, PeerNumber from, PeerNumber to,
                       const Message& message) {
  const sim_detail::Busy busy(busy_);
  const Carried carried{phase, now_, from, to, message};
  if (tracing_ && phase != Carried::Phase::sent) trace_ += line(carried) + '\n';
  for (const auto& tap : taps_) tap(carried);
}

}  // namespace oxbow
