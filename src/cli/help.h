// What is printed about the command line itself: help, shell completion and man pages, all from the
// tables of the commands (and, for oxbowd, from that of its options).
#pragma once

#include <string>

#include "cli/command.h"

namespace oxbow::cli {

std::string general_help();
std::string help_of(const Command& command);

std::string bash_completion();
std::string zsh_completion();

std::string oxbow_manual();   ///< roff, section 1
std::string oxbowd_manual();  ///< roff, section 1

}  // namespace oxbow::cli
