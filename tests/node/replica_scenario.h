// What tests of the replica layer have in common: a ring of simulated members, clients that get,
// put and delete at random, faults at random, and a look at every copy in the end. Everything is
// determined by one seed.
#pragma once

#include <doctest/doctest.h>
#include <oxbow/requests.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "sim/dot_watch.h"
#include "sim/network.h"
#include "sim/replica_history.h"

namespace oxbow::scenario {

using namespace std::chrono_literals;

inline GetRequest get_of(std::string key, std::string r = {}, bool strict = false) {
  GetRequest request;
  request.key = std::move(key);
  request.r = std::move(r);
  request.strict = strict;
  request.search = false;
  return request;
}

inline PutRequest put_of(std::string key, std::string value, std::string context = {},
                         std::string w = {}) {
  PutRequest request;
  request.key = std::move(key);
  request.value = std::move(value);
  request.context = std::move(context);
  request.w = std::move(w);
  return request;
}

inline DeleteRequest delete_of(std::string key, std::string context) {
  DeleteRequest request;
  request.key = std::move(key);
  request.context = std::move(context);
  return request;
}

inline BucketPolicy bucket(std::string name, std::uint32_t n, std::uint32_t r, std::uint32_t w,
                           Conflicts conflicts = Conflicts::siblings, Sync sync = Sync::yes) {
  BucketPolicy policy;
  policy.name = std::move(name);
  policy.n = n;
  policy.r = r;
  policy.w = w;
  policy.conflicts = conflicts;
  policy.sync = sync;
  return policy;
}

inline std::set<std::string> values_of(const GetAnswer& answer) {
  std::set<std::string> values;
  for (const GetValue& value : answer.values) values.insert(value.value);
  return values;
}

/// Members that all know of each other, and peers that are none but know the ring.
struct Cluster {
  explicit Cluster(std::uint64_t seed, std::size_t count = 5, std::size_t others = 1,
                   std::vector<BucketPolicy> buckets = {}, bool in_memory = false)
      : network(seed) {
    NodeConfig config = SimNetwork::defaults();
    config.buckets = std::move(buckets);
    members = network.add_members(count, config);
    for (std::size_t i = 0; i < others; ++i) {
      const PeerNumber peer = network.add_peer();
      network.link(peer, members[i % count]);
      if (count > 1) network.link(peer, members[(i + 1) % count]);
    }
    for (const PeerNumber member : members) {
      if (in_memory) network.keep_in_memory(member);
    }
    network.start();
    REQUIRE(network.wait_for_ring(count));
    network.run_for(2 * limits::kGossipEvery);  // a member that starts anew remembers it
  }

  PeerNumber peer_of(const std::string& id) {
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (to_hex(network.id_of(peer).view()) == id) return peer;
    }
    FAIL("no peer has the id " << id);
    return 0;
  }
  std::vector<PeerNumber> primaries(const std::string& key, PeerNumber asked = 0) {
    std::vector<PeerNumber> result;
    const auto owner = network.owner(asked, key);
    REQUIRE(owner.ok());
    for (const MemberInfo& member : owner->primaries) result.push_back(peer_of(member.id));
    return result;
  }
  std::uint64_t hints() {
    std::uint64_t sum = 0;
    for (const PeerNumber peer : members) {
      sum += network.has_disk(peer) ? network.store(peer).all_hints().hints
                                    : network.table(peer, "hints");
    }
    return sum;
  }
  Object copy(PeerNumber peer, const std::string& key) {
    auto read = network.store(peer).read(key);
    return read.ok() ? read->object : Object();
  }
  /// Whether every peer holds every member for reachable; within a minute, or false.
  bool wait_for_trust() {
    const auto trusted = [&] {
      for (PeerNumber peer = 0; peer < network.size(); ++peer) {
        const auto ring = network.ring(peer);
        if (!ring.ok()) return false;
        for (const MemberInfo& member : ring->members) {
          if (!member.reachable) return false;
        }
      }
      return true;
    };
    for (int i = 0; i < 600; ++i) {
      if (trusted()) return true;
      network.run_for(100ms);
    }
    return false;
  }
  /// Everybody runs and reaches everybody.
  void make_whole() {
    network.heal_all();
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      network.thaw(peer);
      if (!network.is_running(peer)) network.start(peer);
      network.set_sync_latency(peer, Latency::fixed(200us));
      for (PeerNumber other = 0; other < peer; ++other) network.set_loss(peer, other, 0);
    }
  }

  SimNetwork network;
  std::vector<PeerNumber> members;
};

