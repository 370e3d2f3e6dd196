// etcd's gRPC over HTTP/2, as far as a put and a linearizable get need it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/support/load.h"

namespace oxbow::bench {

/// The messages that etcd's KV service takes, already encoded.
std::string etcd_range(const std::string& key);
std::string etcd_put(const std::string& key, const std::string& value);

/// `method`: "Range" or "Put".
std::unique_ptr<Protocol> etcd_protocol(const std::string& method,
                                        std::shared_ptr<const std::vector<std::string>> messages);

}  // namespace oxbow::bench
