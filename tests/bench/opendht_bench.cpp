// A get through a peer that does not own the key, beside the same in OpenDHT: networks of as many
// nodes, on loopback, the same keys and values. OpenDHT's nodes are threads of this process, ours
// are processes; OpenDHT's limits on the rate of requests are lifted.
#include <fmt/format.h>
#include <opendht.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "bench/support/load.h"
#include "bench/support/protocols.h"
#include "bench/support/rpc.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t kKeys = 200;
constexpr std::size_t kCloseNodes = 8;  // that OpenDHT stores a value at
constexpr double kSeconds = 1;
constexpr int kPutsWithin = 30;  // seconds
const std::string kValue(100, 'v');

std::string key(std::size_t number) { return fmt::format("key-{:06}", number); }

// -- Oxbow --------------------------------------------------------------------------------------

class Ring {
 public:
  explicit Ring(std::size_t count) {
    std::vector<Address> known;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<Address> neighbors;
      if (i > 0) neighbors = {known[i - 1], known[i / 2]};
      if (i == 1) neighbors.pop_back();
      peers_.emplace_back(kAnyCore, neighbors,
                          std::vector<std::string>{"--member", fmt::format("--id={:032x}", i + 1)});
      known.push_back(peers_.back().address());
    }
    for (const PeerProcess& peer : peers_) {
      RpcConnection client(peer.address());
      for (int tries = 0;; ++tries) {
        client.ask(RingRequest{});
        if (client.wait_for<RingAnswer>().members.size() == count) break;
        if (tries == 100'000) fail("the members do not find each other");
      }
    }
    RpcConnection client(asked());
    for (std::size_t i = 0; i < kKeys; ++i) {
      PutRequest put;
      put.key = key(i);
      put.value = kValue;
      client.ask(put);
      client.wait_for<PutAnswer>();
      client.ask(OwnerRequest{put.key});
      const auto owners = client.wait_for<OwnerAnswer>().primaries;
      if (std::none_of(owners.begin(), owners.end(), [](const MemberInfo& m) { return m.self; })) {
        foreign_.push_back(put.key);
      }
    }
    requests_ = oxbow_requests(foreign_.size(), [&](std::size_t i) {
      GetRequest get;
      get.key = foreign_[i];
      get.r = "1";  // OpenDHT too is done with the first node that has values
      get.search = false;
      get.explain = false;
      return get;
    });
  }

  LoadResult gets(std::size_t connections) const {
    return run({{asked()}, connections, 1, [&] { return oxbow_protocol(requests_); }, kSeconds});
  }

 private:
  const Address& asked() const { return peers_.front().address(); }

  std::vector<PeerProcess> peers_;
  std::vector<std::string> foreign_;  // keys that the asked peer does not keep
  Requests requests_;
};

// -- OpenDHT ------------------------------------------------------------------------------------