// -- clients --------------------------------------------------------------------------------------

struct ClientOptions {
  std::size_t clients = 4;
  std::vector<std::string> keys;
  bool strict = false;  ///< and every read is checked to be fresh
  bool search = false;  ///< gets as clients make them: they search where the ring is of no help
  Conflicts conflicts = Conflicts::siblings;
  double gets = 0.4;      ///< of all operations
  double deletes = 0.1;   ///< likewise
  double blind = 0.3;     ///< of the writes: without a context
  bool chains = true;     ///< contexts of puts are used too, not only those of gets
  Duration think = 30ms;  ///< at most, between two operations of a client
};

/// Clients that each have one operation under way, asked of any peer that runs.
class Clients {
 public:
  Clients(SimNetwork& network, ReplicaHistory& history, std::uint64_t seed, ClientOptions options)
      : network_(network),
        history_(history),
        random_(seed ^ 0xc11e47),
        options_(std::move(options)),
        clients_(options_.clients) {}

  /// Takes what has been answered, and, if `go_on`, asks for more. To be called often.
  void step(bool go_on = true) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      Client& client = clients_[i];
      if (client.handle && network_.record(*client.handle).over()) finish(client);
      if (client.handle || !go_on || client.not_before > network_.now()) continue;
      begin(i, client);
    }
  }
  bool idle() const {
    return std::none_of(clients_.begin(), clients_.end(),
                        [](const Client& client) { return client.handle.has_value(); });
  }
  /// Nothing more is asked; waits for the answers. False: one did not come within a minute.
  bool finish() {
    for (int i = 0; i < 6'000 && !idle(); ++i) {
      network_.run_for(10ms);
      step(false);
    }
    return idle();
  }
  std::size_t answered() const { return answered_; }
  std::size_t failed() const { return failed_; }
  const std::map<std::string, std::size_t>& errors() const { return errors_; }

 private:
  struct Seen {
    std::string context;
    ReplicaHistory::Writes writes;
    ReplicaHistory::Writes chained;  ///< own writes since the last get
  };
  enum class Kind : std::uint8_t { get, put, remove };
  struct Client {
    std::optional<RequestHandle> handle;
    Kind kind = Kind::get;
    std::string key;
    Seen used;
    ReplicaHistory::WriteNumber write{};
    Instant not_before{};
    std::map<std::string, Seen> seen;
    std::size_t writes = 0;
  };

  std::optional<PeerNumber> some_peer() {
    for (int i = 0; i < 20; ++i) {
      const auto peer = static_cast<PeerNumber>(random_.below(network_.size()));
      if (network_.is_running(peer) && !network_.is_stranger(peer)) return peer;
    }
    return std::nullopt;
  }

  void begin(std::size_t number, Client& client) {
    const auto peer = some_peer();
    if (!peer) return;
    client.key = options_.keys[random_.below(options_.keys.size())];
    const double dice = random_.unit();
    client.kind = dice < options_.gets                      ? Kind::get
                  : dice < options_.gets + options_.deletes ? Kind::remove
                                                            : Kind::put;
    if (client.kind == Kind::get) {
      GetRequest get = get_of(client.key, {}, options_.strict);
      get.search = options_.search;
      client.handle = network_.request(*peer, get);
      return;
    }
    client.used = Seen{};
    if (random_.unit() >= options_.blind) client.used = client.seen[client.key];
    if (client.kind == Kind::remove) {
      client.write = history_.begin_write(client.key, std::nullopt, client.used.writes,
                                          network_.now(), client.used.chained);
      DeleteRequest request = delete_of(client.key, client.used.context);
      request.strict = options_.strict;
      client.handle = network_.request(*peer, std::move(request));
      return;
    }
    std::string value =
        "client " + std::to_string(number) + ", write " + std::to_string(++client.writes);
    client.write = history_.begin_write(client.key, value, client.used.writes, network_.now(),
                                        client.used.chained);
    PutRequest request = put_of(client.key, std::move(value), client.used.context);
    request.strict = options_.strict;
    client.handle = network_.request(*peer, std::move(request));
  }

  void finish(Client& client) {
    const RequestRecord& record = network_.record(*client.handle);
    client.handle.reset();
    client.not_before = network_.now() +
                        Duration(static_cast<Duration::rep>(
                            random_.below(static_cast<std::uint64_t>(options_.think.count()) + 1)));
    if (!record.ending || record.error() != nullptr) {
      ++failed_;
      ++errors_[record.ending ? record.error()->code : "peer-lost"];
      return;
    }
    ++answered_;
    if (client.kind == Kind::get) {
      const GetAnswer& answer = record.answer<GetAnswer>();
      const ReplicaHistory::Read read = as_read(client.key, record.asked, record.ended, answer);
      if (options_.strict) {
        history_.check_fresh(read, options_.conflicts);
      } else {
        history_.check_sound(read);
      }
      client.seen[client.key] = {answer.context, history_.seen_by(read), {}};
      return;
    }
    history_.acknowledged(client.write, record.ended);
    if (!options_.chains) return;
    Seen seen = client.used;
    seen.writes.insert(client.write);
    seen.chained.insert(client.write);
    seen.context = client.kind == Kind::put ? record.answer<PutAnswer>().context
                                            : record.answer<DeleteAnswer>().context;
    client.seen[client.key] = std::move(seen);
  }

 public:
  static ReplicaHistory::Read as_read(const std::string& key, Instant began, Instant ended,
                                      const GetAnswer& answer) {
    ReplicaHistory::Read read{key, began, ended, {}, answer.deleted};
    for (const GetValue& value : answer.values) read.values.push_back(value.value);
    return read;
  }

 private:
  SimNetwork& network_;
  ReplicaHistory& history_;
  Random random_;
  ClientOptions options_;
  std::vector<Client> clients_;
  std::size_t answered_ = 0;
  std::size_t failed_ = 0;
  std::map<std::string, std::size_t> errors_;
};

