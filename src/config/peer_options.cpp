#include "config/peer_options.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "config/option_bindings.h"
#include "config/sources.h"
#include "config/value_texts.h"

namespace oxbow {

namespace {

/// From the weakest to the strongest.
using Sources = std::vector<const config::Settings*>;

/// The line or variable that gave the first of these options that has one, as an error begins:
/// `a.conf:3: `; nothing for flags and defaults.
std::string place_of(const Sources& sources, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const config::Setting* strongest = nullptr;
    for (const config::Settings* const source : sources) {
      if (const config::Setting* const setting = source->last(name)) strongest = setting;
    }
    if (strongest != nullptr && !strongest->line.empty()) return strongest->line + ": ";
  }
  return "";
}

Status check_replicas(const PeerOptions& options, const Sources& sources) {
  if (options.member && !options.id && options.data.empty()) {
    return Error{"usage",
                 fmt::format("{}member = yes needs an identity that stays: set data = DIR, which "
                             "keeps one (and the objects), or id = HEX",
                             place_of(sources, {"member"})),
                 "data or id", ""};
  }
  if (options.buckets.size() > limits::kBuckets) {
    return Error{
        "usage",
        fmt::format("{}{} buckets are configured: {} is the most", place_of(sources, {"bucket"}),
                    options.buckets.size(), limits::kBuckets),
        "", ""};
  }
  std::set<std::string_view> names;
  for (const BucketPolicy& bucket : options.buckets) {
    if (names.insert(bucket.name).second) continue;
    return Error{"usage",
                 fmt::format("{}bucket {} is given twice; keep one of them",
                             place_of(sources, {"bucket"}), bucket.name),
                 "", ""};
  }
  return Done{};
}

Status check_together(const PeerOptions& options, const Sources& sources) {
  if (options.ttl > options.ttl_cap) {
    return Error{"usage",
                 fmt::format("{}ttl = {} is above ttl-cap = {}: raise ttl-cap, or lower ttl",
                             place_of(sources, {"ttl", "ttl-cap"}), options.ttl, options.ttl_cap),
                 "", ""};
  }
  if (options.query_rate > 0 && options.query_burst < 1) {
    return Error{
        "usage",
        fmt::format("{}query-burst = {} lets no query through: make it 1 or more, or set "
                    "query-rate = 0",
                    place_of(sources, {"query-burst"}), config::write_decimal(options.query_burst)),
        "", ""};
  }
  if (options.neighbors.size() > limits::kConfiguredNeighbors) {
    return Error{"usage",
                 fmt::format("{}{} neighbors are configured: {} is the most",
                             place_of(sources, {"neighbor"}), options.neighbors.size(),
                             limits::kConfiguredNeighbors),
                 "", ""};
  }
  return check_replicas(options, sources);
}

Result<config::Settings> apply_file(const std::string& path, PeerOptions& options) {
  auto settings = config::read_file(path);
  if (!settings) return settings.error();
  options.file = path;
  if (Status status = config::apply(*settings, options); !status) {
    return Error{"config", status.error().message, "", ""};
  }
  return settings;
}

void name_after_file(PeerOptions& options) {
  if (!options.name.empty() || options.file.empty()) return;
  const auto stem = config::read_name(std::filesystem::path(options.file).stem().string());
  if (stem) options.name = *stem;
}

}  // namespace

std::span<const OptionInfo> peer_option_table() {
  static const std::vector<OptionInfo> table = [] {
    std::vector<OptionInfo> infos;
    for (const config::Binding& binding : config::bindings()) infos.push_back(binding.info);
    return infos;
  }();
  return table;
}

std::string default_text(const OptionInfo& option) {
  const config::Binding* const binding = config::find_binding(option.name);
  if (binding == nullptr || binding->write == nullptr) return "";
  return binding->write(PeerOptions()).front();
}

std::string environment_name(const OptionInfo& option) {
  std::string name = "OXBOW_";
  for (const char c : option.name) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

Result<PeerOptions> load_peer_options(std::span<const char* const> arguments,
                                      const EnvironmentLookup& environment) {
  const auto line = config::read_command_line(arguments);
  if (!line) return line.error();
  PeerOptions options;
  options.action = line->action;
  if (options.action == PeerAction::help || options.action == PeerAction::version) return options;

  config::Settings file;
  if (!line->file.empty()) {
    auto settings = apply_file(line->file, options);
    if (!settings) return settings.error();
    file = std::move(*settings);
  }
  const config::Settings variables = config::read_environment(environment);
  if (Status status = config::apply(variables, options); !status) return status.error();
  if (Status status = config::apply(line->settings, options); !status) return status.error();
  const Sources sources{&file, &variables, &line->settings};
  if (Status status = check_together(options, sources); !status) return status.error();
  name_after_file(options);
  return options;
}

Result<PeerOptions> read_peer_file(const std::string& path) {
  PeerOptions options;
  const auto settings = apply_file(path, options);
  if (!settings) return settings.error();
  if (Status status = check_together(options, {&*settings}); !status) {
    return Error{"config", status.error().message, "", ""};
  }
  name_after_file(options);
  return options;
}

std::string print_peer_options(const PeerOptions& options) {
  std::string text;
  std::string_view section;
  for (const config::Binding& binding : config::bindings()) {
    if (binding.write == nullptr) continue;
    if (binding.info.section != section) {
      section = binding.info.section;
      text += fmt::format("{}# {}\n", text.empty() ? "" : "\n", section);
    }
    for (const std::string& value : binding.write(options)) {
      text += fmt::format("{} ={}{}\n", binding.info.name, value.empty() ? "" : " ", value);
    }
  }
  return text;
}

}  // namespace oxbow
