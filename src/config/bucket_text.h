// A bucket's policy as text: `carts n=3 r=2 w=2 conflict=siblings sync=yes`. The name is needed,
// the rest may be left out, in any order. Private to this room.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <string_view>

#include "base/bucket_policy.h"

namespace oxbow::config {

/// Where n is given without r or w, they are a majority of n. The complaint of an error says which
/// word is wrong.
Result<BucketPolicy> read_bucket(std::string_view text);

/// All parts, so that it reads back the same whatever the defaults are.
std::string write_bucket(const BucketPolicy& bucket);

}  // namespace oxbow::config
