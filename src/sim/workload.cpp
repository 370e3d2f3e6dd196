#include "sim/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"
#include "sim/peer_set.h"

namespace oxbow::sim {

std::string key_of(ObjectNumber object) { return fmt::format("object {:09}", object); }

Popularity::Popularity(std::uint32_t objects, double exponent) : cumulative_(objects) {
  OXBOW_ASSERT(objects > 0, "a workload asks for something");
  double sum = 0;
  for (std::uint32_t object = 0; object < objects; ++object) {
    sum += std::pow(object + 1.0, -exponent);
    cumulative_[object] = sum;
  }
  for (double& entry : cumulative_) entry /= sum;
  cumulative_.back() = 1;
}

double Popularity::share(ObjectNumber object) const {
  return cumulative_[object] - (object == 0 ? 0 : cumulative_[object - 1]);
}

ObjectNumber Popularity::draw(Random& random) const {
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), random.unit());
  return static_cast<ObjectNumber>(found - cumulative_.begin());
}

namespace {

double weight_of(double share, Placement placement) {
  switch (placement) {
    case Placement::uniform:
      return 1;
    case Placement::proportional:
      return share;
    case Placement::square_root:
      return std::sqrt(share);
  }
  return 1;
}

}  // namespace

std::vector<std::uint32_t> allocate_copies(const Popularity& popularity, Placement placement,
                                           std::uint32_t peers, double fraction) {
  const std::uint32_t objects = popularity.objects();
  const auto total = static_cast<std::uint64_t>(
      std::llround(std::clamp(fraction * peers, 1.0, double{1} * peers) * objects));
  std::vector<double> weights(objects);
  double sum = 0;
  for (ObjectNumber object = 0; object < objects; ++object) {
    sum += weights[object] = weight_of(popularity.share(object), placement);
  }
  // Shares by the largest remainder; what is not within 1 … peers is taken from, or given to, the
  // others in order of popularity.
  std::vector<std::uint32_t> copies(objects);
  std::vector<double> remainders(objects);
  std::uint64_t given = 0;
  for (ObjectNumber object = 0; object < objects; ++object) {
    const double share = static_cast<double>(total) * weights[object] / sum;
    const double whole = std::clamp(std::floor(share), 1.0, double{1} * peers);
    copies[object] = static_cast<std::uint32_t>(whole);
    remainders[object] = share - whole;
    given += copies[object];
  }
  std::vector<ObjectNumber> order(objects);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](ObjectNumber a, ObjectNumber b) { return remainders[a] > remainders[b]; });
  while (given < total) {
    for (const ObjectNumber object : order) {
      if (given == total) break;
      if (copies[object] == peers) continue;
      ++copies[object];
      ++given;
    }
  }
  while (given > total) {
    for (auto object = order.rbegin(); object != order.rend() && given > total; ++object) {
      if (copies[*object] == 1) continue;
      --copies[*object];
      --given;
    }
  }
  return copies;
}

Copies::Copies(std::span<const std::uint32_t> numbers, std::uint32_t peers, Random& random,
               std::uint32_t room)
    : holders_(numbers.size()),
      slots_(numbers.size()),
      room_(room),
      added_(room > 0 ? peers : 0),
      firsts_(room > 0 ? peers : 0) {
  PeerSet taken(peers);
  for (ObjectNumber object = 0; object < numbers.size(); ++object) {
    const std::uint32_t number = numbers[object];
    OXBOW_ASSERT(number >= 1 && number <= peers, "one copy a peer at most");
    auto& holders = holders_[object];
    holders.reserve(number);
    if (number > peers / 2) {  // selection sampling (Knuth, algorithm 3.4.2S)
      for (PeerNumber peer = 0; holders.size() < number; ++peer) {
        if (random.below(peers - peer) < number - holders.size()) holders.push_back(peer);
      }
    } else {
      while (holders.size() < number) {
        const auto peer = static_cast<PeerNumber>(random.below(peers));
        if (taken.insert(peer)) holders.push_back(peer);
      }
      for (const PeerNumber peer : holders) taken.erase(peer);
    }
    size_ += number;
    if (room > 0) {
      ++firsts_[holders.front()];
      for (std::uint32_t index = 1; index < number; ++index) {
        added_[holders[index]].push_back(object);
      }
      continue;
    }
    for (std::uint32_t index = 1; index < number; ++index) {
      slots_[object].push_back(static_cast<std::uint32_t>(places_.size()));
      places_.push_back({object, index});
    }
  }
}

void Copies::add(ObjectNumber object, PeerNumber peer, Random& random) {
  if (room_ == 0) return replace_any(object, peer, random);
  if (!make_room(peer, random)) return;
  added_[peer].push_back(object);
  holders_[object].push_back(peer);
  ++size_;
}

/// False: it has first copies only.
bool Copies::make_room(PeerNumber peer, Random& random) {
  auto& added = added_[peer];
  if (firsts_[peer] + added.size() < room_) return true;
  if (added.empty()) return false;
  ObjectNumber& gone = added[random.below(added.size())];
  auto& holders = holders_[gone];
  *std::find(holders.begin() + 1, holders.end(), peer) = holders.back();
  holders.pop_back();
  --size_;
  gone = added.back();
  added.pop_back();
  return true;
}

void Copies::replace_any(ObjectNumber object, PeerNumber peer, Random& random) {
  if (places_.empty()) return;
  const auto slot = static_cast<std::uint32_t>(random.below(places_.size()));
  const Place gone = places_[slot];
  // The last of the object's holders takes the place of the one that goes.
  auto& holders = holders_[gone.object];
  auto& slots = slots_[gone.object];
  holders[gone.index] = holders.back();
  slots[gone.index - 1] = slots.back();
  places_[slots[gone.index - 1]].index = gone.index;
  holders.pop_back();
  slots.pop_back();

  holders_[object].push_back(peer);
  slots_[object].push_back(slot);
  places_[slot] = {object, static_cast<std::uint32_t>(holders_[object].size() - 1)};
}

}  // namespace oxbow::sim
