// Addresses of peers that may be dialled: learned from pongs, passed on in pongs once a dial of
// our own has reached them. Bounded, and no neighbor can fill it with inventions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/time.h"
#include "message/messages.h"

namespace oxbow {

/// Whether an address may be told to, or taken from, a peer whose end of the connection is
/// `remote`: it names a host and port, and loopback addresses stay within one host.
bool may_be_shared(const Address& address, const Address& remote);

/// There is one entry an address. It is unproven (somebody said so), verified (a dial reached that
/// peer there) or failed (remembered for a while, so that hearsay does not bring it back at once).
/// After each dial in vain a pause follows, at first limits::kPongFailed, that doubles up to
/// limits::kRefusedMost.
class PongCache {
 public:
  /// `self` and `own` are this peer, which is never taken in. At most `capacity` addresses are
  /// kept, of which at most `per_source` are such that the same neighbor told and no dial reached.
  PongCache(PeerId self, Address own, std::size_t capacity = limits::kPongCache,
            std::size_t per_source = limits::kPongCachePerSource);

  /// `told` came in a pong over link `source`, whose other end is `remote`. It changes nothing
  /// about an address that is known. When the neighbor's share is used up, the oldest of it
  /// goes; when the cache is full, the oldest unproven or failed address, and if
  /// there is none the verified one that was reached longest ago.
  void learn(Instant now, LinkNumber source, const Address& remote, const PongEntry& told);
  /// A dial to `entry.address` has reached `entry.peer` (whatever had been said about it), or a
  /// peer so reached has shown that it lives.
  void verified(Instant now, const PongEntry& entry);
  /// A dial to this address failed, was refused, or reached this peer itself.
  void failed(Instant now, const Address& address);
  /// The peer there has no room for one more link: it may be passed on, but is left alone as if the
  /// dial had failed.
  void has_no_room(Instant now, const Address& address);
  /// A link to that peer is up: no pause any more.
  void linked(const PeerId& peer);

  /// Appends at most `most` entries for a pong to `receiver`, in random order: verified within
  /// limits::kPongFresh, not the receiver itself, and may_be_shared with its `remote` end.
  void select(Instant now, std::size_t most, const PeerId& receiver, const Address& remote,
              Random& random, std::vector<PongEntry>& chosen) const;

  /// An address to dial for one more neighbor, at random, a verified one if there is one; none
  /// whose pause is not over, and `skip(const PongEntry&)` is false for it (connected already,
  /// say).
  template <class Skip>
  std::optional<PongEntry> candidate(Instant now, Random& random, Skip&& skip) const {
    std::optional<PongEntry> chosen;
    for (const State state : {State::verified, State::unproven, State::failed}) {
      std::uint64_t met = 0;
      for (const Entry& entry : entries_) {
        if (entry.state != state || !may_be_dialled(now, entry) || skip(entry.known)) continue;
        if (random.below(++met) == 0) chosen = entry.known;
      }
      if (chosen) break;
    }
    return chosen;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  enum class State : std::uint8_t { unproven, verified, failed };

  struct Entry {
    PongEntry known;
    Instant since;  // learned, last verified or failed
    LinkNumber source = kNoLink;
    State state = State::unproven;
    std::uint32_t in_vain = 0;  // dials, since the last link
    Instant pause_ends = Instant::min();
  };

  static bool may_be_dialled(Instant now, const Entry& entry) { return entry.pause_ends <= now; }
  static void pause(Instant now, Entry& entry);
  bool is_self(const PongEntry& entry) const {
    return entry.peer == self_ || entry.address == own_;
  }
  Entry* find(const Address& address);
  /// A place for one more, after what has to go has gone.
  Entry& make_room(LinkNumber source);

  PeerId self_;
  Address own_;
  std::size_t capacity_;
  std::size_t per_source_;
  std::vector<Entry> entries_;
};

}  // namespace oxbow
