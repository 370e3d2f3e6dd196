// The public answers as JSON: every field under its own name (message/describe.h lists them), keys
// and values as text or base64, contexts as the text that --context takes (base64url).
#pragma once

#include <oxbow/requests.h>
#include <oxbow/versions.h>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "message/describe.h"
#include "report/json.h"

namespace oxbow::cli {

template <class S>
void write_fields(JsonWriter& json, const S& content);

/// Writes the fields that describe() hands it into the object that is being written.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& json) : json_(json) {}

  template <class T>
  void operator()(std::string_view name, const T& content) {
    json_.name(name);
    write(content);
  }
  void bytes(std::string_view name, const std::string& content) {
    if (name == "context") {
      json_.field(name, context_text(content));
    } else {
      json_.bytes(name, content);
    }
  }

 private:
  template <class T>
  void write(const T& content) {
    if constexpr (std::is_enum_v<T>) {
      json_.value(enum_name(content));
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      json_.value(content);
    } else {
      json_.begin_object();
      write_fields(json_, content);
      json_.end_object();
    }
  }
  template <class T>
  void write(const std::optional<T>& maybe) {
    json_.value(maybe);
  }
  template <class T>
  void write(const std::vector<T>& list) {
    json_.begin_array();
    for (const T& one : list) write(one);
    json_.end_array();
  }

  JsonWriter& json_;
};

template <class S>
void write_fields(JsonWriter& json, const S& content) {
  FieldWriter writer(json);
  describe(writer, content);
}

/// A whole document: {"v":1,"type":"…", the answer's fields}.
template <class S>
JsonWriter document(std::string_view type, const S& answer) {
  JsonWriter json;
  json.begin_document(type);
  write_fields(json, answer);
  json.end_object();
  return json;
}

}  // namespace oxbow::cli
