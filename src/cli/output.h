// Where a command's words go: data to stdout in the format that was asked for, notes and progress
// to stderr; and what its exit code says.
#pragma once

#include <oxbow/client.h>
#include <oxbow/result.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/options.h"
#include "report/json.h"
#include "report/table.h"
#include "report/terminal.h"

namespace oxbow::cli {

namespace exit_code {
inline constexpr int kDone = 0;         ///< found, or done
inline constexpr int kNothing = 1;      ///< ran well, found nothing
inline constexpr int kUsage = 2;        ///< called wrongly
inline constexpr int kUnreachable = 3;  ///< the peer was not reached
/// Time was up, a quorum was not met, the result is partial, or a file could not be written.
inline constexpr int kIncomplete = 4;
inline constexpr int kSiblings = 5;  ///< siblings where one value was asked for, or too many
}  // namespace exit_code

/// The exit code that an error's code stands for.
int exit_code_of(const Error& error);

enum class Format : std::uint8_t { table, json, ndjson, plain };

/// The surroundings of one run, so that tests can make their own.
struct Console {
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  Terminal out_terminal;
  Terminal err_terminal;
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::string program;  ///< path of this executable; empty: unknown

  /// The process's own.
  static Console of_process();
};

class Output {
 public:
  Output(const Console& console, Format format, bool quiet)
      : console_(console), format_(format), quiet_(quiet) {}

  Format format() const { return format_; }
  /// json or ndjson: for programs, self-describing.
  bool is_json() const { return format_ == Format::json || format_ == Format::ndjson; }
  bool is_for_people() const { return format_ == Format::table; }
  bool quiet() const { return quiet_; }
  const Terminal& terminal() const { return console_.out_terminal; }
  const Terminal& error_terminal() const { return console_.err_terminal; }

  void print(std::string_view text) const { console_.out(text); }
  void print_line(std::string_view text) const { console_.out(std::string(text) + "\n"); }
  /// One JSON document on a line of its own.
  void print(const JsonWriter& json) const { print_line(json.text()); }
  /// A line for people beside the data: with the data where people read it, to stderr where only
  /// data may be on stdout, nowhere if it would disturb.
  void note(std::string_view line) const;
  /// To stderr in every format, unless quiet.
  void aside(std::string_view line) const;

  /// The table in the format that was asked for; as JSON, a document of `type` with the rows under
  /// `rows_name` (ndjson: one document of `row_type` per row).
  void print(const Table& table, std::string_view type, std::string_view rows_name,
             std::string_view row_type) const;

  /// Says what went wrong (text to stderr, JSON to stdout) and gives the exit code for it. The
  /// message is one line, whatever it quotes; `below` are further lines for people to read.
  int fail(const Error& error, std::span<const std::string> below = {}) const;

 private:
  const Console& console_;
  Format format_;
  bool quiet_;
};

/// One command being carried out.
struct Invocation {
  const Command& command;
  const Options& options;
  const Console& console;
  Output output;
  std::string peer;  ///< address of the peer to talk to
  bool is_default_peer = true;

  /// With --timeout the command is over a little after that, even where the peer hangs.
  Result<Client> connect() const {
    constexpr std::chrono::seconds kAllowance{1};
    if (!options.has("timeout")) return Client::connect(peer);
    const std::chrono::milliseconds most = options.duration("timeout") + kAllowance;
    const auto began = std::chrono::steady_clock::now();
    Result<Client> client =
        Client::connect(peer, std::min<std::chrono::milliseconds>(most, std::chrono::seconds(5)));
    if (!client) return client;
    // What connecting took is not there for the answer.
    const auto left = kAllowance - (std::chrono::steady_clock::now() - began);
    client->set_patience(std::max(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                                  std::chrono::milliseconds(100)));
    return client;
  }
  /// `oxbow` with the options that reach the same peer: for commands that are suggested.
  std::string oxbow() const { return is_default_peer ? "oxbow" : "oxbow --peer " + peer; }
};

}  // namespace oxbow::cli
