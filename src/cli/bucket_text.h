// A bucket in words.
#pragma once

#include <oxbow/requests.h>

#include <string>

namespace oxbow::cli {

/// `bucket carts: N 3, R 2, W 2, conflicts siblings, synced`
std::string bucket_text(const BucketInfo& bucket);

}  // namespace oxbow::cli
