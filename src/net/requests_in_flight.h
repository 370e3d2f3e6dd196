// The requests of one client that have not been answered: which RPC id belongs to which handle.
// A handle is the session's connection id and a place here with a count of its uses, so that a late
// answer finds nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace oxbow::net {

class RequestsInFlight {
 public:
  explicit RequestsInFlight(ConnectionId session) : session_(session) {}

  /// size() must be below 65,536.
  RequestHandle begin(std::uint32_t rpc_id, std::size_t bytes = 0);
  /// None: that request has ended.
  std::optional<std::uint32_t> find(RequestHandle handle) const;
  void end(RequestHandle handle);

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return bytes_; }  ///< of all of them
  std::vector<RequestHandle> all() const;

  static ConnectionId session_of(RequestHandle handle) {
    return static_cast<ConnectionId>(static_cast<std::uint64_t>(handle) >> 32);
  }

 private:
  struct Place {
    std::uint32_t rpc_id = 0;
    std::size_t bytes = 0;
    std::uint16_t uses = 0;
    bool taken = false;
  };

  RequestHandle handle_of(std::size_t place) const;
  /// null: it has ended.
  const Place* place_of(RequestHandle handle) const;

  ConnectionId session_;
  std::vector<Place> places_;
  std::vector<std::uint16_t> free_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace oxbow::net
