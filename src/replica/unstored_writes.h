// Writes that this member numbered and of which nothing of its own has a copy: its disk refused
// them, or as a fallback it keeps no hint itself. They went to others, so their numbers must never
// be used again; and the next write of the key may go on from them, as from a stored copy, since
// what is remembered here is of this run of the process, as its actors are.
//
//            numbered, and about          a copy or hint of this member has it
//            to be sent                 ┌──────────────────────────────────────▶ (forgotten)
//   write ─────────────────▶ remembered ┤ nobody at all has taken it
//                                       ├──────────────────────────────────────▶ (as before it)
//                                       │ no room
//                                       └──────────────────────────────────────▶ actor retired
//
// So a write is remembered unless it is known to be kept: whatever else comes of it, it is the safe
// case that needs nothing to be done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "version/actor_run.h"
#include "version/object.h"

namespace oxbow {

class UnstoredWrites {
 public:
  /// `actors` must outlive it.
  explicit UnstoredWrites(ActorRun& actors, std::size_t most = limits::kUnstoredWrites,
                          std::size_t most_bytes = limits::kUnstoredBytes)
      : actors_(actors), most_(most), most_bytes_(most_bytes) {}
  UnstoredWrites(const UnstoredWrites&) = delete;
  UnstoredWrites& operator=(const UnstoredWrites&) = delete;

  /// What this member wrote under the key and has nowhere else; empty: nothing.
  Object of(std::string_view key) const;

  /// `object` is what a numbered write made of all that this member knows of the key. Must be
  /// called before it is sent to anybody, unless it is kept.
  void remember(std::string_view key, const Object& object);
  /// A copy or hint of this member has `object` now.
  void kept(std::string_view key, const Object& object);
  /// The write that made `object` of `before`, which of() gave, is nowhere: its number is free.
  /// False: it is not the newest any more.
  bool take_back(std::string_view key, const Object& object, const Object& before);

  /// ActorRun::observe() for a copy or hint with this clock: what is remembered here is known too.
  void observe(std::string_view key, const VectorClock& local, const VectorClock& incoming);

  std::size_t size() const { return writes_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Write {
    Object object;
    std::uint64_t order = 0;  ///< of by_age_
  };
  using Writes = std::map<std::string, Write, std::less<>>;

  void forget(Writes::iterator write);

  ActorRun& actors_;
  std::size_t most_;
  std::size_t most_bytes_;
  Writes writes_;
  std::map<std::uint64_t, std::string> by_age_;
  std::uint64_t last_order_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace oxbow
