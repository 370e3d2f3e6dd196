// What a peer may say of itself in a hello.
#pragma once

#include <oxbow/result.h>

#include "message/messages.h"

namespace oxbow {

/// Done, or why no peer says such a hello. Error codes: "version" (0), "bad-id" (zero),
/// "bad-network" and "bad-name" (no text, or control characters; only the name may be empty),
/// "bad-address" (of several hosts; "any" is where the peer is seen; port 0: it cannot be dialled).
/// That it is another network's, or this very peer's, is not looked at.
Status check(const Hello& hello);

}  // namespace oxbow
