// What a get or put did, in words: one sentence, or everything (--explain).
#pragma once

#include <oxbow/requests.h>

#include <string>

#include "cli/output.h"
#include "report/table.h"

namespace oxbow::cli {

/// `2 answers of 2 needed, N 3; coordinated by ash (127.0.0.1:7401); 1.20 ms`. For puts copies.
std::string quorum_sentence(const QuorumReport& report);

/// Says what went wrong, and who did what where that is known and was asked for (--explain); gives
/// the exit code.
int fail_explained(const Invocation& invocation, const Error& error);

/// Everything (--explain): the figures, the clock, and a table of every member that was asked.
std::string quorum_details(const QuorumReport& report, const Terminal& terminal);

}  // namespace oxbow::cli
