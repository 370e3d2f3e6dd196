// Runs the command line within the test, and keeps what it prints.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/run.h"

namespace oxbow::test {

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ran run_words(const std::vector<std::string>& words,
                     const std::map<std::string, std::string>& environment = {}) {
  Ran ran;
  cli::Console console;
  console.out = [&](std::string_view text) { ran.out += text; };
  console.err = [&](std::string_view text) { ran.err += text; };
  console.environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  };
  ran.code = cli::run(words, console);
  return ran;
}

}  // namespace oxbow::test
