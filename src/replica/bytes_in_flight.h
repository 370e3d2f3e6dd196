// How many bytes gets and puts have under way through one peer: to and from each member, for each
// peer that has handed one on, and in all. What finds no room waits, or is refused; so that no
// queue to a member grows with the number of clients.
//
// Whoever has nothing under way always finds room for one, however large.
#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace oxbow {

struct FlightLimits {
  std::size_t member;
  std::size_t asker;
  std::size_t all;
};

class BytesInFlight {
 public:
  /// One get or put, as far as is known before it begins.
  struct Load {
    std::vector<PeerId> members;         ///< others that it goes to
    ConnectionId asker = kNoConnection;  ///< of a peer; none: a client of this one, or itself
    std::size_t bytes = 0;               ///< of one copy

    std::size_t all() const { return bytes * (members.size() + 1); }
  };

  /// Keeps its load counted for as long as it lives. Outlived by the BytesInFlight.
  class Charge {
   public:
    Charge() = default;
    Charge(Charge&& other) noexcept
        : flights_(std::exchange(other.flights_, nullptr)), load_(std::move(other.load_)) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(flights_, other.flights_);
      std::swap(load_, other.load_);
      return *this;
    }
    ~Charge() { end(); }

    bool is_counted() const { return flights_ != nullptr; }
    /// The same bytes go to, or come from, one more member.
    void reach(const PeerId& member) {
      if (flights_ != nullptr) flights_->add(load_, member);
    }
    void end() {
      if (flights_ != nullptr) std::exchange(flights_, nullptr)->end(load_);
    }

   private:
    friend class BytesInFlight;
    Charge(BytesInFlight* flights, Load load) : flights_(flights), load_(std::move(load)) {}

    BytesInFlight* flights_ = nullptr;
    Load load_;
  };

  explicit BytesInFlight(const FlightLimits& limits) : limits_(limits) {}
  BytesInFlight(const BytesInFlight&) = delete;
  BytesInFlight& operator=(const BytesInFlight&) = delete;

  bool has_room(const Load& load) const;
  /// Counted whether there is room or not.
  Charge begin(Load load);

  std::size_t all() const { return all_; }
  std::size_t of_member(const PeerId& member) const { return of(members_, member); }
  /// Grows whenever something ends: who waits for room looks again then.
  std::uint64_t ended() const { return ended_; }

 private:
  template <class Key>
  static std::size_t of(const std::map<Key, std::size_t>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second;
  }
  void add(Load& load, const PeerId& member);
  void end(const Load& load);

  FlightLimits limits_;
  std::map<PeerId, std::size_t> members_;
  std::map<ConnectionId, std::size_t> askers_;
  std::size_t all_ = 0;
  std::uint64_t ended_ = 0;
};

}  // namespace oxbow
