// What a Node keeps of operations that another member coordinates, and, as the coordinator, of
// writes that wait for their grant.
#pragma once

#include <oxbow/requests.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "message/messages.h"
#include "node/asker.h"
#include "replica/bytes_in_flight.h"
#include "replica/forward_operation.h"
#include "version/object.h"

namespace oxbow {

/// A request of a client (or an adoption) that another member coordinates.
struct ForwardedOperation {
  Asker asker;
  Operation kind = Operation::get;
  GetRequest request;  ///< of a client's get
  QuorumNeed need;
  bool strict = false;
  std::string key;
  std::string value;
  std::string context;
  Instant started{};
  Instant deadline{};
  Instant due = kNever;

  ForwardOperation course;
  std::map<PeerId, Object> parts;  ///< of answers that come in several, by coordinator
  std::optional<Error> declined;   ///< why one that was asked did not take it
  BytesInFlight::Charge flight{};
};

/// A write that this member has confirmed, and carries out once it is granted.
struct UngrantedWrite {
  Operation kind = Operation::put;
  QuorumNeed need;
  bool strict = false;
  RingStamp ring;
  std::string key;
  std::string value;
  std::string context;
  Instant until{};     ///< its own time is up
  Instant deadline{};  ///< it is granted before

  std::size_t size() const { return key.size() + value.size() + context.size(); }
};

/// Those writes, by who forwarded them and its ticket: bounded in all, and for each peer.
class UngrantedWrites {
 public:
  bool has_room(const PeerId& from, std::size_t size) const;
  void keep(const PeerId& from, std::uint64_t ticket, UngrantedWrite write);
  /// Nothing: it has been given up, or was never there.
  std::optional<UngrantedWrite> take(const PeerId& from, std::uint64_t ticket);
  /// That peer can grant nothing any more.
  void forget(const PeerId& from);
  void expire(Instant now);
  std::size_t size() const { return writes_.size(); }
  Instant next_deadline() const;

 private:
  using Key = std::pair<PeerId, std::uint64_t>;
  void erase(std::map<Key, UngrantedWrite>::iterator entry);

  std::map<Key, UngrantedWrite> writes_;
  std::map<PeerId, std::size_t> bytes_of_;
  std::size_t bytes_ = 0;
};

}  // namespace oxbow
