// The replica layer beside the servers that people would otherwise take: redis and etcd, each with
// the same keys, values, connections and durability, measured by the same load tool in one run. All
// servers of a comparison are up at the same time, on the same disk; what is not measured is idle.
//
// What they promise differs. etcd's get is linearizable, its put goes through one log; ours is a
// quorum that stays writable while peers fail. redis' replicas acknowledge what they have applied,
// and sync it on their own time; ours is on the disk of each member that acknowledged it.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/support/child.h"
#include "bench/support/compare.h"
#include "bench/support/etcd.h"
#include "bench/support/load.h"
#include "bench/support/protocols.h"
#include "bench/support/rpc.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t kKeys = 4096;
constexpr double kSeconds = 1;
constexpr int kMembers = 3;

std::string key(std::size_t number) { return fmt::format("key-{:06}", number); }
const std::string kValue(100, 'v');

// -- servers ----------------------------------------------------------------------------------

/// Three members that each keep all keys.
class OxbowRing {
 public:
  explicit OxbowRing(bool sync) {
    // The last write wins, as in redis: a load tool has no use for siblings.
    const std::string bucket =
        fmt::format("--bucket=default n=3 r=2 w=2 conflict=lww sync={}", sync ? "yes" : "no");
    std::vector<Address> known;
    for (int i = 0; i < kMembers; ++i) {
      members_.emplace_back(
          kAnyCore, known,
          std::vector<std::string>{"--member", fmt::format("--id={:032x}", i + 1), bucket,
                                   fmt::format("--data={}/{}", folder_.path(), i)});
      known.push_back(members_.back().address());
    }
    for (const PeerProcess& member : members_) {
      RpcConnection client(member.address());
      for (int tries = 0;; ++tries) {
        client.ask(RingRequest{});
        if (client.wait_for<RingAnswer>().members.size() == kMembers) break;
        if (tries == 100'000) fail("the members do not find each other");
      }
    }
    RpcConnection client(members_.front().address());
    for (std::size_t i = 0; i < kKeys; ++i) {
      PutRequest put;
      put.key = key(i);
      put.value = kValue;
      client.ask(put);
      client.wait_for<PutAnswer>();
    }
  }

  std::vector<Address> addresses() const {
    std::vector<Address> all;
    for (const PeerProcess& member : members_) all.push_back(member.address());
    return all;
  }

 private:
  Folder folder_;
  std::vector<PeerProcess> members_;
};

class RedisServer {
 public:
  enum class Append { no, every_second, always };

  explicit RedisServer(Append append, std::optional<Address> master = {})
      : address_(free_address()), child_(kAnyCore, [&] {
          std::vector<std::string> words{"redis-server",
                                         "--bind",
                                         "127.0.0.1",
                                         "--port",
                                         std::to_string(address_.port),
                                         "--dir",
                                         folder_.path(),
                                         "--save",
                                         "",
                                         "--repl-diskless-sync-delay",
                                         "0"};
          const char* const often = append == Append::always ? "always" : "everysec";
          words.insert(words.end(), {"--appendonly", append == Append::no ? "no" : "yes",
                                     "--appendfsync", often});
          if (master) {
            words.insert(words.end(), {"--replicaof", fmt::format("127.0.0.1 {}", master->port)});
          }
          become(words);
        }) {
    wait_until_accepting(address_);
  }
  const Address& address() const { return address_; }

 private:
  Folder folder_;
  Address address_;
  Child child_;
};

class RedisWithReplicas {
 public:
  explicit RedisWithReplicas(RedisServer::Append append)
      : master_(append), first_(append, master_.address()), second_(append, master_.address()) {}
  const Address& address() const { return master_.address(); }

 private:
  RedisServer master_, first_, second_;
};

class EtcdCluster {
 public:
  EtcdCluster() {
    std::string cluster;
    for (int i = 0; i < kMembers; ++i) {
      clients_.push_back(free_address());
      peers_.push_back(free_address());
      cluster += fmt::format("{}n{}=http://{}", i == 0 ? "" : ",", i, to_string(peers_.back()));
    }
    for (std::size_t i = 0; i < kMembers; ++i) {
      const std::string client = "http://" + to_string(clients_[i]);
      const std::string peer = "http://" + to_string(peers_[i]);
      nodes_.emplace_back(kAnyCore, [&] {
        become({"etcd", "--name", fmt::format("n{}", i), "--data-dir",
                fmt::format("{}/{}", folder_.path(), i), "--listen-client-urls", client,
                "--advertise-client-urls", client, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", cluster,
                "--initial-cluster-state", "new", "--log-level", "error"});
      });
    }
    for (const Address& client : clients_) wait_until_accepting(client);
  }
  const std::vector<Address>& addresses() const { return clients_; }