// -- faults ---------------------------------------------------------------------------------------

struct FaultOptions {
  Duration every = 400ms;  ///< about
  Duration longest = 3s;
  bool crashes = true;
  bool freezes = true;
  bool partitions = true;
  bool losses = true;
  bool slow_disks = true;
  bool clocks = true;
};

class Faults {
 public:
  Faults(SimNetwork& network, std::uint64_t seed, FaultOptions options = {})
      : network_(network), random_(seed ^ 0xfa017), options_(options) {
    if (options_.crashes) kinds_.push_back(&Faults::crash);
    if (options_.freezes) kinds_.push_back(&Faults::freeze);
    if (options_.partitions) kinds_.push_back(&Faults::split);
    if (options_.losses) kinds_.push_back(&Faults::lose);
    if (options_.slow_disks) kinds_.push_back(&Faults::slow_disk);
    if (options_.clocks) kinds_.push_back(&Faults::clock);
  }

  /// To be called often.
  void step() {
    if (kinds_.empty() || network_.now() < next_) return;
    const bool first = next_ == Instant{};
    next_ = network_.now() + up_to(2 * options_.every);
    if (first) return;
    (this->*kinds_[random_.below(kinds_.size())])();
  }

 private:
  Duration up_to(Duration most) {
    return Duration(
        static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(most.count())) + 1));
  }
  PeerNumber anyone() { return static_cast<PeerNumber>(random_.below(network_.size())); }
  Instant later() { return network_.now() + up_to(options_.longest); }

  void crash() {
    const PeerNumber peer = anyone();
    if (!network_.is_running(peer)) return;
    network_.crash(peer);
    network_.at(later(), [this, peer] {
      if (!network_.is_running(peer)) network_.start(peer);
    });
  }
  void freeze() {
    const PeerNumber peer = anyone();
    network_.freeze(peer);
    network_.at(later(), [this, peer] { network_.thaw(peer); });
  }
  void split() {
    std::vector<std::vector<PeerNumber>> sides(2);
    for (PeerNumber peer = 0; peer < network_.size(); ++peer) {
      sides[random_.below(2)].push_back(peer);
    }
    network_.split(sides);
    network_.at(later(), [this] { network_.heal_all(); });
  }
  void lose() {
    const PeerNumber one = anyone();
    const PeerNumber other = anyone();
    if (one == other) return;
    network_.set_loss(one, other, 0.3 * random_.unit());
    network_.at(later(), [this, one, other] { network_.set_loss(one, other, 0); });
  }
  void slow_disk() {
    const PeerNumber peer = anyone();
    network_.set_sync_latency(peer, {1ms, 800ms});
    network_.at(later(), [this, peer] { network_.set_sync_latency(peer, Latency::fixed(200us)); });
  }
  void clock() {
    const auto hours = static_cast<Duration::rep>(random_.below(49)) - 24;
    network_.set_wall_clock(anyone(), std::chrono::hours(hours) + up_to(1s));
  }

  SimNetwork& network_;
  Random random_;
  FaultOptions options_;
  std::vector<void (Faults::*)()> kinds_;
  Instant next_{};
};

