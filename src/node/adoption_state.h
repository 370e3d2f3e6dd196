// What a Node keeps for gets that the ring could not answer: a search for the key, the value on its
// way here, and its adoption by the ring. And how far the ring's objects have been made findable.
//
//                 no other holder
//               ┌─────────────────┐
//               ▼                 │
//   ──▶ searching ──hit──▶ fetching ──value──▶ adopting ──▶ answered
//           │   ▲                 └──nothing to adopt──────▶ answered
//           │   └──no──┐
//           └──hit──▶ rereading ──found by all members─────▶ answered
//               of an object
#pragma once

#include <oxbow/requests.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "message/outbox.h"
#include "store/store.h"
#include "transfer/assembly.h"
#include "transfer/download.h"

namespace oxbow {

enum class SearchedGetStep : std::uint8_t {
  searching,  ///< for a holder, or for one more after the others failed
  rereading,  ///< a member has an object: the ring is asked again, all copies this time
  fetching,   ///< pieces of the value, from one holder
  adopting,   ///< the replica layer has the value, and has not said what came of it
};

/// Who has the value, as a hit says.
struct Holder {
  SearchHit hit;
  bool tried = false;
  bool is_object() const { return !hit.clock.empty(); }
};

/// A value on its way here. All its pieces come from one holder: it has at most 16 of them, and
/// bytes that are not what was located have one culprit then.
struct Fetch {
  Fetch(std::uint64_t size, const Digest& sha256) : download(size), assembly(size, sha256) {}

  Download download;
  Assembly assembly;
  std::string bytes;                             ///< in order
  std::map<std::uint64_t, RequestHandle> asked;  ///< our request for each piece, by its offset
  Instant stalls{};                              ///< without a piece until then
  Instant retry = kNever;                        ///< the holder was busy
};

/// One client's get.
struct SearchedGet {
  RequestHandle handle{};
  GetRequest request;
  GetAnswer answer;             ///< as the ring gave it, to be completed
  std::optional<Error> failed;  ///< the ring could not say whether it has the key
  WriteSequence after = kNothingPending;
  bool adopts = false;

  SearchedGetStep step = SearchedGetStep::searching;
  Instant deadline{};
  Instant due{};                        ///< of the next look at it
  std::optional<RequestHandle> search;  ///< our own, while it is under way
  std::optional<RequestHandle> reread;  ///< likewise
  bool was_reread = false;
  std::optional<std::size_t> copy;  ///< the holder of an object that could not be read again
  std::optional<Error> not_reread;  ///< why

  std::vector<Holder> holders;
  std::size_t holder = 0;  ///< the one being asked, or asked last
  std::optional<Fetch> fetch;
  std::optional<Error> last_error;  ///< of a holder
  std::optional<SearchHit> too_large;
};

struct OwnRequest {
  RequestHandle client{};
  std::uint64_t offset = 0;  ///< of a piece
};

struct ObjectIndexing {
  bool under_way = false;
  Store::Cursor cursor;
  std::uint64_t records = 0;    ///< digest of the ring's records that were looked at last
  std::uint64_t placement = 0;  ///< of the ring that the index was made for
};

struct AdoptionState {
  std::map<RequestHandle, SearchedGet> gets;
  std::set<std::pair<Instant, RequestHandle>> due;
  std::uint64_t fetched_bytes = 0;  ///< that all fetches have asked for, or have

  std::map<RequestHandle, OwnRequest> requests;
  std::uint32_t last_request = 0;
  /// What came of our requests and adoptions. They are looked at in a tick, never from within the
  /// handler that gave them.
  std::vector<Reply> replies;
  std::vector<std::pair<RequestHandle, Result<QuorumReport>>> adopted;

  ObjectIndexing objects;
};

}  // namespace oxbow
