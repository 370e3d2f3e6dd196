// The pattern searches under way in the local index. They take turns, slice by slice: every second
// slice belongs to this peer's own clients, the others to the neighbors one after the other,
// however many each has sent. So no neighbor's patterns hold up another's, and none has room that
// others need. What is no pattern never comes here.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"
#include "overlay/local_index.h"
#include "overlay/pattern.h"

namespace oxbow {

/// A result that outlives the index entry it was made from.
struct OwnedResult {
  std::string key;
  std::uint64_t size = 0;
  Digest sha256;
  std::string clock;  ///< of an object; see HitResult
};

/// A pattern search in the local index, one slice a tick.
struct Scan {
  explicit Scan(Pattern of) : pattern(std::move(of)) {}

  Query query;  ///< its pattern points nowhere: see `text`
  std::string text;
  LinkNumber from = kNoLink;  ///< kNoLink: our own query
  Instant ends{};             ///< nobody waits for it any more
  Pattern pattern;
  LocalIndex::Cursor cursor;
  std::vector<OwnedResult> results;
  WriteSequence after = kNothingPending;  ///< a result shows a write up to it
  std::deque<std::string> objects;        ///< keys that matched; the store is still to be asked
  bool looked_through = false;
  bool truncated = false;
  bool routed = false;  ///< it was routed on before the scan began (--all)
};

class ScanQueue {
 public:
  /// Whether one more may begin, of a query that came over `from` (kNoLink: our own), one of
  /// `links` links. Each has a share of limits::kScans that it need not fight for.
  bool has_room(LinkNumber from, std::size_t links) const;

  void add(Scan scan);
  /// The one whose turn it is; with add() it gets another one.
  std::optional<Scan> take();

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

 private:
  using Sources = std::map<LinkNumber, std::deque<Scan>>;  // no source without scans

  Sources::iterator next_source();

  Sources sources_;
  LinkNumber last_neighbor_ = kNoLink;
  bool was_own_ = false;  // the last slice
  std::size_t size_ = 0;
};

}  // namespace oxbow
