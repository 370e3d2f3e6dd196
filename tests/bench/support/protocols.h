// What the load tool speaks: Oxbow's MessagePack-RPC, redis' RESP.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support/load.h"
#include "message/client.h"

namespace oxbow::bench {

/// Requests as bytes, made before the clock runs; each connection takes them in turn, over and
/// over.
using Requests = std::shared_ptr<const std::vector<std::string>>;

/// `count` requests, each with an id of its own.
Requests oxbow_requests(std::size_t count, const std::function<ClientRequest(std::size_t)>& make);

/// Requests to a peer. Answers are told apart but not decoded.
std::unique_ptr<Protocol> oxbow_protocol(Requests requests);

/// Redis commands; `replies` of them make one request. A number in a reply must be at least
/// `least_number` (what WAIT answers).
std::unique_ptr<Protocol> redis_protocol(Requests requests, std::size_t replies = 1,
                                         long least_number = 0);
/// One command in RESP: an array of bulk strings.
std::string command(std::initializer_list<std::string_view> words);

}  // namespace oxbow::bench
