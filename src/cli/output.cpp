#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/answer_json.h"
#include "report/text.h"

namespace oxbow::cli {
namespace {

bool write_to(std::FILE* file, std::string_view text) {
  errno = 0;
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

// A full disk must not pass for success; a reader that has had enough is no error to speak of.
void print_to_stdout(std::string_view text) {
  if (write_to(stdout, text)) return;
  if (errno != EPIPE) {
    const std::string reason = std::strerror(errno);
    write_to(stderr, "oxbow: cannot write to standard output: " + reason + "\n");
  }
  std::_Exit(exit_code::kIncomplete);
}

constexpr std::size_t kShownGot = 60;  // bytes: longer ones are known to who wrote them

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

int exit_code_of(const Error& error) {
  constexpr std::array<std::string_view, 5> kUnreached{
      "unreachable", "peer-lost", "too-many-clients", "remote-client", "no-descriptors"};
  constexpr std::array<std::string_view, 2> kNothingFound{"not-found", "no-network"};
  constexpr std::array<std::string_view, 3> kSiblingsLeft{"siblings", "too-many-siblings",
                                                          "object-too-large"};
  // What was asked was wrong in itself. A limit that what is stored has reached is not.
  constexpr std::array<std::string_view, 10> kWrongUse{
      "bad-file",    "usage",  "config",  "exists",      "too-large",
      "bad-request", "params", "running", "wrong-value", "value-too-large"};
  if (is_one_of(kUnreached, error.code)) return exit_code::kUnreachable;
  if (is_one_of(kNothingFound, error.code)) return exit_code::kNothing;
  if (is_one_of(kWrongUse, error.code) || error.code.starts_with("bad-")) return exit_code::kUsage;
  if (is_one_of(kSiblingsLeft, error.code)) return exit_code::kSiblings;
  return exit_code::kIncomplete;
}

Console Console::of_process() {
  Console console;
  console.out = [](std::string_view text) { print_to_stdout(text); };
  console.err = [](std::string_view text) { write_to(stderr, text); };
  console.out_terminal = Terminal::of(STDOUT_FILENO);
  console.err_terminal = Terminal::of(STDERR_FILENO);
  console.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  std::error_code ignored;
  console.program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  return console;
}

void Output::note(std::string_view line) const {
  if (quiet_ || is_json()) return;
  if (format_ == Format::table) {
    print_line(line);
  } else {
    // The empty line that sets it apart from a table is for people.
    line.remove_prefix(std::min(line.find_first_not_of('\n'), line.size()));
    if (!line.empty()) console_.err(std::string(line) + "\n");
  }
}

void Output::aside(std::string_view line) const {
  if (!quiet_) console_.err(std::string(line) + "\n");
}

void Output::print(const Table& table, std::string_view type, std::string_view rows_name,
                   std::string_view row_type) const {
  switch (format_) {
    case Format::table:
      print(to_text(table, terminal()));
      break;
    case Format::plain:
      print(to_plain(table));
      break;
    case Format::json: {
      JsonWriter json;
      json.begin_document(type).name(rows_name);
      write_rows(json, table);
      json.end_object();
      print(json);
      break;
    }
    case Format::ndjson:
      for (const auto& row : table.rows) {
        JsonWriter json;
        json.begin_document(row_type);
        write_row(json, table, row);
        json.end_object();
        print(json);
      }
      break;
  }
}

int Output::fail(const Error& error, std::span<const std::string> below) const {
  if (is_json()) {
    JsonWriter json;
    std::string message = error.message;
    for (const std::string& line : below) message += "\n" + line;
    json.begin_document("error").field("error", error.code).field("message", message);
    json.field("needed", error.needed).field("got", error.got);
    if (error.quorum) {
      json.name("quorum").begin_object();
      write_fields(json, *error.quorum);
      json.end_object();
    }
    json.end_object();
    print(json);
  } else {
    const bool says_more = error.message.find(error.needed) == std::string::npos;
    std::string whole = error.message;
    if (says_more) {
      const bool says_what = !error.got.empty() && error.got.size() <= kShownGot &&
                             error.message.find(error.got) == std::string::npos;
      whole += " (needed: " + error.needed + (says_what ? "; got: " + error.got : "") + ")";
    }
    // One line, whatever the message quotes: a stranger's text begins none.
    console_.err(styled(console_.err_terminal, Style::red, "oxbow:") + " " +
                 printable_message(whole) + "\n");
    for (const std::string& line : below) console_.err(printable_message(line) + "\n");
  }
  return exit_code_of(error);
}

}  // namespace oxbow::cli
