#include "bench/support/load.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/socket.h"

namespace oxbow::bench {

namespace {

constexpr double kPatience = 10;  // seconds without any answer: the server hangs

struct Connection {
  Socket socket;
  std::unique_ptr<Protocol> protocol;
  std::string out;
  std::size_t under_way = 0;
  double asked = 0;
};

class Loop {
 public:
  explicit Loop(const Load& load) : load_(load), epoll_(epoll_create1(0)) {
    for (std::size_t i = 0; i < load.connections; ++i) {
      const Address& server = load.servers[i % load.servers.size()];
      connections_.push_back({Socket::connect_to(server), load.protocol(), {}, 0, 0});
    }
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].socket.descriptor(), &event) != 0) {
        fail("epoll does not take a socket");
      }
      connections_[i].protocol->append_own(connections_[i].out);
    }
  }
  ~Loop() { close(epoll_); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  LoadResult run() {
    const double start = seconds();
    for (Connection& connection : connections_) fill(connection, start);
    work_until(start + load_.seconds * 0.2);
    answered_ = 0;
    times_.clear();
    const double measured_from = seconds();
    work_until(measured_from + load_.seconds);
    LoadResult result;
    result.rate = static_cast<double>(answered_) / (seconds() - measured_from);
    if (times_.empty()) return result;
    std::sort(times_.begin(), times_.end());
    result.p50_us = times_[times_.size() / 2] * 1e6;
    result.p99_us = times_[times_.size() * 99 / 100] * 1e6;
    return result;
  }

 private:
  void fill(Connection& connection, double now) {
    while (connection.under_way < load_.in_flight) {
      connection.protocol->append_request(connection.out);
      ++connection.under_way;
    }
    connection.asked = now;
    flush(connection);
  }

  void flush(Connection& connection) {
    std::string_view rest = connection.out;
    while (!rest.empty()) {
      const std::size_t sent = connection.socket.try_send(rest);
      if (sent == 0) break;  // goes on when an answer comes
      rest.remove_prefix(sent);
    }
    connection.out.erase(0, connection.out.size() - rest.size());
  }

  void work_until(double end) {
    double heard = seconds();
    while (heard < end) {
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 100);
      const double now = seconds();
      if (count <= 0) {
        if (now - heard > kPatience) fail("a server does not answer");
        if (now >= end) return;
        continue;
      }
      heard = now;
      for (int i = 0; i < count; ++i) read(connections_[events[i].data.u64], now);
    }
  }

  void read(Connection& connection, double now) {
    const std::string_view bytes = connection.socket.try_receive(buffer_);
    const std::size_t done = connection.protocol->take_answers(bytes);
    connection.protocol->append_own(connection.out);
    if (done > connection.under_way) fail("a server answers more than it is asked");
    connection.under_way -= done;
    answered_ += done;
    if (done > 0 && load_.in_flight == 1) times_.push_back(now - connection.asked);
    fill(connection, now);
  }

  const Load& load_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<char> buffer_ = std::vector<char>(256 * 1024);
  std::size_t answered_ = 0;
  std::vector<double> times_;
};

}  // namespace

LoadResult run(const Load& load) { return Loop(load).run(); }

}  // namespace oxbow::bench
