// The source tree that a test runs from: OXBOW_SOURCE, or the folder above the test program that
// holds the Makefile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/house_rules.h"

namespace oxbow::test {

/// Ends the process with a message if there is none.
std::filesystem::path source_root();

std::string read_file(const std::filesystem::path& path);

/// All .h and .cpp files below include/, src/, tools/, examples/ and tests/, in order of paths.
std::vector<SourceFile> read_sources(const std::filesystem::path& root);

}  // namespace oxbow::test
