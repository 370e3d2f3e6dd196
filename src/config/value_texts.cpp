#include "config/value_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.h"

namespace oxbow::config {

namespace {

using namespace std::chrono_literals;

constexpr Duration kLongest = 24h;

struct SizeUnit {
  std::string_view suffix;
  std::uint64_t bytes;
};
constexpr SizeUnit kSizeUnits[] = {
    {"GiB", std::uint64_t{1} << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Error complaint(std::string message) { return Error{"usage", std::move(message), "", ""}; }

Result<std::uint64_t> read_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most) {
    return complaint(fmt::format("not a whole number from {} to {}", least, most));
  }
  return number;
}

Result<double> read_decimal(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !(number >= 0 && number <= 1e9)) {
    return complaint("not a number from 0 to 1000000000");
  }
  return number;
}

std::string write_decimal(double value) { return fmt::format("{}", value); }

Result<bool> read_boolean(std::string_view text) {
  for (const std::string_view yes : {"yes", "true", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"no", "false", "off", "0"}) {
    if (text == no) return false;
  }
  return complaint("neither yes nor no");
}

Result<Duration> read_duration(std::string_view text) {
  const Error wrong = complaint("not a duration from 1ms to 24h, such as 500ms, 10s or 2m");
  struct Unit {
    std::string_view suffix;
    Duration length;
  };
  Duration unit = 1s;
  for (const Unit& known : {Unit{"ms", 1ms}, Unit{"s", 1s}, Unit{"m", 1min}, Unit{"h", 1h}}) {
    if (!text.ends_with(known.suffix)) continue;
    unit = known.length;
    text.remove_suffix(known.suffix.size());
    break;
  }
  const auto number = read_decimal(text);
  if (!number) return wrong;
  const double microseconds = *number * static_cast<double>(unit.count());
  if (microseconds < 1000 || microseconds > static_cast<double>(kLongest.count())) return wrong;
  return Duration(std::llround(microseconds));
}

std::string write_duration(Duration duration) {
  if (duration % 1s == 0s) return fmt::format("{}s", duration / 1s);
  return fmt::format("{}ms", to_ms(duration));
}

Result<std::uint64_t> read_size(std::string_view text, std::uint64_t most) {
  std::uint64_t unit = 1;
  for (const SizeUnit& known : kSizeUnits) {
    if (!text.ends_with(known.suffix)) continue;
    unit = known.bytes;
    text = trimmed(text.substr(0, text.size() - known.suffix.size()));
    break;
  }
  const auto number = read_number(text, 0, most / unit);
  if (!number) {
    return complaint(
        fmt::format("not a size up to {}, such as 500KiB, 64MiB or 2GiB", write_size(most)));
  }
  return *number * unit;
}

std::string write_size(std::uint64_t bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return fmt::format("{}{}", bytes / unit.bytes, unit.suffix);
    }
  }
  return fmt::format("{}", bytes);
}

Result<std::string> read_name(std::string_view text) {
  if (text.empty() || text.size() > limits::kName ||
      std::any_of(text.begin(), text.end(), is_control)) {
    return complaint(fmt::format("not a name of 1 to {} printable bytes", limits::kName));
  }
  return std::string(text);
}

Result<std::string> read_endpoint(std::string_view text) {
  const Error wrong = complaint("not HOST:PORT, such as 127.0.0.1:7401, [::1]:7401 or host:7401");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > 300) return wrong;
  if (!read_number(text.substr(colon + 1), 1, 65535)) return wrong;
  const std::string_view host = text.substr(0, colon);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find_first_of(":[]") != std::string_view::npos) return wrong;
  if (std::any_of(host.begin(), host.end(), [](char c) { return is_control(c) || c == ' '; })) {
    return wrong;
  }
  return std::string(text);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace oxbow::config