 private:
  Folder folder_;
  std::vector<Address> clients_, peers_;
  std::vector<Child> nodes_;
};

// -- loads ------------------------------------------------------------------------------------

using MakeProtocol = std::function<std::unique_ptr<Protocol>()>;

LoadResult measure(std::vector<Address> servers, std::size_t connections, std::size_t in_flight,
                   const MakeProtocol& protocol) {
  return run({std::move(servers), connections, in_flight, protocol, kSeconds});
}

MakeProtocol oxbow_gets(const std::string& r) {
  auto requests = oxbow_requests(kKeys, [&](std::size_t i) {
    GetRequest get;
    get.key = key(i);
    get.r = r;
    get.search = false;
    get.explain = false;
    return get;
  });
  return [requests] { return oxbow_protocol(requests); };
}

MakeProtocol oxbow_puts() {
  auto requests = oxbow_requests(kKeys, [](std::size_t i) {
    PutRequest put;
    put.key = key(i);
    put.value = kValue;
    put.explain = false;
    return put;
  });
  return [requests] { return oxbow_protocol(requests); };
}

MakeProtocol redis_gets() {
  auto requests = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < kKeys; ++i) requests->push_back(command({"GET", key(i)}));
  return [requests] { return redis_protocol(requests); };
}

/// Each put waits until a replica has it too.
MakeProtocol redis_puts(bool wait) {
  auto requests = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < kKeys; ++i) {
    requests->push_back(command({"SET", key(i), kValue}) +
                        (wait ? command({"WAIT", "1", "5000"}) : ""));
  }
  return [requests, wait] { return redis_protocol(requests, wait ? 2 : 1, wait ? 1 : 0); };
}

MakeProtocol etcd_calls(const std::string& method) {
  auto messages = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < kKeys; ++i) {
    messages->push_back(method == "Put" ? etcd_put(key(i), kValue) : etcd_range(key(i)));
  }
  return [messages, method] { return etcd_protocol(method, messages); };
}

/// All keys once, so that gets find them.
void fill(const Address& server, const MakeProtocol& puts) {
  run({{server}, 1, 16, puts, kSeconds});
}

double p50_rate(const LoadResult& result) { return 1e6 / result.p50_us; }

Outcome throughput(const std::string& what, const std::string& other, const Comparison& comparison,
                   double goal) {
  return {what,
          fmt::format("{}/s, {} {}/s", short_number(comparison.ours), other,
                      short_number(comparison.baseline)),
          fmt::format("{:.2f} x ({:.2f} to {:.2f})", comparison.ratio, comparison.lowest,
                      comparison.highest),
          fmt::format("at least {:.2f} x", goal), comparison.ratio >= goal};
}

/// Of a comparison of p50_rate()s.
Outcome median_time(const std::string& what, const std::string& other, const Comparison& comparison,
                    double goal) {
  return {what,
          fmt::format("{:.0f} µs, {} {:.0f} µs", 1e6 / comparison.ours, other,
                      1e6 / comparison.baseline),
          fmt::format("{:.2f} x the time ({:.2f} to {:.2f})", 1 / comparison.ratio,
                      1 / comparison.highest, 1 / comparison.lowest),
          fmt::format("at most {:.2f} x", goal), comparison.ratio >= 1 / goal};
}

// -- comparisons ------------------------------------------------------------------------------

void gets_at_an_owner(const OxbowRing& ring, std::vector<Outcome>& outcomes) {
  const RedisServer redis(RedisServer::Append::no);
  fill(redis.address(), redis_puts(false));
  const Address owner = ring.addresses().front();
  const auto ours = oxbow_gets("1");
  const auto theirs = redis_gets();
  struct Case {
    std::size_t in_flight;
    double goal;
  };
  for (const auto [in_flight, goal] : {Case{1, 1.0}, Case{16, 0.8}}) {
    fmt::print("get, R = 1, at an owner, 100 B, 64 connections, {} in flight; redis GET\n",
               in_flight);
    const Comparison comparison = compare(
        "gets", [&] { return measure({owner}, 64, in_flight, ours).rate; },
        [&] { return measure({redis.address()}, 64, in_flight, theirs).rate; });
    outcomes.push_back(
        throughput(fmt::format("get, R = 1, at an owner, 64 connections, {} in flight", in_flight),
                   "redis GET", comparison, goal));
  }
}

