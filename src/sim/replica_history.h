// What clients asked of the replica layer and what they were told, checked against what it
// promises. It knows nothing of peers, clocks or dots: only of operations, of when they began and
// ended, and of which writes the client of each had seen.
//
// Every write has a value of its own. A write that was not acknowledged may have been stored, or
// may be stored later: its result is unknown for ever. A write is accounted for in a read if its
// value is there, or a write that had seen it is accounted for; of a delete nothing can be seen.
//
// A client that goes on with the context of its last write may be answered by members that do not
// know that write; then the two stay side by side, which is checked apart.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bucket_policy.h"
#include "base/time.h"

namespace oxbow {

class ReplicaHistory {
 public:
  enum class WriteNumber : std::size_t {};
  using Writes = std::set<WriteNumber>;

  /// A client puts `value` (none: deletes), having seen `seen`. It knows of `chained`, which are
  /// among these, only by having written them since its last get.
  WriteNumber begin_write(const std::string& key, std::optional<std::string> value,
                          const Writes& seen, Instant at, const Writes& chained = {});
  void acknowledged(WriteNumber write, Instant at);

  /// What a get has returned.
  struct Read {
    std::string key;
    Instant began;
    Instant ended;
    std::vector<std::string> values;
    bool deleted = false;
  };
  /// The writes whose values it returned: what a put with its context has seen.
  Writes seen_by(const Read& read) const;

  /// Whatever happens: it returns nothing that nobody wrote, and no value twice.
  void check_sound(const Read& read);
  /// Also: it accounts for every write that was acknowledged before it began, and returns none that
  /// such a write replaced.
  void check_fresh(const Read& read, Conflicts conflicts = Conflicts::siblings);

  /// What did not hold, for people; empty: all did.
  const std::vector<std::string>& breaches() const { return breaches_; }
  /// Likewise: reads that returned a write though one that was chained to it had replaced it.
  const std::vector<std::string>& side_by_side() const { return side_by_side_; }
  std::size_t writes() const { return writes_.size(); }
  std::size_t acknowledged_writes() const;

 private:
  struct Write {
    std::string key;
    std::optional<std::string> value;
    Writes replaced;  ///< all that it had seen, and what those had
    Writes chained;   ///< those among `replaced` that may stay beside it
    Instant began;
    std::optional<Instant> acknowledged;
  };

  const Write& at(WriteNumber write) const { return writes_[static_cast<std::size_t>(write)]; }
  std::optional<WriteNumber> writer_of(const std::string& key, const std::string& value) const;
  Writes accounted_for(const Read& read, const Writes& returned) const;
  bool may_have_lost(const Read& read, const Writes& returned, WriteNumber number) const;
  std::string name(WriteNumber write) const;
  static void add(std::vector<std::string>& breaches, const Read& read, const std::string& what);

  std::vector<Write> writes_;
  std::map<std::string, std::vector<WriteNumber>> of_key_;
  std::map<std::pair<std::string, std::string>, WriteNumber> by_value_;
  std::vector<std::string> breaches_;
  std::vector<std::string> side_by_side_;
};

}  // namespace oxbow
