// The gets of one client whose answers found no room: what it does not read is dropped, and asked
// for again once it has read. A client may so ask for far more than it may have waiting, and
// nothing of it fails.
#pragma once

#include <oxbow/requests.h>

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "base/ids.h"

namespace oxbow::net {

class AskedAgain {
 public:
  struct Get {
    std::uint32_t rpc_id = 0;
    GetRequest request;
  };

  bool empty() const { return dropped_.empty(); }
  std::size_t size() const { return dropped_.size(); }

  /// The answer of this get may find no room.
  void remember(RequestHandle handle, std::uint32_t rpc_id, const GetRequest& request) {
    remembered_[handle] = {rpc_id, request};
  }
  /// It has been answered, or ended.
  void forget(RequestHandle handle) {
    if (!remembered_.empty()) remembered_.erase(handle);
  }
  /// Its answer is dropped, if it was remembered.
  bool drop_answer(RequestHandle handle) {
    auto found = remembered_.extract(handle);
    if (found.empty()) return false;
    dropped_.push_back(std::move(found.mapped()));
    return true;
  }
  /// The one whose answer was dropped first; there must be one.
  Get take() {
    Get get = std::move(dropped_.front());
    dropped_.pop_front();
    return get;
  }

 private:
  std::map<RequestHandle, Get> remembered_;
  std::deque<Get> dropped_;
};

}  // namespace oxbow::net
