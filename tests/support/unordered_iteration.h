// Finds loops over unordered containers: their order differs between standard libraries and runs,
// and what depends on it cannot be replayed from a seed.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "support/source_text.h"

namespace oxbow::test {

struct UnorderedIteration {
  std::string name;
  std::size_t line = 0;
};

/// The variables that are declared here with an unordered type, or with an alias of one.
std::set<std::string> unordered_names(const std::vector<Token>& tokens);

/// Loops over those, and over `inherited` names that come from an included header: range-for, and
/// begin() (with a hash table there is no other use for it).
std::vector<UnorderedIteration> unordered_iterations(const std::vector<Token>& tokens,
                                                     const std::set<std::string>& inherited);

}  // namespace oxbow::test
