// A neighbor that has no room is no dead end: it tells of others, and gives up a link of one that
// has enough for one that has none.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Peers that all have peer 0 as their one configured neighbor, and may discover others.
struct Newcomers {
  Newcomers(std::uint64_t seed, std::size_t count, std::uint32_t incoming)
      : network(seed), most_links(incoming + limits::kOutgoingLinks) {
    for (std::size_t i = 0; i < count; ++i) {
      NodeConfig config = SimNetwork::defaults();
      config.is_static = false;
      config.incoming_links = incoming;
      network.add_peer(config);
      if (i > 0) network.link(static_cast<PeerNumber>(i), 0);
    }
  }

  /// The linked neighbors of each peer that runs.
  std::vector<std::vector<PeerNumber>> neighbors() {
    std::map<std::string, PeerNumber> by_id;
    std::vector<std::pair<PeerNumber, RequestHandle>> asked;
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (!network.is_running(peer)) continue;
      by_id[to_hex(network.id_of(peer).view())] = peer;
      asked.emplace_back(peer, network.request(peer, PeersRequest{}));
    }
    network.run_for(1ms);
    std::vector<std::vector<PeerNumber>> all(network.size());
    for (const auto& [peer, handle] : asked) {
      for (const NeighborStatus& neighbor :
           network.record(handle).answer<PeersAnswer>().neighbors) {
        if (neighbor.state == "linked") all[peer].push_back(by_id.at(neighbor.id));
      }
    }
    return all;
  }

  /// How many peers that run cannot be reached over links from the first one that does.
  std::size_t cut_off(const std::vector<std::vector<PeerNumber>>& links) const {
    std::vector<bool> reached(links.size(), false);
    std::vector<PeerNumber> next;
    std::size_t running = 0;
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (!network.is_running(peer)) continue;
      if (running++ == 0) next.push_back(peer);
    }
    std::size_t count = 0;
    if (!next.empty()) reached[next.front()] = true;
    while (!next.empty()) {
      const PeerNumber peer = next.back();
      next.pop_back();
      ++count;
      for (const PeerNumber neighbor : links[peer]) {
        if (reached[neighbor]) continue;
        reached[neighbor] = true;
        next.push_back(neighbor);
      }
    }
    return running - count;
  }
  static std::size_t most(const std::vector<std::vector<PeerNumber>>& links) {
    std::size_t most = 0;
    for (const auto& of_one : links) most = std::max(most, of_one.size());
    return most;
  }

  SimNetwork network;
  std::size_t most_links;
};

}  // namespace

TEST_CASE("who is refused for want of room is told of others, and links to one of them") {
  Newcomers it(1, 4, 2);
  SimNetwork& network = it.network;
  for (const PeerNumber peer : {0U, 1U, 2U}) network.start(peer);
  network.run_for(6s);
  network.start(3);
  CHECK(network.run_until([&] { return network.status(3).links > 0; }, 10s));
  CHECK(it.cut_off(it.neighbors()) == 0);
  CHECK(network.status(0).links <= it.most_links);
}

TEST_CASE(
    "a full peer gives up a link of one that has enough for one that has none, unless static") {
  for (const bool is_static : {false, true}) {
    CAPTURE(is_static);
    SimNetwork network(3);
    NodeConfig config = SimNetwork::defaults();
    for (int i = 0; i < 5; ++i) network.add_peer(config);
    network.config_of(0).is_static = is_static;
    network.config_of(0).incoming_links = 1;
    for (const PeerNumber peer : {2U, 3U}) network.link(1, peer);
    network.link(1, 0);
    network.link(4, 0);
    for (const PeerNumber peer : {0U, 1U, 2U, 3U}) network.start(peer);
    network.run_for(15s);
    REQUIRE(network.status(1).links == 3);
    network.start(4);  // it knows nobody else
    network.run_for(2s);
    CHECK(network.status(4).links == (is_static ? 0 : 1));
    CHECK(network.status(1).links == (is_static ? 3 : 2));
  }
}

void become_one(Newcomers& it) {
  SimNetwork& network = it.network;
  network.start();
  network.run_for(1min);
  auto links = it.neighbors();
  CHECK(it.cut_off(links) == 0);
  CHECK(Newcomers::most(links) <= it.most_links);
  // A third of them vanishes at once.
  for (PeerNumber peer = 2; peer < network.size(); peer += 3) network.vanish(peer);
  network.run_for(1min);
  links = it.neighbors();
  CHECK(it.cut_off(links) == 0);
  CHECK(Newcomers::most(links) <= it.most_links);
}

TEST_CASE("a thousand peers that all know the same one become one overlay within a minute") {
  Newcomers it(2, 1'000, limits::kIncomingLinks);
  become_one(it);
}

TEST_CASE("a hundred of them do with very little room too") {
  for (std::uint64_t seed = 10; seed < 18; ++seed) {
    CAPTURE(seed);
    Newcomers it(seed, 100, 4);
    become_one(it);
  }
}
