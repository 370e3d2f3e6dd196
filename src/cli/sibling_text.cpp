#include "cli/sibling_text.h"

#include <fmt/format.h>
#include <oxbow/versions.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "report/text.h"

namespace oxbow::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kUnlimited = 160;        // a line that people still read across
constexpr std::size_t kContextOnALine = 4096;  // of text; longer ones go by a file

std::vector<std::string> lines_of(std::string_view value) {
  std::vector<std::string> lines;
  do {
    const auto end = std::min(value.find('\n'), value.size());
    lines.push_back(printable(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
  } while (!value.empty());
  return lines;
}

// What stands in a sibling's column, the heading first.
std::vector<std::string> column_of(const GetValue& sibling, std::size_t number) {
  std::vector<std::string> column{
      fmt::format("{}: {}", number, written_text(sibling.written_ms)),
      fmt::format("   {}", sibling.dot.empty() ? "-" : printable(sibling.dot))};
  for (const std::string& line : lines_of(sibling.value)) column.push_back("   " + line);
  return column;
}

std::size_t width_of(const std::vector<std::string>& column) {
  std::size_t width = 0;
  for (const std::string& line : column) width = std::max(width, display_width(line));
  return width;
}

std::string below_each_other(const std::vector<std::vector<std::string>>& columns) {
  std::string text;
  for (const auto& column : columns) {
    if (!text.empty()) text += '\n';
    for (const std::string& line : column) text += line + "\n";
  }
  return text;
}

}  // namespace

std::string value_text(std::string_view value) {
  std::string text;
  for (const std::string& line : lines_of(value)) text += line + "\n";
  return text;
}

std::string written_text(std::uint64_t written_ms) {
  if (written_ms == 0) return "adopted";
  const auto seconds = static_cast<std::time_t>(written_ms / 1000);
  std::tm utc{};
  std::array<char, 40> text{};
  if (::gmtime_r(&seconds, &utc) == nullptr) return "at an unknown time";
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &utc);
  return {text.data(), size};
}

std::string side_by_side(const std::vector<GetValue>& siblings, std::size_t width) {
  std::vector<std::vector<std::string>> columns;
  std::size_t needed = 0;
  std::size_t rows = 0;
  for (const GetValue& sibling : siblings) {
    columns.push_back(column_of(sibling, columns.size() + 1));
    needed += width_of(columns.back()) + kGap;
    rows = std::max(rows, columns.back().size());
  }
  if (needed > (width == 0 ? kUnlimited : width) + kGap) return below_each_other(columns);

  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line;
    for (const auto& column : columns) {
      const std::string cell = row < column.size() ? column[row] : "";
      line += cell + std::string(width_of(column) - display_width(cell) + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:@%+=,-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  const bool has_quotes = text.find('\'') != std::string_view::npos;
  if (printable(text) == text && !has_quotes) return fmt::format("'{}'", text);
  std::string word = "$'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\'' || c == '\\') {
      word += fmt::format("\\{}", c);
    } else if (byte < 0x20 || byte >= 0x7f) {
      word += fmt::format("\\x{:02x}", byte);
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string replacing_command(const std::string& oxbow, const std::string& key,
                              std::string_view value, const std::string& context) {
  const std::string command = value.empty() ? "del" : "put";
  const std::string words =
      value.empty() ? shell_word(key) : fmt::format("{} {}", shell_word(key), value);
  std::string text = context_text(context);
  if (text.size() > kContextOnALine) text = "@FILE  # with the context that get --json shows";
  if (key.starts_with('-'))
    return fmt::format("{} {} --context {} -- {}", oxbow, command, text, words);
  return fmt::format("{} {} {} --context {}", oxbow, command, words, text);
}

}  // namespace oxbow::cli
