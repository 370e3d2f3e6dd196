// Queries per second that one peer forwards to three neighbors over TCP: decoded, looked up,
// encoded once, sent. Two baselines in bare libuv: one knows duplicates by an array and changes TTL
// and hops where they stand in the bytes; the other only copies frames of the same length to three
// outputs.
//
// The load tool is on one core and what is measured on another. How many queries are under way
// decides how many a write gathers, so there are two loads: 16 for each of the four connections,
// and as many as count as no pressure on a link yet.
#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/random.h"
#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "bench/support/frame_counter.h"
#include "bench/support/raw_link.h"
#include "bench/support/raw_server.h"
#include "codec/frame_types.h"

namespace oxbow::bench {
namespace {

constexpr int kLoadCore = 0;
constexpr int kPeerCore = 1;
constexpr std::size_t kNeighbors = 3;
constexpr std::size_t kWarmUp = 50'000;

struct Amount {
  std::size_t in_flight;
  std::size_t queries;  // to measure with
};
constexpr Amount kSome{64, 200'000};
constexpr Amount kMany{512, 500'000};
constexpr double kPatienceSeconds = 10;

struct Load {
  std::string bytes;       // of all queries
  std::size_t length = 0;  // of each
};

/// Distinct request ids, for a file that nobody has.
const Load& load() {
  static const Load made = [] {
    Load result;
    Random random(1);
    for (std::size_t i = 0; i < kWarmUp + kMany.queries; ++i) {
      Query query;
      query.id = {random.next(), random.next()};
      query.ttl = 5;
      query.hops = 2;
      query.pattern = "music/Nina Simone/Pastel Blues/10 Sinnerman.flac";
      append_frame(query, result.bytes);
      if (i == 0) result.length = result.bytes.size();
    }
    if (result.bytes.size() != result.length * (kWarmUp + kMany.queries)) {
      fail("queries differ in length");
    }
    return result;
  }();
  return made;
}

/// Where copies arrive.
struct Sink {
  Socket* socket;
  std::string keepalive;  // sent every second, so that a slow measurement is not taken for silence
  FrameCounter queries{kFrameTypes[kQueryIndex].number};
  std::size_t received = 0;
};

/// Never sleeps: what is measured is not to spend its time on waking the load tool up.
class Drive {
 public:
  Drive(std::size_t in_flight, Socket& source, std::array<Sink, kNeighbors> sinks)
      : in_flight_(in_flight), source_(source), sinks_(std::move(sinks)) {}

  /// Until so many queries have arrived at every sink.
  void run_until(std::size_t total) {
    double progress = seconds();
    for (std::size_t turns = 0; slowest() < total; ++turns) {
      const bool sent = send_up_to(std::min(total, slowest() + in_flight_), total);
      const bool received = receive();
      if (turns % 1024 != 0 && !sent && !received) continue;
      const double now = seconds();
      if (sent || received) progress = now;
      if (now - progress > kPatienceSeconds) {
        fail(fmt::format("only {} of {} queries were forwarded", slowest(), total));
      }
      keep_alive(now);
    }
  }

 private:
  std::size_t slowest() const {
    std::size_t least = sinks_[0].received;
    for (const Sink& sink : sinks_) least = std::min(least, sink.received);
    return least;
  }

  // In chunks, as they come from a busy neighbor.
  bool send_up_to(std::size_t queries, std::size_t total) {
    const std::size_t bytes = queries * load().length - sent_;
    if (bytes == 0 || (queries < total && bytes < in_flight_ / 4 * load().length)) return false;
    const std::size_t taken = source_.try_send(std::string_view(load().bytes).substr(sent_, bytes));
    sent_ += taken;
    return taken > 0;
  }

  bool receive() {
    bool any = false;
    for (Sink& sink : sinks_) {
      const std::string_view bytes = sink.socket->try_receive(buffer_);
      if (bytes.empty()) continue;
      sink.received += sink.queries.count(bytes);
      any = true;
    }
    return any;
  }

  void keep_alive(double now) {
    if (now - kept_alive_ < 1) return;
    kept_alive_ = now;
    for (Sink& sink : sinks_) {
      if (!sink.keepalive.empty()) sink.socket->send(sink.keepalive);
    }
  }

  std::size_t in_flight_;
  Socket& source_;
  std::array<Sink, kNeighbors> sinks_;
  std::size_t sent_ = 0;
  double kept_alive_ = seconds();
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

double rate(const Amount& amount, Socket& source, const std::array<Sink, kNeighbors>& sinks) {
  Drive drive(amount.in_flight, source, sinks);
  drive.run_until(kWarmUp);
  const double start = seconds();
  drive.run_until(kWarmUp + amount.queries);
  return static_cast<double>(amount.queries) / (seconds() - start);
}

double peer_rate(const Amount& amount) {
  const PeerProcess peer(kPeerCore);
  RawLink source(peer.address(), 1);
  std::array<RawLink, kNeighbors> links{RawLink(peer.address(), 2), RawLink(peer.address(), 3),
                                        RawLink(peer.address(), 4)};
  std::string ping;
  append_frame(Ping{1, false}, ping);
  const std::array<Sink, kNeighbors> sinks{Sink{&links[0].socket(), ping},
                                           Sink{&links[1].socket(), ping},
                                           Sink{&links[2].socket(), ping}};
  return rate(amount, source.socket(), sinks);
}

// -- the baselines --------------------------------------------------------------------------------

/// Whatever comes in on the first connection goes to the others. Greets each, so that the load tool
/// knows when all are there.
class Copier : public RawServer {
 public:
  using RawServer::RawServer;

 protected:
  void frame(Link, std::string_view bytes) override {
    for (Link to = 1; to <= kNeighbors; ++to) append(to, bytes);
  }

 private:
  void opened(Link link) override { append(link, raw_frame('r', kRawHeader)); }
};

/// Drops duplicates, and changes TTL and hops.
class Forwarder final : public Copier {
 public:
  using Copier::Copier;

 private:
  static constexpr std::size_t kIdAt = kFrameHeader + 3;
  static constexpr std::size_t kTtlAt = kIdAt + 16;
  static constexpr std::size_t kHopsAt = kTtlAt + 1;

  void frame(Link from, std::string_view bytes) override {
    std::uint64_t id = 0;
    std::memcpy(&id, bytes.data() + kIdAt, sizeof id);
    std::uint64_t& seen = seen_[id % seen_.size()];
    if (seen == id || bytes[kTtlAt] <= 1) return;
    seen = id;
    changed_.assign(bytes);
    --changed_[kTtlAt];
    ++changed_[kHopsAt];
    Copier::frame(from, changed_);
  }

  std::vector<std::uint64_t> seen_ = std::vector<std::uint64_t>(1024 * 1024);
  std::string changed_;
};

template <class Server>
double raw_rate(const Amount& amount) {
  const Socket listening = Socket::listen();
  const Child forwarder(kPeerCore, [&] { Server(listening).run(); });
  std::vector<Socket> sockets;
  for (std::size_t i = 0; i <= kNeighbors; ++i) {
    sockets.push_back(Socket::connect_to(listening.address()));
    sockets.back().receive_exactly(kRawHeader);
  }
  const std::array<Sink, kNeighbors> sinks{Sink{&sockets[1], {}}, Sink{&sockets[2], {}},
                                           Sink{&sockets[3], {}}};
  return rate(amount, sockets[0], sinks);
}

void measure(const Amount& amount, std::vector<Outcome>& outcomes) {
  fmt::print(
      "one peer forwards queries of {} bytes to {} neighbors, {} in flight; baselines: the "
      "same by hand, and copying alone\n",
      load().length, kNeighbors, amount.in_flight);
  const auto comparisons = compare(
      "queries", [&] { return peer_rate(amount); },
      {[&] { return raw_rate<Forwarder>(amount); }, [&] { return raw_rate<Copier>(amount); }});
  const std::string what =
      fmt::format("queries forwarded to 3 neighbors, {} in flight", amount.in_flight);
  outcomes.push_back(outcome_of(what, "queries", comparisons[0], 0.5));
  outcomes.push_back(outcome_of(what + ", against copying alone", "queries", comparisons[1], 0.5));
}

void run() {
  pin_to(kLoadCore);
  std::vector<Outcome> outcomes;
  measure(kSome, outcomes);
  measure(kMany, outcomes);
  report(outcomes);
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
