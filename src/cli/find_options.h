// The options of a search, shared by the commands that search.
#pragma once

#include <oxbow/requests.h>

#include <vector>

#include "cli/command.h"
#include "cli/options.h"

namespace oxbow::cli {

/// --via, --ttl, --timeout, --walkers, --steps.
std::vector<OptionSpec> search_options();

/// A request for `key` with what those options say; traced, with a report.
FindRequest search_request(const std::string& key, const Options& options);

}  // namespace oxbow::cli