class Dht {
 public:
  explicit Dht(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes_.push_back(std::make_unique<dht::DhtRunner>());
      dht::DhtRunner::Config config;
      config.threaded = true;
      config.dht_config.node_config.max_req_per_sec = -1;
      config.dht_config.node_config.max_peer_req_per_sec = -1;
      nodes_.back()->run("127.0.0.1", "::1", "0", config);
      if (i > 0) {
        nodes_.back()->bootstrap("127.0.0.1", std::to_string(nodes_.front()->getBoundPort()));
      }
    }
    std::this_thread::sleep_for(std::chrono::seconds(3));  // it does not say when it has settled
    std::vector<std::future<bool>> stored;
    for (std::size_t i = 0; i < kKeys; ++i) {
      auto promise = std::make_shared<std::promise<bool>>();
      stored.push_back(promise->get_future());
      nodes_[1]->put(dht::InfoHash::get(key(i)),
                     std::make_shared<dht::Value>(dht::Blob(kValue.begin(), kValue.end())),
                     [promise](bool ok) { promise->set_value(ok); });
    }
    for (auto& each : stored) {
      if (each.wait_for(std::chrono::seconds(kPutsWithin)) != std::future_status::ready ||
          !each.get()) {
        fail("OpenDHT does not store a value");
      }
    }
    for (std::size_t i = 0; i < kKeys; ++i) {
      const dht::InfoHash hash = dht::InfoHash::get(key(i));
      if (!is_close(hash)) foreign_.push_back(hash);
    }
    if (foreign_.empty()) fail("the asked node of OpenDHT keeps every key");
  }
  ~Dht() {
    for (const auto& node : nodes_) node->join();
  }

  /// Closed loops, each with one get under way.
  LoadResult gets(std::size_t loops) {
    std::atomic<std::size_t> done = 0;
    std::vector<std::vector<double>> times(loops);
    std::vector<std::thread> threads;
    const double end = seconds() + kSeconds;
    const double start = seconds();
    for (std::size_t i = 0; i < loops; ++i) {
      threads.emplace_back([&, i] {
        for (std::size_t next = i * 17; seconds() < end; ++next) {
          const double asked = seconds();
          get(foreign_[next % foreign_.size()]);
          times[i].push_back(seconds() - asked);
          ++done;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    LoadResult result;
    result.rate = static_cast<double>(done) / (seconds() - start);
    std::vector<double> all;
    for (const auto& each : times) all.insert(all.end(), each.begin(), each.end());
    std::sort(all.begin(), all.end());
    result.p50_us = all[all.size() / 2] * 1e6;
    result.p99_us = all[all.size() * 99 / 100] * 1e6;
    return result;
  }

 private:
  /// Until the first value is there.
  void get(const dht::InfoHash& hash) {
    struct Waiting {
      std::mutex mutex;
      std::condition_variable changed;
      bool found = false, over = false;
    };
    const auto waiting = std::make_shared<Waiting>();
    nodes_.front()->get(
        hash,
        [waiting](const std::vector<std::shared_ptr<dht::Value>>& values) {
          if (values.empty()) return true;
          const std::lock_guard lock(waiting->mutex);
          waiting->found = waiting->over = true;
          waiting->changed.notify_all();
          return false;
        },
        [waiting](bool) {
          const std::lock_guard lock(waiting->mutex);
          waiting->over = true;
          waiting->changed.notify_all();
        });
    std::unique_lock lock(waiting->mutex);
    if (!waiting->changed.wait_for(lock, std::chrono::seconds(10), [&] { return waiting->over; }) ||
        !waiting->found) {
      fail("OpenDHT does not find a value");
    }
  }

  bool is_close(const dht::InfoHash& hash) const {
    const dht::InfoHash own = nodes_.front()->getNodeId();
    const auto closer = std::count_if(nodes_.begin(), nodes_.end(), [&](const auto& node) {
      return hash.xorCmp(node->getNodeId(), own) < 0;
    });
    return static_cast<std::size_t>(closer) < kCloseNodes;
  }

  std::vector<std::unique_ptr<dht::DhtRunner>> nodes_;
  std::vector<dht::InfoHash> foreign_;  // not kept by the asked node
};

// -- both ---------------------------------------------------------------------------------------

void compare_networks(std::size_t nodes, double time_goal, std::vector<Outcome>& outcomes) {
  const Ring ring(nodes);
  Dht dht(nodes);
  fmt::print("get through a peer that is no owner, {} nodes, one at a time; OpenDHT\n", nodes);
  const Comparison alone = compare(
      "gets at p50", [&] { return 1e6 / ring.gets(1).p50_us; },
      [&] { return 1e6 / dht.gets(1).p50_us; });
  outcomes.push_back(
      {fmt::format("get through no owner, {} nodes, p50", nodes),
       fmt::format("{:.0f} µs, OpenDHT {:.0f} µs", 1e6 / alone.ours, 1e6 / alone.baseline),
       fmt::format("{:.2f} x the time ({:.2f} to {:.2f})", 1 / alone.ratio, 1 / alone.highest,
                   1 / alone.lowest),
       fmt::format("at most {:.2f} x", time_goal), alone.ratio >= 1 / time_goal});
  fmt::print("the same, 16 at a time\n");
  const Comparison many = compare(
      "gets", [&] { return ring.gets(16).rate; }, [&] { return dht.gets(16).rate; });
  outcomes.push_back(
      {fmt::format("get through no owner, {} nodes, 16 at a time", nodes),
       fmt::format("{}/s, OpenDHT {}/s", short_number(many.ours), short_number(many.baseline)),
       fmt::format("{:.1f} x ({:.1f} to {:.1f})", many.ratio, many.lowest, many.highest),
       "at least 40 x", many.ratio >= 40});
}

void run_all() {
  std::vector<Outcome> outcomes;
  compare_networks(16, 0.4, outcomes);
  compare_networks(32, 0.15, outcomes);
  report(outcomes);
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run_all); }
