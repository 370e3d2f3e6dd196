// The program `oxbow`: one command line in, one exit code out.
#pragma once

#include <span>
#include <string>

#include "cli/output.h"

namespace oxbow::cli {

/// `words`: the command line without the program's own name.
int run(std::span<const std::string> words, const Console& console);

}  // namespace oxbow::cli
