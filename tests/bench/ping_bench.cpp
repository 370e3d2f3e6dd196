// The round trip of the smallest client request, a ping, over one connection: the peer and its
// client share a core. The baseline is a libuv server that sends frames of 150 bytes back.
#include <fmt/format.h>
#include <uv.h>

#include <array>

#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "bench/support/rpc.h"

namespace oxbow::bench {
namespace {

constexpr int kCore = 1;
constexpr std::size_t kEchoFrame = 150;
constexpr double kSeconds = 1;
constexpr int kWarmUp = 1000;
constexpr int kBatch = 100;  // round trips between looks at the clock

template <class RoundTrip>
double rate(RoundTrip round_trip) {
  for (int i = 0; i < kWarmUp; ++i) round_trip();
  const double start = seconds();
  double took = 0;
  std::size_t count = 0;
  while ((took = seconds() - start) < kSeconds) {
    for (int i = 0; i < kBatch; ++i) round_trip();
    count += kBatch;
  }
  return static_cast<double>(count) / took;
}

double peer_rate(const Address& peer) {
  RpcConnection connection(peer);
  return rate([&] {
    connection.ask(PingRequest{});
    connection.wait_for<PingAnswer>();
  });
}

double echo_rate(const Address& server) {
  Socket socket = Socket::connect_to(server);
  const std::string frame(kEchoFrame, 'x');
  std::array<char, 4096> buffer;
  return rate([&] {
    socket.send(frame);
    for (std::size_t got = 0; got < frame.size();) got += socket.receive(buffer).size();
  });
}

// -- the baseline ---------------------------------------------------------------------------------

void give_buffer(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  static char bytes[64 * 1024];
  *buffer = uv_buf_init(bytes, sizeof bytes);
}

void send_back(uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer) {
  if (length < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream),
             [](uv_handle_t* closed) { delete reinterpret_cast<uv_tcp_t*>(closed); });
    return;
  }
  const uv_buf_t same = uv_buf_init(buffer->base, static_cast<unsigned>(length));
  if (uv_try_write(stream, &same, 1) != length) fail("the echo's socket is full");
}

void serve_echo(const Socket& listening) {
  uv_loop_t loop;
  uv_tcp_t listener;
  uv_loop_init(&loop);
  uv_tcp_init(&loop, &listener);
  uv_tcp_open(&listener, listening.descriptor());
  uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 16, [](uv_stream_t* from, int) {
    auto* const tcp = new uv_tcp_t;
    uv_tcp_init(from->loop, tcp);
    uv_accept(from, reinterpret_cast<uv_stream_t*>(tcp));
    uv_tcp_nodelay(tcp, 1);
    uv_read_start(reinterpret_cast<uv_stream_t*>(tcp), give_buffer, send_back);
  });
  uv_run(&loop, UV_RUN_DEFAULT);
}

void run() {
  pin_to(kCore);
  const PeerProcess peer(kCore);
  const Socket listening = Socket::listen();
  const Child echo(kCore, [&] { serve_echo(listening); });
  fmt::print("a client pings its peer, one request at a time, both on core {}\n", kCore);
  const Comparison pings = compare(
      "round trips", [&] { return peer_rate(peer.address()); },
      [&] { return echo_rate(listening.address()); });
  report({outcome_of("round trip of the smallest client request", "round trips", pings, 0.75)});
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
