// Addresses at which peers cannot be reached though they say so themselves: those that this peer
// has dialled in vain, to tell them over the connection that they dialled; and what others say
// about its own. A wrong `advertise` would otherwise show only as a member that nobody reaches.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/time.h"

namespace oxbow {

class DialReports {
 public:
  struct Failed {
    Address address;
    std::string reason;
    Instant at{};            ///< the first time
    Instant again = kNever;  ///< the address is to be dialled again
  };

  // -- What this peer has dialled.
  void failed(Instant now, const PeerId& peer, const Address& address, std::string_view reason);
  /// True: it may have been told otherwise.
  bool reached(const PeerId& peer);
  /// What has failed lately; nullptr: nothing.
  const Failed* find(const PeerId& peer) const;
  void told(Instant now, const PeerId& peer);
  /// Addresses to be dialled again now: each once, until the next failure was told.
  std::vector<std::pair<PeerId, Address>> take_due(Instant now);

  // -- What others say about this peer's own address. Empty: they reached it.
  void heard(Instant now, const PeerId& from, std::string_view reason);
  std::size_t complaints() const { return heard_.size(); }

  /// Forgets what is old.
  void expire(Instant now);
  Instant next_deadline() const;

 private:
  struct Heard {
    std::string reason;
    Instant at{};
  };
  std::map<PeerId, Failed> failed_;
  std::map<PeerId, Heard> heard_;
};

}  // namespace oxbow
