#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "report/text.h"

namespace oxbow {
namespace {

constexpr std::size_t kGap = 2;              // columns between columns
constexpr std::size_t kNarrowestColumn = 8;  // a column that shrinks keeps this many

std::string exact_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell.value)) return printable(*text);
  if (const auto* number = std::get_if<std::uint64_t>(&cell.value)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&cell.value)) return fmt::format("{}", *number);
  if (const auto* truth = std::get_if<bool>(&cell.value)) return *truth ? "yes" : "no";
  return "";
}

std::string shown_text(const Cell& cell) {
  if (!cell.text.empty()) return cell.text;
  std::string text = exact_text(cell);
  return text.empty() ? "-" : text;
}

// The columns that people see, each with its title, texts and width.
struct Laid {
  const Column* column;
  std::vector<std::string> texts;  // the title first
  std::size_t width = 0;
};

std::vector<Laid> lay_out(const Table& table) {
  std::vector<Laid> laid;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].title.empty()) continue;
    Laid one{&table.columns[c], {table.columns[c].title}, 0};
    for (const auto& row : table.rows) {
      OXBOW_ASSERT(row.size() == table.columns.size(), "a row has a cell for every column");
      one.texts.push_back(shown_text(row[c]));
    }
    for (const auto& text : one.texts) one.width = std::max(one.width, display_width(text));
    laid.push_back(std::move(one));
  }
  return laid;
}

void shrink_to(std::vector<Laid>& laid, std::size_t terminal_width) {
  if (terminal_width == 0 || laid.empty()) return;
  std::size_t total = kGap * (laid.size() - 1);
  for (const auto& one : laid) total += one.width;
  while (total > terminal_width) {
    Laid* widest = nullptr;
    for (auto& one : laid) {
      const bool may = one.column->shrinks && one.width > kNarrowestColumn;
      if (may && (widest == nullptr || one.width > widest->width)) widest = &one;
    }
    if (widest == nullptr) return;
    const std::size_t cut = std::min(total - terminal_width, widest->width - kNarrowestColumn);
    widest->width -= cut;
    total -= cut;
  }
}

std::string padded(const Laid& laid, std::size_t row) {
  const std::string text = shortened(laid.texts[row], laid.width);
  const std::string space(laid.width - display_width(text), ' ');
  return laid.column->align == Align::right ? space + text : text + space;
}

}  // namespace

std::string to_text(const Table& table, const Terminal& terminal) {
  if (table.rows.empty()) return {};
  std::vector<Laid> laid = lay_out(table);
  shrink_to(laid, terminal.width);
  std::string out;
  for (std::size_t row = 0; row <= table.rows.size(); ++row) {
    std::string line;
    for (std::size_t c = 0; c < laid.size(); ++c) {
      if (c > 0) line.append(kGap, ' ');
      line += padded(laid[c], row);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += row == 0 ? styled(terminal, Style::bold, line) : line;
    out += '\n';
  }
  return out;
}

std::string to_plain(const Table& table) {
  std::string out;
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c > 0) out += '\t';
      const auto* text = std::get_if<std::string>(&row[c].value);
      // A backslash stays one, so that what is printed can be asked for again.
      out += text != nullptr ? printable_message(*text) : exact_text(row[c]);
    }
    out += '\n';
  }
  return out;
}

void write_row(JsonWriter& json, const Table& table, const std::vector<Cell>& row) {
  OXBOW_ASSERT(row.size() == table.columns.size(), "a row has a cell for every column");
  for (std::size_t c = 0; c < row.size(); ++c) {
    const std::string& name = table.columns[c].name;
    if (const auto* text = std::get_if<std::string>(&row[c].value)) {
      json.bytes(name, *text);
    } else if (const auto* number = std::get_if<std::uint64_t>(&row[c].value)) {
      json.field(name, *number);
    } else if (const auto* real = std::get_if<double>(&row[c].value)) {
      json.field(name, *real);
    } else if (const auto* truth = std::get_if<bool>(&row[c].value)) {
      json.field(name, *truth);
    } else {
      json.name(name).null();
    }
  }
}

void write_rows(JsonWriter& json, const Table& table) {
  json.begin_array();
  for (const auto& row : table.rows) {
    json.begin_object();
    write_row(json, table, row);
    json.end_object();
  }
  json.end_array();
}

}  // namespace oxbow
