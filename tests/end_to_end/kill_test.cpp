// kill -9, for real: peers with RocksDB lose nothing that they acknowledged.
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "end_to_end/ring_of_three.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

constexpr int kWrites = 1000;
constexpr int kWriters = 4;

std::string key_of(int number) { return fmt::format("key-{:04}", number); }

/// How many writes have been acknowledged, for a thread that waits for some of them.
class Progress {
 public:
  void add_one() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_one();
  }
  /// Until there are that many, or half a minute is over.
  void wait_for(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

/// Writes keys through the peers in turn until they are gone; the numbers of those acknowledged.
std::vector<int> write_until_lost(const LocalPeers& peers, int writer, int round,
                                  Progress& progress) {
  std::vector<int> acknowledged;
  const char* const names[] = {"sx", "sy", "sz"};
  Client client = peers.client(names[writer % 3]);
  for (int number = writer; number < kWrites; number += kWriters) {
    PutRequest put;
    put.key = key_of(number);
    put.value = fmt::format("{} in round {}", number, round);
    const auto answer = client.put(put);
    if (answer.ok()) {
      acknowledged.push_back(number);
      progress.add_one();
    }
    if (!answer.ok() && answer.error().code == "peer-lost") break;
  }
  return acknowledged;
}

/// Kills them in the midst of the writes: once so many have been acknowledged.
std::vector<int> write_while(const LocalPeers& peers, int round,
                             const std::vector<std::string>& killed, int after) {
  std::vector<std::vector<int>> acknowledged(kWriters);
  Progress progress;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      acknowledged[static_cast<std::size_t>(writer)] =
          write_until_lost(peers, writer, round, progress);
    });
  }
  progress.wait_for(after);
  for (const std::string& name : killed) peers.kill(name);
  for (std::thread& writer : writers) writer.join();
  std::vector<int> all;
  for (const auto& each : acknowledged) all.insert(all.end(), each.begin(), each.end());
  return all;
}

/// Every value that was acknowledged is on the disks of two members at least, as W says.
void check_all(const LocalPeers& peers, const std::map<int, std::vector<std::string>>& written) {
  std::map<std::string, int> copies;
  for (const char* name : {"sx", "sy", "sz"}) {
    Client client = peers.client(name);
    for (const auto& [number, values] : written) {
      GetRequest get;
      get.key = key_of(number);
      get.r = "1";  // asked of a primary: its own copy
      get.search = false;
      const auto answer = client.get(get);
      REQUIRE(answer.ok());
      REQUIRE(answer->quorum.members.size() == 1);
      CHECK(answer->quorum.members[0].address == peers.address(name));
      for (const GetValue& sibling : answer->values) ++copies[sibling.value];
    }
  }
  for (const auto& [number, values] : written) {
    for (const std::string& value : values) {
      CHECK_MESSAGE(copies[value] >= 2, "lost: " << value);
    }
  }
}

}  // namespace

TEST_CASE("every acknowledged write is there after kill -9 of one peer, and of all at once") {
  const Words own_copies{"--set", "full-reads=0"};  // no get asks more members than it has to
  RingOfThree ring(own_copies);
  std::map<int, std::vector<std::string>> written;
  std::size_t acknowledged = 0;
  const std::vector<std::vector<std::string>> rounds{{"sx"},       {"sx", "sy", "sz"}, {"sy"},
                                                     {"sz"},       {"sy", "sx", "sz"}, {"sy"},
                                                     {"sz", "sy"}, {"sx", "sy", "sz"}};
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    INFO("round " << round);
    const int number = static_cast<int>(round);
    const auto writes = write_while(*ring.peers, number, rounds[round], 50 + 60 * number);
    CHECK(writes.size() > 0);
    CHECK(writes.size() < kWrites);  // else the kill came too late
    for (const int write : writes) {
      written[write].push_back(fmt::format("{} in round {}", write, round));
      ++acknowledged;
    }
    ring.peers.reset();
    ring.start(own_copies);
    check_all(*ring.peers, written);
  }
  MESSAGE(acknowledged << " acknowledged writes, none lost");
}

TEST_CASE("what a coordinator answered just before kill -9 gets to the primary that hung") {
  const Words own_copies{"--set", "full-reads=0"};
  RingOfThree ring(own_copies);
  for (int round = 0; round < 3; ++round) {
    INFO("round " << round);
    std::vector<std::string> acknowledged;
    Client client = ring.peers->client("sx");
    for (int number = 0; number < 20; ++number) {
      if (number == 5) ring.peers->pause("sz");  // by then all have their connections
      PutRequest put;
      put.key = fmt::format("round-{}-{}", round, number);
      put.value = "value";
      if (client.put(put).ok()) acknowledged.push_back(put.key);
    }
    ring.peers->kill("sx");
    ring.peers->kill("sz");
    CHECK(acknowledged.size() == 20);
    ring.peers.reset();
    ring.start(own_copies);
    Client hung = ring.peers->client("sz");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (const std::string& key : acknowledged) {
      GetRequest get;
      get.key = key;
      get.r = "1";  // asked of a primary: its own copy
      get.search = false;
      for (;;) {
        const auto answer = hung.get(get);
        REQUIRE(answer.ok());
        if (answer->found) break;
        REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, "it never got " << key);
        std::this_thread::yield();
      }
    }
  }
}
