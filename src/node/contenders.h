// A connection from a peer that this peer has a connection to already: does the older one still
// live? It is pinged. Nothing comes: the newer one takes its place. It answers: it stays, unless
// the answer says that the newer one comes from the same process, which may have dialled while it
// was dialled (then the connection dialled by the lower id stays, see receive_hello.cpp). So
// neither a dead connection nor somebody else with the same id keeps a peer out or takes its place.
//
//            hello of a second connection
//                       |                          the older one
//                       v                answered              ended, or silent for kOlderAnswers
//                    waiting ---------------> refused, or takes its place
//                       +----------------------------------------------> takes its place
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

struct Contender {
  ConnectionId newer = kNoConnection;
  ConnectionId older = kNoConnection;
  std::uint64_t nonce = 0;  ///< of the ping over the older one
  Instant asked{};
  Instant due() const { return asked + limits::kOlderAnswers; }
};

class Contenders {
 public:
  /// False: limits::kContenders wait for that older one already.
  bool add(const Contender& contender);
  /// The older one has answered that ping: takes it out.
  std::optional<Contender> answered(ConnectionId older, std::uint64_t nonce);
  /// The connection has ended: whoever waited for it is due at once, and it waits for nobody.
  void ended(ConnectionId connection);
  /// Takes out one whose time is up.
  std::optional<Contender> take_due(Instant now);
  /// Whether it waits.
  bool waits(ConnectionId newer) const;

  Instant next_deadline() const;

 private:
  std::vector<Contender> waiting_;
};

}  // namespace oxbow
