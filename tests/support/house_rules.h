// The rules that hold the house together, as functions over source text: which room may include
// which, what the pure rooms may not know, and how tests are laid out. tests/layering_test holds
// the table of rooms and applies the rules to the tree.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::test {

struct SourceFile {
  std::string path;  ///< from the root of the tree, such as "src/base/ids.h"
  std::string text;
};

struct Finding {
  std::string file;
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string rule;

  friend bool operator==(const Finding&, const Finding&) = default;
};
std::string to_string(const Finding& finding);  ///< `file:line: rule`

/// Which rooms there are, and what they may use.
struct House {
  std::map<std::string, std::vector<std::string>> arrows;  ///< room → rooms that it uses directly
  std::set<std::string> pure;  ///< rooms that know no socket, thread, clock, disk, chance
  std::map<std::string, std::set<std::string>> only_in;      ///< header's prefix → rooms that may
  std::map<std::string, std::vector<std::string>> programs;  ///< folders like tools/ → rooms
  std::set<std::string> other_tests;  ///< folders of tests/ that mirror no room

  /// The room itself and everything that its arrows lead to.
  std::set<std::string> may_use(const std::string& room) const;
};

/// Every breach of a rule, in the order of the files and of the lines in them.
std::vector<Finding> check(const House& house, const std::vector<SourceFile>& files);

}  // namespace oxbow::test
