// Three members that each keep every key on their own disk, so that whoever is asked coordinates.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "end_to_end/local_peers.h"

namespace oxbow::test {

/// Until the peer knows so many members.
inline void wait_for_members(const LocalPeers& peers, const std::string& name, std::size_t count) {
  Client client = peers.client(name);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    const auto ring = client.ring();
    REQUIRE(ring.ok());
    if (ring->members.size() == count) return;
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::yield();
  }
}

struct RingOfThree {
  explicit RingOfThree(const Words& options = {}) {
    const char* const names[] = {"sx", "sy", "sz"};
    for (int i = 0; i < 3; ++i) {
      std::string file = "member = yes\nid = " + std::string(31, '0') + std::to_string(i + 1) +
                         "\nlisten = 127.0.0.1:" + std::to_string(7481 + i) + "\ndata = ../data-" +
                         names[i] + "\n";
      if (i > 0) file += "neighbor = 127.0.0.1:7481\n";
      folder.write(std::string("peers/") + names[i] + ".conf", file);
    }
    start(options);
  }

  /// The same peers again, from their data directories.
  void start(const Words& options = {}) {
    peers.emplace(folder.path() + "/peers", options);
    for (const char* name : {"sx", "sy", "sz"}) wait_for_members(*peers, name, 3);
  }

  TemporaryFolder folder;
  std::optional<LocalPeers> peers;
};

}  // namespace oxbow::test
