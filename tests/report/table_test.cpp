#include "report/table.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace oxbow;

namespace {

Table example() {
  Table table;
  table.columns = {
      {"key", "KEY", Align::left, true}, {"size", "SIZE", Align::right}, {"sha256", ""}};
  table.add({"docs/grüße.txt", Cell(std::uint64_t{1536}, "1.5 KiB"), "ab12"});
  table.add({"\x1b[31mred", Cell(), "cd34"});
  return table;
}

}  // namespace

TEST_CASE("people see aligned columns without those for programs") {
  CHECK(to_text(example(), {}) ==
        "KEY                SIZE\n"
        "docs/grüße.txt  1.5 KiB\n"
        "\\x1b[31mred           -\n");
}

TEST_CASE("a narrow terminal cuts the column that may shrink") {
  CHECK(to_text(example(), {true, false, 19}) ==
        "KEY            SIZE\n"
        "docs/grüß…  1.5 KiB\n"
        "\\x1b[31mr…        -\n");
}

TEST_CASE("titles are bold only where colour is wanted") {
  Table table;
  table.columns = {{"name", "NAME"}};
  table.add({"north"});
  CHECK(to_text(table, {true, true, 80}) == "\x1b[1mNAME\x1b[0m\nnorth\n");
}

TEST_CASE("an empty table prints nothing") {
  Table table;
  table.columns = {{"name", "NAME"}};
  CHECK(to_text(table, {}) == "");
  CHECK(to_plain(table) == "");
}

TEST_CASE("programs see exact values separated by tabs") {
  CHECK(to_plain(example()) == "docs/grüße.txt\t1536\tab12\n\\x1b[31mred\t\tcd34\n");
}

TEST_CASE("rows become JSON objects that any parser reads back") {
  JsonWriter json;
  write_rows(json, example());
  CHECK(json.text() == R"([{"key":"docs/grüße.txt","size":1536,"sha256":"ab12"},)"
                       R"({"key":"\u001b[31mred","size":null,"sha256":"cd34"}])");
  CHECK(nlohmann::json::parse(json.text())[1]["key"] == "\x1b[31mred");
}

TEST_CASE("a key that is not UTF-8 travels as base64") {
  Table table;
  table.columns = {{"key", "KEY"}};
  table.add({"\xff\xfe"});
  JsonWriter json;
  write_rows(json, table);
  CHECK(json.text() == R"([{"key_b64":"//4="}])");
}
