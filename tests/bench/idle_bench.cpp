// What a peer costs that has eight neighbors and nothing to do: memory of its own, and CPU time.
#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "bench/support/child.h"
#include "bench/support/compare.h"
#include "bench/support/rpc.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t kNeighbors = 8;
constexpr unsigned kSettleSeconds = 3;  // a few keepalives, so that all buffers have been used
constexpr unsigned kSeconds = 20;
constexpr double kMostMib = 6;
constexpr double kMostPercent = 0.1;

void run() {
  std::vector<PeerProcess> neighbors;
  std::vector<Address> addresses;
  for (std::size_t i = 0; i < kNeighbors; ++i) {
    addresses.push_back(neighbors.emplace_back(kAnyCore).address());
  }
  const PeerProcess peer(kAnyCore, addresses);
  {
    RpcConnection connection(peer.address());
    connection.ask(WaitReadyRequest{});
    if (!connection.wait_for<WaitReadyAnswer>().ready) fail("the peer has not linked in 10 s");
    connection.ask(StatusRequest{});
    const auto links = connection.wait_for<StatusAnswer>().links;
    if (links != kNeighbors) fail(fmt::format("the peer has {} links", links));
  }
  sleep(kSettleSeconds);
  fmt::print("measuring the CPU time of an idle peer with {} neighbors for {} s\n", kNeighbors,
             kSeconds);
  std::fflush(stdout);
  const double before = cpu_seconds(peer.pid());
  sleep(kSeconds);
  const double percent = (cpu_seconds(peer.pid()) - before) / kSeconds * 100;
  const double own_mib = status_kib(peer.pid(), "RssAnon") / 1024;
  const double resident_mib = status_kib(peer.pid(), "VmRSS") / 1024;
  report(
      {{"memory of an idle peer with 8 neighbors", fmt::format("{:.1f} MiB resident", resident_mib),
        fmt::format("{:.2f} MiB private", own_mib), fmt::format("under {:.0f} MiB", kMostMib),
        own_mib < kMostMib},
       {"CPU of an idle peer with 8 neighbors", fmt::format("over {} s", kSeconds),
        fmt::format("{:.3f} % of a core", percent), fmt::format("under {} %", kMostPercent),
        percent < kMostPercent}});
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }
