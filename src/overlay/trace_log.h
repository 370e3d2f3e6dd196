// What this peer did with queries that asked for a trace: the last decisions, in a ring, so that
// `oxbow trace` can collect them afterwards. Strangers can at worst push old ones out.
#pragma once

#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"

namespace oxbow {

/// As people read it: "forwarded", "ttl ended", …
const char* trace_kind_name(TraceKind kind);

class TraceLog {
 public:
  explicit TraceLog(std::size_t capacity) : capacity_(capacity) {}

  void add(Instant now, const RequestId& id, TraceKind kind, const Address& peer,
           std::uint8_t ttl = 0, std::uint8_t hops = 0);

  /// Oldest first; times count from the first of them.
  void collect(const RequestId& id, std::vector<TraceEntry>& entries) const;

  std::size_t size() const { return steps_.size(); }

 private:
  struct Step {
    RequestId id;
    Instant at;
    TraceKind kind;
    std::uint8_t ttl;
    std::uint8_t hops;
    Address peer;
  };
  std::size_t capacity_;
  std::vector<Step> steps_;
  std::size_t next_ = 0;  // once full: the oldest
};

}  // namespace oxbow
