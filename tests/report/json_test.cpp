#include "report/json.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

using namespace oxbow;

TEST_CASE("fields keep their order and nest") {
  JsonWriter json;
  json.begin_document("example").field("yes", true).field("count", 3U).field("below", -4);
  json.name("list").begin_array().value("a").value(1.5).null().begin_object().end_object();
  json.end_array().name("empty").begin_array().end_array().field("last", "z").end_object();
  CHECK(json.text() == R"({"v":1,"type":"example","yes":true,"count":3,"below":-4,)"
                       R"("list":["a",1.5,null,{}],"empty":[],"last":"z"})");
}

TEST_CASE("every byte of a text survives, as text or as base64") {
  std::string controls;
  for (int c = 0; c < 128; ++c) controls += static_cast<char>(c);
  JsonWriter json;
  json.begin_object().bytes("key", controls).bytes("value", "\x80").end_object();
  const auto parsed = nlohmann::json::parse(json.text());
  CHECK(parsed["key"] == controls);
  CHECK(parsed["value_b64"] == "gA==");
  CHECK_FALSE(parsed.contains("value"));
}

TEST_CASE("numbers read back as they were, and what is no number is null") {
  JsonWriter json;
  json.begin_array()
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(std::numeric_limits<std::int64_t>::min())
      .value(0.1)
      .value(std::numeric_limits<double>::infinity())
      .value(std::optional<std::uint64_t>())
      .value(std::optional<std::uint64_t>(7))
      .end_array();
  CHECK(json.text() == "[18446744073709551615,-9223372036854775808,0.1,null,null,7]");
}

TEST_CASE("what could steer a terminal is escaped, and reads back the same") {
  const std::string text =
      "a\xe2\x80\xae"
      "b\xc2\x9b"
      "c\x7f d\xe2\x81\xa6 \xf3\xa0\x81\x81 Grüße 東京 \xf0\x9f\xa6\x9e";
  JsonWriter json;
  json.begin_object().field("name", text).end_object();
  CHECK(json.text() ==
        "{\"name\":\"a\\u202eb\\u009bc\\u007f d\\u2066 \\udb40\\udc41 Grüße 東京 "
        "\xf0\x9f\xa6\x9e\"}");
  CHECK(nlohmann::json::parse(json.text())["name"] == text);
}
