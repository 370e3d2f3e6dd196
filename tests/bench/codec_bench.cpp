// What the codec costs per message, and how often it allocates: decoding a query and encoding it
// again is what a peer does for every query that it forwards.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "../codec/samples.h"
#include "codec/peer_stream.h"
#include "codec/rpc.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Not inlined: the compiler would see malloc and delete meet, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace oxbow {
namespace {

// Reports allocations per iteration, from its construction on.
class AllocationCounter {
 public:
  explicit AllocationCounter(benchmark::State& state)
      : state_(state), start_(allocations.load(std::memory_order_relaxed)) {}
  ~AllocationCounter() {
    const std::uint64_t made = allocations.load(std::memory_order_relaxed) - start_;
    state_.counters["allocations"] =
        static_cast<double>(made) / static_cast<double>(state_.iterations());
  }

 private:
  benchmark::State& state_;
  std::uint64_t start_;
};

std::string frame(const Message& message) {
  std::string out;
  append_frame(message, out);
  return out;
}

PeerStream greeted(const std::string& hello) {
  PeerStream stream(false);
  stream.feed(hello);
  while (stream.next() == PeerStream::Next::message) {
  }
  return stream;
}

// `batch` messages come with one read, as they do under load.
void decode(benchmark::State& state, const Message& message, std::size_t batch) {
  const std::string hello = frame(samples::hello());
  std::string wire;
  for (std::size_t i = 0; i < batch; ++i) append_frame(message, wire);
  PeerStream stream = greeted(hello);
  const AllocationCounter counter(state);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(batch))) {
    stream.feed(wire);
    while (stream.next() == PeerStream::Next::message) {
      benchmark::DoNotOptimize(stream.message());
    }
  }
}

void encode(benchmark::State& state, const Message& message) {
  std::string out = frame(message);
  const AllocationCounter counter(state);
  for (auto _ : state) {
    out.clear();
    append_frame(message, out);
    benchmark::DoNotOptimize(out.data());
  }
}

void forward(benchmark::State& state, std::size_t batch) {
  const std::string hello = frame(samples::hello());
  std::string wire;
  for (std::size_t i = 0; i < batch; ++i) append_frame(samples::query(), wire);
  PeerStream stream = greeted(hello);
  std::string out = wire;
  const AllocationCounter counter(state);
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(batch))) {
    out.clear();
    stream.feed(wire);
    while (stream.next() == PeerStream::Next::message) {
      append_frame(stream.message(), out);
      benchmark::DoNotOptimize(out.data());
    }
  }
}

void query_decode(benchmark::State& state) { decode(state, samples::query(), 16); }
void query_encode(benchmark::State& state) { encode(state, samples::query()); }
void query_decode_and_encode(benchmark::State& state) { forward(state, 16); }
void query_alone_decode_and_encode(benchmark::State& state) { forward(state, 1); }
void hit_decode(benchmark::State& state) { decode(state, samples::messages()[6], 16); }
void hit_encode(benchmark::State& state) { encode(state, samples::messages()[6]); }
void done_decode(benchmark::State& state) { decode(state, samples::messages()[8], 16); }
void done_encode(benchmark::State& state) { encode(state, samples::messages()[8]); }

void rpc_ping_round_trip(benchmark::State& state) {
  RpcClientStream client;
  RpcServerStream server;
  std::string request;
  std::string answer;
  const AllocationCounter counter(state);
  for (auto _ : state) {
    request.clear();
    client.append_request(PingRequest{}, request);
    server.feed(request);
    if (server.next() != RpcServerStream::Next::request) return state.SkipWithError("no request");
    answer.clear();
    append_answer(server.id(), PingAnswer{}, answer);
    client.feed(answer);
    if (client.next() != RpcClientStream::Next::answer) return state.SkipWithError("no answer");
  }
}

void rpc_publish_of_1_mib_in_1000_reads(benchmark::State& state) {
  std::string request;
  RpcClientStream().append_request(PublishRequest{"key", std::string(1 << 20, 'v')}, request);
  RpcServerStream server;
  for (auto _ : state) {
    bool complete = false;
    for (std::size_t at = 0; at < request.size(); at += 1049) {
      server.feed(std::string_view(request).substr(at, 1049));
      complete = server.next() == RpcServerStream::Next::request;
    }
    if (!complete) return state.SkipWithError("no request");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(request.size()) *
                          static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK(query_decode);
BENCHMARK(query_encode);
BENCHMARK(query_decode_and_encode)->Repetitions(9)->ReportAggregatesOnly();
BENCHMARK(query_alone_decode_and_encode);
BENCHMARK(hit_decode);
BENCHMARK(hit_encode);
BENCHMARK(done_decode);
BENCHMARK(done_encode);
BENCHMARK(rpc_ping_round_trip);
BENCHMARK(rpc_publish_of_1_mib_in_1000_reads)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace oxbow

BENCHMARK_MAIN();
