#include "support/house_rules.h"

#include <algorithm>
#include <optional>

#include "support/source_text.h"
#include "support/unordered_iteration.h"

namespace oxbow::test {

namespace {

using Findings = std::vector<Finding>;

constexpr std::size_t kMostLines = 500;  // of a file that is one concept

const std::set<std::string>& impure_headers() {
  static const std::set<std::string> headers{
      "thread",       "mutex",         "shared_mutex", "atomic",     "condition_variable",
      "future",       "semaphore",     "barrier",      "latch",      "stop_token",
      "pthread.h",    "threads.h",     "stdatomic.h",  "filesystem", "fstream",
      "unistd.h",     "fcntl.h",       "netdb.h",      "poll.h",     "sys/socket.h",
      "sys/stat.h",   "sys/uio.h",     "sys/epoll.h",  "sys/mman.h", "sys/time.h",
      "sys/random.h", "openssl/rand.h"};
  return headers;
}

/// Words that reach for a clock or for chance wherever they stand.
const std::map<std::string, std::string>& impure_words() {
  static const std::map<std::string, std::string> words{
      {"system_clock", "a clock"},
      {"steady_clock", "a clock"},
      {"utc_clock", "a clock"},
      {"high_resolution_clock", "a clock"},
      {"clock_gettime", "a clock"},
      {"gettimeofday", "a clock"},
      {"timespec_get", "a clock"},
      {"random_device", "the system's randomness"},
      {"getrandom", "the system's randomness"},
      {"getentropy", "the system's randomness"},
      {"RAND_bytes", "the system's randomness"},
      {"arc4random", "the system's randomness"},
      {"srand", "the system's randomness"}};
  return words;
}

/// "src/net/loop.cpp" → {"src", "net"}; the second is empty for a file directly in the first.
struct Place {
  std::string top;
  std::string folder;
};
Place place_of(const std::string& path) {
  const std::size_t first = path.find('/');
  if (first == std::string::npos) return {};
  const std::size_t second = path.find('/', first + 1);
  if (second == std::string::npos) return {path.substr(0, first), {}};
  return {path.substr(0, first), path.substr(first + 1, second - first - 1)};
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

/// The room that an include names, if it names one.
std::optional<std::string> room_of(const House& house, const Token& include) {
  const std::size_t slash = include.text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string room = include.text.substr(0, slash);
  if (!house.arrows.contains(room)) return std::nullopt;
  return room;
}

/// `allowed` holds what the file may include; `who` names it in the finding.
void check_arrows(const House& house, const std::string& who, const std::set<std::string>& allowed,
                  const SourceFile& file, const std::vector<Token>& tokens, Findings& findings) {
  for (const Token& token : tokens) {
    if (!token.is_include()) continue;
    const auto room = room_of(house, token);
    if (!room || allowed.contains(*room)) continue;
    findings.push_back({file.path, token.line,
                        who + " may not include " + *room + " (may: " + joined(allowed) + ")"});
  }
}

void check_owned_headers(const House& house, const std::string& room, const SourceFile& file,
                         const std::vector<Token>& tokens, Findings& findings) {
  for (const Token& token : tokens) {
    if (!token.is_include()) continue;
    for (const auto& [prefix, owners] : house.only_in) {
      if (!token.text.starts_with(prefix) || owners.contains(room)) continue;
      findings.push_back(
          {file.path, token.line, "<" + token.text + "> belongs to " + joined(owners) + " alone"});
    }
  }
}

bool is_standard(const Token& include) {
  return include.kind == TokenKind::angle_include &&
         include.text.find_first_of("./") == std::string::npos;
}

void check_public(const SourceFile& file, const std::vector<Token>& tokens, Findings& findings) {
  for (const Token& token : tokens) {
    if (!token.is_include() || is_standard(token)) continue;
    if (token.kind == TokenKind::angle_include && token.text.starts_with("oxbow/")) continue;
    findings.push_back(
        {file.path, token.line,
         "a public header may include only the standard library and <oxbow/…>, not " + token.text});
  }
}

/// `time(nullptr)`, `std::time(0)`, `time(&t)`; not a function or field of ours called time.
bool reads_time(const std::vector<Token>& tokens, std::size_t i) {
  if (!tokens[i].is("time") || i + 2 >= tokens.size() || !tokens[i + 1].is("(")) return false;
  const Token& argument = tokens[i + 2];
  return argument.is("nullptr") || argument.is("NULL") || argument.is("&") || argument.text == "0";
}

void check_purity(const std::string& room, const SourceFile& file, const std::vector<Token>& tokens,
                  const std::set<std::string>& inherited, Findings& findings) {
  const std::string who = room + " is a pure room: ";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.is_include() &&
        (impure_headers().contains(token.text) || token.text.starts_with("uv"))) {
      findings.push_back({file.path, token.line, who + "it may not include <" + token.text + ">"});
    }
    if (token.kind == TokenKind::word && impure_words().contains(token.text)) {
      findings.push_back(
          {file.path, token.line, who + token.text + " is " + impure_words().at(token.text)});
    }
    if (token.kind == TokenKind::literal &&
        (token.text == "/dev/urandom" || token.text == "/dev/random")) {
      findings.push_back({file.path, token.line, who + token.text + " is the system's randomness"});
    }
    if (reads_time(tokens, i)) {
      findings.push_back({file.path, token.line, who + "time() is a clock"});
    }
  }
  for (const UnorderedIteration& iteration : unordered_iterations(tokens, inherited)) {
    findings.push_back({file.path, iteration.line,
                        who + "the order of " + iteration.name +
                            " (an unordered container) is not the same on every run"});
  }
}

void check_shape(const SourceFile& file, const std::vector<Token>& tokens, Findings& findings) {
  const auto lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
  if (lines > kMostLines) {
    findings.push_back({file.path, 0,
                        "a file is one concept: it has " + std::to_string(lines) + " lines, of " +
                            std::to_string(kMostLines) + " at most"});
  }
  if (!file.path.ends_with(".h")) return;
  if (!file.text.starts_with("//")) {
    findings.push_back({file.path, 1, "a header opens with what it is for"});
  }
  const bool once = std::any_of(tokens.begin(), tokens.end(),
                                [](const Token& token) { return token.is("pragma"); });
  if (!once) findings.push_back({file.path, 1, "a header has #pragma once"});
}

void check_test_place(const House& house, const SourceFile& file, const std::string& folder,
                      Findings& findings) {
  if (folder.empty() || house.other_tests.contains(folder)) return;
  if (!house.arrows.contains(folder)) {
    findings.push_back({file.path, 0, "tests mirror src: there is no room " + folder});
  } else if (file.path.ends_with(".cpp") && !file.path.ends_with("_test.cpp")) {
    findings.push_back({file.path, 0, "a room's test is called <unit>_test.cpp"});
  }
}

/// The unordered containers that a file knows from headers of its own room.
std::set<std::string> inherited_names(const std::string& room, const std::vector<Token>& tokens,
                                      const std::map<std::string, std::set<std::string>>& headers) {
  std::set<std::string> names;
  for (const Token& token : tokens) {
    if (!token.is_include() || !token.text.starts_with(room + "/")) continue;
    const auto header = headers.find("src/" + token.text);
    if (header != headers.end()) names.insert(header->second.begin(), header->second.end());
  }
  return names;
}

}  // namespace

