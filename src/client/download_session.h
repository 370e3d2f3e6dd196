// One download from start to end: asks for pieces over a channel, moves on when a holder fails,
// checks the whole. See Client::fetch.
#pragma once

#include <oxbow/client.h>

#include <chrono>
#include <functional>
#include <vector>

#include "client/channel.h"

namespace oxbow {

/// `patience`: how long no piece may come before the holder counts as failed.
Result<FetchSummary> download(Channel& channel, std::chrono::milliseconds patience,
                              const std::vector<SearchHit>& hits, const FetchOptions& options,
                              const std::function<void(const FetchProgress&)>& on_progress);

}  // namespace oxbow
