// Records as bytes, each in exactly one way: what their digest is made of, and how a peer keeps
// them in its store. A peer that starts again knows the ring at once.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <string_view>

#include "membership/member.h"

namespace oxbow {

class Members;

std::string to_bytes(const Member& member);
std::string to_bytes(const Bucket& bucket);

/// All records: at most about 1 MiB.
std::string to_bytes(const Members& members);
/// Takes what to_bytes() wrote into `members`. Errors: "damaged", "format" (of another version).
Status take_bytes(std::string_view bytes, Members& members);

}  // namespace oxbow
