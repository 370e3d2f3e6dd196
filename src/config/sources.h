// Where options come from: the command line, the environment, a configuration file. Each reader
// turns its source into settings that remember where they stood; applying them is the same for all.
// Private to this room.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/option_bindings.h"

namespace oxbow::config {

/// One value where it stood.
struct Setting {
  std::string text;
  std::string place;      ///< begins an error: `a.conf:3: ttl = x`, `--ttl=x`, `OXBOW_TTL=x`
  std::string line = {};  ///< `a.conf:3`, `OXBOW_TTL`; empty: a flag
};

/// What one source says, an option at a time, in the order in which they first stood there.
struct Settings {
  struct Entry {
    const Binding* binding = nullptr;
    std::vector<Setting> values;
  };
  std::vector<Entry> entries;

  std::vector<Setting>& of(const Binding& binding);
  /// The last value of that option; null: this source does not name it.
  const Setting* last(std::string_view name) const;
};

struct CommandLine {
  PeerAction action = PeerAction::run;
  std::string file;
  Settings settings;
};

Result<CommandLine> read_command_line(std::span<const char* const> arguments);
Settings read_environment(const EnvironmentLookup& lookup);
Result<Settings> read_file(const std::string& path);

/// Writes what a source says over what is there. The complaint of a bad value is put behind its
/// place.
Status apply(const Settings& settings, PeerOptions& options);

}  // namespace oxbow::config
