// A scripted endpoint of a simulated network that is not a Node: it dials and is dialled, says
// hello, sends whatever a test makes it send, and records what it gets.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"
#include "sim/kept_message.h"
#include "sim/topology.h"

namespace oxbow {

class Stranger {
 public:
  Stranger(PeerNumber number, PeerId id, Address address, std::string name)
      : number_(number), id_(id), address_(address), name_(std::move(name)) {
    advertised = address;
    claimed_id = id;
  }

  PeerNumber number() const { return number_; }
  PeerId id() const { return id_; }
  Address address() const { return address_; }

  // What it does by itself; change these before it is connected.
  bool says_hello = true;        ///< when a connection that it dialled is up, and as an answer
  bool wants_link = true;        ///< in its hellos
  bool answers_pings = true;     ///< otherwise it is as good as dead to its neighbors
  bool answers_queries = false;  ///< at once, by a QueryDone that counts itself alone
  std::string network = "oxbow";
  Address advertised;     ///< starts as its address
  PeerId claimed_id;      ///< in its hellos; starts as its id
  std::uint64_t run = 0;  ///< in its hellos

  /// Called for everything that it gets, after the above.
  std::function<void(PeerNumber from, const Message&)> on_message;

  struct Received {
    Instant at;
    PeerNumber from = 0;
    KeptMessage kept;
    const Message& message() const { return *kept; }
  };
  const std::deque<Received>& received() const { return received_; }

  /// How many messages of one type it has got.
  template <class T>
  std::size_t count() const {
    std::size_t result = 0;
    for (const Received& r : received_) result += std::holds_alternative<T>(r.message()) ? 1U : 0U;
    return result;
  }
  /// The last message of one type; null: none.
  template <class T>
  const T* last() const {
    for (auto r = received_.rbegin(); r != received_.rend(); ++r) {
      if (const T* found = std::get_if<T>(&r->message())) return found;
    }
    return nullptr;
  }

  /// Connections that the other side has ended, and attempts that failed, by peer.
  std::size_t endings(PeerNumber peer) const {
    const auto found = endings_.find(peer);
    return found == endings_.end() ? 0 : found->second;
  }

 private:
  friend class SimNetwork;

  PeerNumber number_;
  PeerId id_;
  Address address_;
  std::string name_;
  std::deque<Received> received_;
  std::map<PeerNumber, std::size_t> endings_;
};

}  // namespace oxbow
