// One write, by the coordinator, on its own copy of the object. Here, where a write enters, are the
// limits of an object checked, and not when copies are merged: a merge that refused would keep two
// copies apart for ever. What a member's own write adds to a clock is never refused, nor is a
// delete: a key that can be neither written nor deleted would stay so.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/limits.h"
#include "version/actor_run.h"
#include "version/context.h"
#include "version/object.h"

namespace oxbow {

struct ObjectLimits {
  std::size_t value_bytes = limits::kValue;
  std::size_t object_bytes = limits::kObject;  ///< as Object::byte_size counts
  std::size_t siblings = limits::kSiblings;
  std::size_t siblings_warn = limits::kSiblingsWarn;
  std::size_t clock_entries = limits::kClockEntries;  ///< that a client's context may bring about
  std::size_t clock_entries_warn = limits::kClockEntriesWarn;
};

struct Write {
  SharedBytes value;  ///< null: a delete, which writes a tombstone
  Context context;    ///< what the client had seen; empty: the write adds a sibling
  WallTime wall{};    ///< the coordinator's
};

/// What is to be stored and sent, and told to the client.
struct Updated {
  Object object;
  Dot dot;                     ///< of the new sibling
  Context context;             ///< of the put: covers what the client had seen, and its write
  std::size_t replaced = 0;    ///< siblings that the write superseded
  bool many_siblings = false;  ///< so many that the application should be warned
  bool many_entries = false;   ///< in the clock: people should be warned
  bool outbids = false;        ///< its time is later than the coordinator's clock
};

/// The time of a write: the coordinator's, or 1 µs after the newest that must not win over it if
/// that is later, so that a clock that goes backwards, or another member's that is ahead, never
/// makes a write lose to what was there. That is what it replaces and, under `lww`, all that the
/// coordinator knows: of two puts by one client the second is the last, whatever it has seen.
WallTime stamp(const Write& write, const Object& local, Conflicts conflicts);

/// Whether the context would make the clock too large with writes that are not known here: made up,
/// perhaps, if other members do not know them either.
bool names_too_many(const Context& context, const VectorClock& local,
                    const ObjectLimits& limits = {});

/// The write on `local`, all that the coordinator has of the key (empty if it has nothing). A
/// delete whose context names too many is one of what is known here. Errors of a put:
/// `value-too-large`; `clock-too-large`, of a context that names too many; `object-too-large`,
/// `too-many-siblings`, of a write that makes the object larger in that respect: one that puts it
/// right is never refused. Nothing is numbered then.
Result<Updated> update(ActorRun& run, const Object& local, const Write& write, Conflicts conflicts,
                       const ObjectLimits& limits = {});

/// Located bytes as an object, to be merged into the copies of `key`: they are no new event, so
/// whoever adopts them, anywhere and however often, makes the same one sibling, and whatever
/// superseded it stays. Their actor is the SHA-256 of "adopt", the key and the digest (peer: bytes
/// 0 to 15, run: 16 to 23, number: 24 to 31, big-endian), the counter 1; their time is 0, so that
/// under lww every write wins over them. `digest` must be that of the value. Checks no limit:
/// the value's size is, where it is fetched.
Object adopted(std::string_view key, const Digest& digest, SharedBytes value);

}  // namespace oxbow
