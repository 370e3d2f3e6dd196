// What waits until a connection has room: objects are sent to a peer no faster than it reads. While
// its queue is long, what it asks for stays a small request; an object in several parts goes a part
// at a time. So an honest peer's queue stays short, and one that does not read costs one part.
//
// The Node looks at connections whose queue has become short again in every tick (paced.cpp).
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "message/owned_message.h"
#include "version/object.h"

namespace oxbow {

/// An ObjectRead or a PieceRequest, to be answered when there is room.
struct PacedRequest {
  std::variant<ObjectRead, PieceRequest> request;  ///< its key points nowhere: see `key`
  std::string key;
};
/// The parts of an object that are still to be sent, each under the same header: an ObjectReply, a
/// Coordinated or an ObjectWrite without its object.
struct PacedObject {
  OwnedMessage header;
  std::string key;
  std::vector<Object> parts;
  std::size_t next = 0;  ///< of the parts
  WriteSequence after = kNothingPending;
  std::size_t bytes = 0;  ///< of all parts, as they were when it began to wait
};
using PacedSend = std::variant<PacedRequest, PacedObject>;

class PacedSends {
 public:
  /// What comes later for the same connection waits too, so that nothing is overtaken.
  bool waits_for(ConnectionId connection) const { return queues_.contains(connection); }
  std::size_t waiting_for(ConnectionId connection) const {
    const auto found = queues_.find(connection);
    return found == queues_.end() ? 0 : found->second.size();
  }
  bool has_room_for_request() const { return waiting_ < limits::kPacedRequests; }
  /// Of objects that have begun to wait, on all connections.
  bool has_room_for_object() const { return bytes_ < limits::kPacedBytes; }
  std::size_t bytes() const { return bytes_; }

  void add(ConnectionId connection, PacedSend send) {
    bytes_ += bytes_of(send);
    ++waiting_;
    queues_[connection].push_back(std::move(send));
  }
  /// The first for that connection, which must have one.
  PacedSend& front(ConnectionId connection) { return queues_.at(connection).front(); }
  PacedSend take(ConnectionId connection) {
    const auto found = queues_.find(connection);
    PacedSend taken = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) queues_.erase(found);
    bytes_ -= bytes_of(taken);
    --waiting_;
    return taken;
  }
  /// The connection has gone.
  void drop(ConnectionId connection) {
    const auto found = queues_.find(connection);
    if (found == queues_.end()) return;
    for (const PacedSend& send : found->second) bytes_ -= bytes_of(send);
    waiting_ -= found->second.size();
    queues_.erase(found);
  }

  bool empty() const { return queues_.empty(); }
  std::vector<ConnectionId> connections() const {
    std::vector<ConnectionId> ids;
    for (const auto& [id, queue] : queues_) ids.push_back(id);
    return ids;
  }

 private:
  static std::size_t bytes_of(const PacedSend& send) {
    const auto* object = std::get_if<PacedObject>(&send);
    return object == nullptr ? 0 : object->bytes;
  }

  std::map<ConnectionId, std::deque<PacedSend>> queues_;  // none is empty
  std::size_t waiting_ = 0;                               // in all of them
  std::size_t bytes_ = 0;
};

}  // namespace oxbow
