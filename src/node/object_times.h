// The time that writes are stamped with, and what is refused where an object enters: times too far
// ahead, which would win over every later write in a bucket where the last write wins, and clocks
// that a stranger made up.
#pragma once

#include <string>

#include "node/replicas.h"

namespace oxbow {

/// By this peer's wall clock; by that of most members, where it is outvoted by them.
WallTime wall_time(const Turn& turn);

/// Error `time-ahead`: `ahead` of this member's clock.
Error time_ahead(std::string message, Duration ahead);

/// Whether may_enter() has to know what is here already: not so for almost all writes.
bool is_doubtful(const Turn& turn, const Connection& from, const ObjectWrite& write,
                 const Object& object);
/// Whether what `from` sends for this member's copy, or hint, of the key may be taken in: `local`
/// is what is there. Only what it adds is held against it.
Status may_enter(const Turn& turn, const Connection& from, const ObjectWrite& write,
                 const Object& object, const Object& local);

}  // namespace oxbow
