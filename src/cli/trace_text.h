// What each peer did with a query, as a tree: a peer stands below the one that sent it its first
// copy.
#pragma once

#include <oxbow/requests.h>

#include <string>

#include "report/terminal.h"

namespace oxbow::cli {

/// Lines that end with a newline each; safe to print.
std::string trace_tree(const TraceAnswer& answer, const Terminal& terminal);

}  // namespace oxbow::cli