std::string to_string(const Finding& finding) {
  return finding.file + ":" + (finding.line == 0 ? "" : std::to_string(finding.line) + ":") + " " +
         finding.rule;
}

std::set<std::string> House::may_use(const std::string& room) const {
  std::set<std::string> reached{room};
  std::vector<std::string> open{room};
  while (!open.empty()) {
    const std::string next = open.back();
    open.pop_back();
    const auto found = arrows.find(next);
    if (found == arrows.end()) continue;
    for (const std::string& used : found->second) {
      if (reached.insert(used).second) open.push_back(used);
    }
  }
  return reached;
}

std::vector<Finding> check(const House& house, const std::vector<SourceFile>& files) {
  std::vector<std::vector<Token>> tokens;
  std::map<std::string, std::set<std::string>> headers;
  for (const SourceFile& file : files) {
    tokens.push_back(tokens_of(file.text));
    if (file.path.ends_with(".h")) headers[file.path] = unordered_names(tokens.back());
  }

  Findings findings;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SourceFile& file = files[i];
    const auto [top, folder] = place_of(file.path);
    check_shape(file, tokens[i], findings);
    if (top == "tests") {
      check_test_place(house, file, folder, findings);
      continue;
    }
    check_owned_headers(house, folder, file, tokens[i], findings);
    if (top == "include") {
      check_public(file, tokens[i], findings);
    } else if (house.programs.contains(top)) {
      std::set<std::string> allowed;
      for (const std::string& room : house.programs.at(top)) allowed.merge(house.may_use(room));
      check_arrows(house, top, allowed, file, tokens[i], findings);
    } else if (!house.arrows.contains(folder)) {
      findings.push_back({file.path, 0, "the table of rooms does not know " + top + "/" + folder});
    } else {
      check_arrows(house, folder, house.may_use(folder), file, tokens[i], findings);
      if (house.pure.contains(folder)) {
        check_purity(folder, file, tokens[i], inherited_names(folder, tokens[i], headers),
                     findings);
      }
    }
  }
  return findings;
}

}  // namespace oxbow::test
