// kill -9, for real: peers with RocksDB lose nothing that they acknowledged.
#include <fmt/format.h>

#include <map>
#include <thread>

#include "end_to_end/ring_of_three.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

constexpr int kWrites = 1000;
constexpr int kWriters = 4;

std::string key_of(int number) { return fmt::format("key-{:04}", number); }

/// Writes keys through the peers in turn until they are gone; the numbers of those acknowledged.
std::vector<int> write_until_lost(const LocalPeers& peers, int writer, int round) {
  std::vector<int> acknowledged;
  const char* const names[] = {"sx", "sy", "sz"};
  Client client = peers.client(names[writer % 3]);
  for (int number = writer; number < kWrites; number += kWriters) {
    PutRequest put;
    put.key = key_of(number);
    put.value = fmt::format("{} in round {}", number, round);
    const auto answer = client.put(put);
    if (answer.ok()) acknowledged.push_back(number);
    if (!answer.ok() && answer.error().code == "peer-lost") break;
  }
  return acknowledged;
}

std::vector<int> write_while(const LocalPeers& peers, int round,
                             const std::vector<std::string>& killed, int after_ms) {
  std::vector<std::vector<int>> acknowledged(kWriters);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      acknowledged[static_cast<std::size_t>(writer)] = write_until_lost(peers, writer, round);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));  // in the midst of the writes
  for (const std::string& name : killed) peers.kill(name);
  for (std::thread& writer : writers) writer.join();
  std::vector<int> all;
  for (const auto& each : acknowledged) all.insert(all.end(), each.begin(), each.end());
  return all;
}

/// Every value that was acknowledged is among the siblings of its key.
void check_all(const LocalPeers& peers, const std::map<int, std::vector<std::string>>& written) {
  Client client = peers.client("sy");
  for (const auto& [number, values] : written) {
    GetRequest get;
    get.key = key_of(number);
    get.search = false;
    const auto answer = client.get(get);
    REQUIRE(answer.ok());
    for (const std::string& value : values) {
      const bool is_there =
          std::any_of(answer->values.begin(), answer->values.end(),
                      [&](const GetValue& sibling) { return sibling.value == value; });
      CHECK_MESSAGE(is_there, "lost: " << value);
    }
  }
}

}  // namespace

TEST_CASE("every acknowledged write is there after kill -9 of one peer, and of all at once") {
  RingOfThree ring;
  std::map<int, std::vector<std::string>> written;
  std::size_t acknowledged = 0;
  const std::vector<std::vector<std::string>> rounds{
      {"sx"}, {"sx", "sy", "sz"}, {"sz"}, {"sy", "sx", "sz"}, {"sx", "sy", "sz"}};
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    INFO("round " << round);
    const int number = static_cast<int>(round);
    for (const int write : write_while(*ring.peers, number, rounds[round], 60 + 40 * number)) {
      written[write].push_back(fmt::format("{} in round {}", write, round));
      ++acknowledged;
    }
    ring.peers.reset();
    ring.start();
    check_all(*ring.peers, written);
  }
  MESSAGE(acknowledged << " acknowledged writes, none lost");
  CHECK(acknowledged > 100);
}
