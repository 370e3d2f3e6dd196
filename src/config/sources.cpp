#include "config/sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/value_texts.h"

namespace oxbow::config {

std::vector<Setting>& Settings::of(const Binding& binding) {
  for (Entry& entry : entries) {
    if (entry.binding == &binding) return entry.values;
  }
  entries.push_back({&binding, {}});
  return entries.back().values;
}

const Setting* Settings::last(std::string_view name) const {
  for (const Entry& entry : entries) {
    if (entry.binding->info.name == name && !entry.values.empty()) return &entry.values.back();
  }
  return nullptr;
}

Settings read_environment(const EnvironmentLookup& lookup) {
  Settings settings;
  for (const Binding& binding : bindings()) {
    if (binding.read == nullptr) continue;
    const std::string name = environment_name(binding.info);
    const auto value = lookup(name);
    if (!value) continue;
    auto& values = settings.of(binding);
    if (binding.info.kind != OptionKind::list) {
      values.push_back({*value, fmt::format("{}={}", name, *value), name});
      continue;
    }
    for (std::size_t start = 0; start <= value->size();) {
      const std::size_t comma = std::min(value->find(',', start), value->size());
      const std::string element(trimmed(std::string_view(*value).substr(start, comma - start)));
      values.push_back({element, fmt::format("{}: {}", name, element), name});
      start = comma + 1;
    }
  }
  return settings;
}

Status apply(const Settings& settings, PeerOptions& options) {
  for (const auto& [binding, values] : settings.entries) {
    // One by one first, so that an error can say which element of a list is wrong.
    Texts texts;
    for (const Setting& value : values) {
      PeerOptions scratch;
      if (const Status status = binding->read(scratch, {value.text}); !status) {
        Error error = status.error();
        error.message = fmt::format("{}: {}", value.place, error.message);
        return error;
      }
      texts.push_back(value.text);
    }
    if (Status status = binding->read(options, texts); !status) return status;
  }
  return Done{};
}

}  // namespace oxbow::config
