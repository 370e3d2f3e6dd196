// The options of the commands that get and put, and what --r and --w may say.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>

#include "cli/command.h"
#include "cli/options.h"

namespace oxbow::cli {

OptionSpec r_option();
OptionSpec w_option();
OptionSpec strict_option();
OptionSpec context_option(std::string_view help);
OptionSpec explain_option();
OptionSpec quorum_timeout_option();

/// The text of --r or --w as a peer takes it: a number, "quorum", "all"; "" where it was not given.
/// Error "usage" names what there is.
Result<std::string> quorum_need(const Options& options, const std::string& option);

/// --timeout in milliseconds; 0: the peer's default.
std::uint32_t timeout_ms(const Options& options);

}  // namespace oxbow::cli
