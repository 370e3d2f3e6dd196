// A table as plain data, and its three faces: aligned columns for people, tab-separated lines for
// other programs, and JSON. A cell knows its exact value and, where people read it differently
// (1.5 MiB), that text too.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "report/json.h"
#include "report/terminal.h"

namespace oxbow {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string name;   ///< in JSON and plain output: lower case, words joined by _
  std::string title;  ///< for people; empty: the column is for programs only
  Align align = Align::left;
  bool shrinks = false;  ///< cut first where a terminal is too narrow
};

struct Cell {
  std::variant<std::monostate, std::string, std::uint64_t, double, bool> value;
  std::string text;  ///< for people, safe to print; empty: made from the value

  Cell() = default;  ///< unknown: null in JSON, - for people
  Cell(const char* content) : value(std::string(content)) {}
  Cell(std::string content) : value(std::move(content)) {}
  Cell(std::string_view content) : value(std::string(content)) {}
  Cell(double number, std::string shown = {}) : value(number), text(std::move(shown)) {}
  Cell(bool truth) : value(truth) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Cell(T number, std::string shown = {})
      : value(std::uint64_t{number}), text(std::move(shown)) {}
  template <class T>
  Cell(const std::optional<T>& maybe) : Cell(maybe ? Cell(*maybe) : Cell()) {}
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  void add(std::vector<Cell> row) { rows.push_back(std::move(row)); }
};

/// Aligned columns under their titles; every line ends with a newline. Nothing for no rows.
std::string to_text(const Table& table, const Terminal& terminal);

/// One line per row, cells separated by tabs, without titles; control characters are escaped.
std::string to_plain(const Table& table);

/// The row as fields of the object that is being written. Texts of columns named `key` and `value`
/// may be any bytes.
void write_row(JsonWriter& json, const Table& table, const std::vector<Cell>& row);

/// An array of one object per row.
void write_rows(JsonWriter& json, const Table& table);

}  // namespace oxbow
