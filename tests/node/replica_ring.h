// What scenarios of the replica layer have in common: rings whose members are known by their part
// in one key, short ways to ask, and what each member keeps.
#pragma once

#include <doctest/doctest.h>
#include <oxbow/requests.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "sim/network.h"

namespace oxbow::replica_ring {

using namespace std::chrono_literals;

inline GetRequest get_of(std::string key, std::string r = "") {
  GetRequest request;
  request.key = std::move(key);
  request.r = std::move(r);
  request.search = false;
  return request;
}
inline PutRequest put_of(std::string key, std::string value, std::string context = "",
                         std::string w = "") {
  PutRequest request;
  request.key = std::move(key);
  request.value = std::move(value);
  request.context = std::move(context);
  request.w = std::move(w);
  return request;
}

inline std::vector<std::string> values(const GetAnswer& answer) {
  std::vector<std::string> texts;
  for (const GetValue& value : answer.values) texts.push_back(value.value);
  std::sort(texts.begin(), texts.end());
  return texts;
}
using Texts = std::vector<std::string>;

/// The members of a ring, in the order of one key's preference list: 0 is the first primary.
class Ring {
 public:
  Ring(SimNetwork& network, std::size_t members, std::string of_key,
       const NodeConfig& config = SimNetwork::defaults(), std::size_t others = 0)
      : network_(network), key(std::move(of_key)) {
    const std::vector<PeerNumber> peers = network.add_members(members, config);
    for (std::size_t i = 0; i < others; ++i) {
      outsiders.push_back(network.add_peer(config));
      network.link(outsiders.back(), peers[0]);
    }
    REQUIRE(network.settle());
    REQUIRE(network.wait_for_ring(members));
    const auto owner = network.owner(peers[0], key);
    REQUIRE(owner.ok());
    for (const auto& info : owner->primaries) order.push_back(number_of(info.address));
    for (const auto& info : owner->fallbacks) order.push_back(number_of(info.address));
    for (const PeerNumber peer : peers) {
      if (std::find(order.begin(), order.end(), peer) == order.end()) order.push_back(peer);
    }
  }

  PeerNumber operator[](std::size_t place) const { return order[place]; }
  PeerNumber number_of(const std::string& address) const {
    for (PeerNumber peer = 0; peer < network_.size(); ++peer) {
      if (to_string(network_.address_of(peer)) == address) return peer;
    }
    FAIL("an address of nobody");
    return 0;
  }

  /// What the member's own copy of the key says: its live values.
  Texts copy_at(std::size_t place) const {
    const auto stored = network_.store(order[place]).read(key);
    REQUIRE(stored.ok());
    Texts texts;
    for (const Sibling& sibling : stored->object.siblings()) {
      if (!sibling.tombstone()) texts.push_back(*sibling.value);
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  }
  /// The members, by their place, that the hints of a member are for.
  std::vector<std::size_t> hints_at(std::size_t place) const {
    std::vector<std::size_t> destinations;
    for (const Hint& hint : network_.store(order[place]).every_hint()) {
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (network_.id_of(order[i]) == hint.destination) destinations.push_back(i);
      }
    }
    return destinations;
  }
  std::size_t all_hints() const {
    std::size_t count = 0;
    for (const PeerNumber peer : order) count += network_.store(peer).all_hints().hints;
    return count;
  }

  Result<PutAnswer> put(std::size_t place, std::string value, std::string context = "",
                        std::string w = "") {
    return network_.put(order[place], put_of(key, std::move(value), std::move(context), w));
  }
  Result<GetAnswer> get(std::size_t place, std::string r = "") {
    return network_.get(order[place], get_of(key, std::move(r)));
  }

 private:
  SimNetwork& network_;

 public:
  std::string key;
  std::vector<PeerNumber> order;
  std::vector<PeerNumber> outsiders;  ///< peers that are no members
};

}  // namespace oxbow::replica_ring
