// Queries per second that one peer forwards to three neighbors over TCP: decoded, looked up,
// encoded once, sent. The baseline reads frames of the same length and appends them to three
// outputs.
//
// The load tool is on one core and what is measured on another; so many queries are under way.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "base/random.h"
#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "bench/support/raw_link.h"
#include "bench/support/raw_server.h"

namespace oxbow::bench {
namespace {

constexpr int kLoadCore = 0;
constexpr int kPeerCore = 1;
constexpr std::size_t kNeighbors = 3;
constexpr std::size_t kWarmUp = 50'000;
constexpr std::size_t kQueries = 500'000;
constexpr std::size_t kWindow = 512;  // under way: less than what counts as pressure on a link
constexpr int kPatienceMs = 10'000;

struct Load {
  std::string bytes;       // of all queries
  std::size_t length = 0;  // of each
};

/// Distinct request ids, for a file that nobody has.
const Load& load() {
  static const Load made = [] {
    Load result;
    Random random(1);
    for (std::size_t i = 0; i < kWarmUp + kQueries; ++i) {
      Query query;
      query.id = {random.next(), random.next()};
      query.ttl = 5;
      query.hops = 2;
      query.pattern = "music/Nina Simone/Pastel Blues/10 Sinnerman.flac";
      append_frame(query, result.bytes);
      if (i == 0) result.length = result.bytes.size();
    }
    if (result.bytes.size() != result.length * (kWarmUp + kQueries))
      fail("queries differ in length");
    return result;
  }();
  return made;
}

/// Where copies arrive. `count` tells how many queries are in the bytes.
struct Sink {
  Socket* socket;
  std::function<std::size_t(std::string_view)> count;
  std::size_t received = 0;
};

class Drive {
 public:
  Drive(Socket& source, std::array<Sink, kNeighbors> sinks)
      : source_(source), sinks_(std::move(sinks)) {}

  /// Until so many queries have arrived at every sink.
  void run_until(std::size_t total) {
    while (slowest() < total) {
      const bool sent = send_up_to(std::min(total, slowest() + kWindow), total);
      const bool received = receive();
      if (!sent && !received) wait(total);
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
    if (bytes == 0 || (queries < total && bytes < kWindow / 4 * load().length)) return false;
    const std::size_t taken = source_.try_send(std::string_view(load().bytes).substr(sent_, bytes));
    sent_ += taken;
    return taken > 0;
  }

  bool receive() {
    bool any = false;
    for (Sink& sink : sinks_) {
      const std::string_view bytes = sink.socket->try_receive(buffer_);
      if (bytes.empty()) continue;
      sink.received += sink.count(bytes);
      any = true;
    }
    return any;
  }

  void wait(std::size_t total) {
    std::array<pollfd, kNeighbors> waiting;
    for (std::size_t i = 0; i < kNeighbors; ++i) {
      waiting[i] = {sinks_[i].socket->descriptor(), POLLIN, 0};
    }
    if (poll(waiting.data(), waiting.size(), kPatienceMs) > 0) return;
    fail(fmt::format("only {} of {} queries were forwarded", slowest(), total));
  }

  Socket& source_;
  std::array<Sink, kNeighbors> sinks_;
  std::size_t sent_ = 0;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

double rate(Drive drive, pid_t pid, const char* name) {
  drive.run_until(kWarmUp);
  const double start = seconds();
  const double own_start = cpu_seconds(getpid());
  const double cpu_start = cpu_seconds(pid);
  drive.run_until(kWarmUp + kQueries);
  const double took = seconds() - start;
  fmt::print("    {}: busy for {:.0f} % of {:.2f} s, the load tool for {:.0f} %\n", name,
             (cpu_seconds(pid) - cpu_start) / took * 100, took,
             (cpu_seconds(getpid()) - own_start) / took * 100);
  return static_cast<double>(kQueries) / took;
}

double peer_rate() {
  const PeerProcess peer(kPeerCore);
  RawLink source(peer.address(), 1);
  std::array<RawLink, kNeighbors> links{RawLink(peer.address(), 2), RawLink(peer.address(), 3),
                                        RawLink(peer.address(), 4)};
  std::array<Sink, kNeighbors> sinks;
  for (std::size_t i = 0; i < kNeighbors; ++i) {
    RawLink& link = links[i];
    sinks[i] = {&link.socket(), [&link](std::string_view b) { return link.count_queries(b); }};
  }
  return rate(Drive(source.socket(), sinks), peer.pid(), "peer");
}

/// Says so when it has its four connections; whatever comes in on the first goes to the others.
class RawForwarder final : public RawServer {
 public:
  using RawServer::RawServer;

 private:
  void opened(Link link) override { append(link, raw_frame('r', kRawHeader)); }
  void frame(Link, std::string_view bytes) override {
    for (Link to = 1; to <= kNeighbors; ++to) append(to, bytes);
  }
};

double raw_rate() {
  const Socket listening = Socket::listen();
  const Child forwarder(kPeerCore, [&] { RawForwarder(listening).run(); });
  std::vector<Socket> sockets;
  std::array<Sink, kNeighbors> sinks;
  std::array<std::size_t, kNeighbors> bytes{};
  for (std::size_t i = 0; i <= kNeighbors; ++i) {
    sockets.push_back(Socket::connect_to(listening.address()));
    sockets.back().receive_exactly(kRawHeader);
  }
  for (std::size_t i = 0; i < kNeighbors; ++i) {
    sinks[i] = {&sockets[i + 1], [&held = bytes[i]](std::string_view b) {
                  const std::size_t before = held / load().length;
                  held += b.size();
                  return held / load().length - before;
                }};
  }
  return rate(Drive(sockets[0], sinks), forwarder.pid(), "raw");
}

void run() {
  pin_to(kLoadCore);
  fmt::print("one peer forwards queries of {} bytes to {} neighbors\n", load().length, kNeighbors);
  const Comparison forwarding = compare("queries", peer_rate, raw_rate);
  report({outcome_of("queries forwarded by one peer to 3 neighbors", "queries", forwarding, 0.5)});
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