// -- what holds in the end ------------------------------------------------------------------------

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

/// With the network whole again: hints are delivered, one get of each key repairs what is behind,
/// and then reads anywhere account for every acknowledged write, and the copies are equal.
inline void check_ending(Cluster& cluster, ReplicaHistory& history,
                         const std::vector<std::string>& keys,
                         Conflicts conflicts = Conflicts::siblings) {
  SimNetwork& network = cluster.network;
  cluster.make_whole();
  REQUIRE(network.wait_for_ring(cluster.members.size()));
  CHECK(cluster.wait_for_trust());
  CHECK(network.run_until([&] { return cluster.hints() == 0; }, 1min));
  for (const std::string& key : keys) {
    const auto repairing = network.get(cluster.members[0], get_of(key));
    CHECK_MESSAGE(repairing.ok(), key);
  }
  network.run_for(2s);
  for (const std::string& key : keys) {
    CAPTURE(key);
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      const Instant began = network.now();
      const auto read = network.get(peer, get_of(key));
      CHECK(read.ok());
      if (!read.ok()) continue;
      history.check_fresh(Clients::as_read(key, began, network.now(), *read), conflicts);
      if (conflicts == Conflicts::lww) CHECK(read->values.size() <= 1);
    }
    const auto primaries = cluster.primaries(key);
    for (const PeerNumber primary : primaries) {
      if (!network.has_disk(primary)) continue;  // what it has is seen only by asking
      CHECK(cluster.copy(primary, key) == cluster.copy(primaries.front(), key));
    }
  }
}

inline void check_history(const SimNetwork& network, const ReplicaHistory& history,
                          const DotWatch& dots) {
  CHECK_MESSAGE(history.breaches().empty(), joined(history.breaches()));
  if (network.count_events("the two stay side by side") == 0) {
    CHECK_MESSAGE(history.side_by_side().empty(), joined(history.side_by_side()));
  }
  CHECK_MESSAGE(dots.breaches().empty(), joined(dots.breaches()));
}

}  // namespace oxbow::scenario