void quorum_gets(const OxbowRing& ring, const EtcdCluster& etcd, std::vector<Outcome>& outcomes) {
  const auto ours = oxbow_gets("2");
  const auto theirs = etcd_calls("Range");
  fmt::print("get, R = 2 of 3, 64 connections; etcd's linearizable get (a stronger promise)\n");
  outcomes.push_back(
      throughput("get, R = 2 of 3, 64 connections", "etcd (linearizable)",
                 compare(
                     "gets", [&] { return measure(ring.addresses(), 64, 1, ours).rate; },
                     [&] { return measure(etcd.addresses(), 64, 1, theirs).rate; }),
                 8));
  fmt::print("the same, 1 connection\n");
  outcomes.push_back(median_time(
      "get, R = 2 of 3, 1 connection, p50", "etcd (linearizable)",
      compare(
          "gets at p50", [&] { return p50_rate(measure(ring.addresses(), 1, 1, ours)); },
          [&] { return p50_rate(measure(etcd.addresses(), 1, 1, theirs)); }),
      0.25));
}

void synced_puts(const OxbowRing& ring, const EtcdCluster& etcd, std::vector<Outcome>& outcomes) {
  const RedisWithReplicas redis(RedisServer::Append::always);
  const auto ours = oxbow_puts();
  const auto etcds = etcd_calls("Put");
  const auto redis_ones = redis_puts(true);
  fmt::print(
      "put, N = 3, W = 2, synced, 1 connection; etcd; redis with 2 replicas, "
      "appendfsync always, WAIT 1\n");
  const auto alone =
      compare("puts at p50", [&] { return p50_rate(measure(ring.addresses(), 1, 1, ours)); },
              {[&] { return p50_rate(measure(etcd.addresses(), 1, 1, etcds)); },
               [&] { return p50_rate(measure({redis.address()}, 1, 1, redis_ones)); }});
  outcomes.push_back(
      median_time("put, W = 2 of 3, synced, 1 connection, p50", "etcd", alone[0], 0.4));
  outcomes.push_back(
      median_time("put, W = 2 of 3, synced, 1 connection, p50", "redis + WAIT 1", alone[1], 0.7));
  fmt::print("the same, 64 connections\n");
  const auto many = compare("puts", [&] { return measure(ring.addresses(), 64, 1, ours).rate; },
                            {[&] { return measure(etcd.addresses(), 64, 1, etcds).rate; },
                             [&] { return measure({redis.address()}, 64, 1, redis_ones).rate; }});
  outcomes.push_back(throughput("put, W = 2 of 3, synced, 64 connections", "etcd", many[0], 6));
  outcomes.push_back(
      throughput("put, W = 2 of 3, synced, 64 connections", "redis + WAIT 1", many[1], 1.1));
}

void unsynced_puts(std::vector<Outcome>& outcomes) {
  const OxbowRing ring(false);
  const RedisWithReplicas redis(RedisServer::Append::every_second);
  const auto ours = oxbow_puts();
  const auto theirs = redis_puts(true);
  fmt::print("put, W = 2, not synced, 64 connections; redis with 2 replicas, everysec, WAIT 1\n");
  outcomes.push_back(
      throughput("put, W = 2 of 3, not synced, 64 connections", "redis everysec + WAIT 1",
                 compare(
                     "puts", [&] { return measure(ring.addresses(), 64, 1, ours).rate; },
                     [&] { return measure({redis.address()}, 64, 1, theirs).rate; }),
                 0.8));
}

/// `only`: parts by name; none: all.
void run_parts(std::vector<std::string> only) {
  const auto wants = [&](const char* part) {
    return only.empty() || std::find(only.begin(), only.end(), part) != only.end();
  };
  std::vector<Outcome> outcomes;
  const bool beside_etcd = wants("quorum-gets") || wants("synced-puts");
  if (wants("owner-gets") || beside_etcd) {
    const OxbowRing ring(true);
    if (wants("owner-gets")) gets_at_an_owner(ring, outcomes);
    if (beside_etcd) {
      const EtcdCluster etcd;
      fill(etcd.addresses().front(), etcd_calls("Put"));
      if (wants("quorum-gets")) quorum_gets(ring, etcd, outcomes);
      if (wants("synced-puts")) synced_puts(ring, etcd, outcomes);
    }
  }
  if (wants("unsynced-puts")) unsynced_puts(outcomes);
  report(outcomes);
}

}  // namespace
}  // namespace oxbow::bench

int main(int count, char** words) {
  return oxbow::bench::run_bench([&] { oxbow::bench::run_parts({words + 1, words + count}); });
}
