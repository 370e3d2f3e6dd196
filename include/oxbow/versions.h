// What an application needs to know about the versions of a value. In short:
//
//   * A get gives all values of a key, its *siblings*, and one *context*. There is more than one
//     value only when two clients wrote without having seen each other's write.
//   * A put that carries that context replaces the values that the context covers, and only them.
//     What somebody else wrote in the meantime stays, as a sibling. A put without a context adds
//     a sibling: nothing is ever overwritten unread.
//   * So: get, make one value out of all siblings, put it with the context of that get.
//     Client::update() does these three steps.
//   * A delete is a put of nothing, and goes by the same rules.
//
// A context is opaque bytes. It may be kept (in a form of a web page, in a file) as long as one
// likes, and belongs to one key.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow {

/// Makes one value out of all siblings of a key; there are none if the key has no value yet. It
/// must not matter in which order they come, and merging what was merged before must change
/// nothing: the same siblings may be merged on two sides at the same time.
using Merge = std::function<std::string(const std::vector<GetValue>& siblings)>;

/// The sibling that was written last by the clocks of those who coordinated the writes: for values
/// of which any will do. Null if there are none. Lives as long as `siblings`.
const GetValue* newest(const std::vector<GetValue>& siblings);

/// A context as text that passes everywhere, as `oxbow get` prints it and `oxbow put --context`
/// takes it: base64url without padding (RFC 4648, section 5).
std::string context_text(std::string_view context);

/// What context_text() gave, back as bytes; padding is accepted. Error "bad-context": no base64url.
/// Whether the bytes are a context of the key is for the peer to say.
Result<std::string> parse_context_text(std::string_view text);

}  // namespace oxbow
