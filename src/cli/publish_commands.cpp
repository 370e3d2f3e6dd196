#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/limits.h"
#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

// One byte more than a value may have is enough to know that it is too large.
Result<std::string> read_value(const std::string& path) {
  const bool standard_input = path == "-";
  std::unique_ptr<std::FILE, CloseFile> file(standard_input ? stdin
                                                            : std::fopen(path.c_str(), "rbe"));
  const auto failed = [&] {
    return Error{"bad-file", "cannot read " + path + ": " + std::strerror(errno), "", path};
  };
  if (!file) return failed();
  std::string value(limits::kValue + 1, '\0');
  value.resize(std::fread(value.data(), 1, value.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed();
  return value;
}

Result<std::string> value_of(const std::string& argument) {
  Result<std::string> value = argument == "-"             ? read_value("-")
                              : argument.starts_with("@") ? read_value(argument.substr(1))
                                                          : Result<std::string>(argument);
  if (value && value->size() > limits::kValue) {
    return Error{"too-large",
                 fmt::format("a value has {} at the most (share a folder for larger files: oxbowd "
                             "--share DIR)",
                             human_bytes(limits::kValue)),
                 human_bytes(limits::kValue), "more"};
  }
  return value;
}

int publish(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string key = invocation.options.argument(0);
  Result<std::string> value = value_of(invocation.options.argument(1));
  if (!value) return output.fail(value.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<PublishAnswer> answer = client->publish(key, *value);
  if (!answer) return output.fail(answer.error());

  if (output.is_json()) {
    JsonWriter json;
    json.begin_document("publish").bytes("key", key).field("size", value->size());
    write_fields(json, *answer);
    json.end_object();
    output.print(json);
  } else if (output.format() == Format::plain) {
    output.print_line(fmt::format("{}\t{}\t{}", printable(key), value->size(), answer->sha256));
  } else {
    output.note(fmt::format("{} {} ({}, sha256 {})", answer->replaced ? "Replaced" : "Published",
                            printable(key), human_bytes(value->size()), answer->sha256));
  }
  return exit_code::kDone;
}

int unpublish(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string key = invocation.options.argument(0);
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<UnpublishAnswer> answer = client->unpublish(key);
  if (!answer) return output.fail(answer.error());

  if (output.is_json()) {
    JsonWriter json;
    json.begin_document("unpublish").bytes("key", key);
    write_fields(json, *answer);
    json.end_object();
    output.print(json);
  } else {
    output.note(answer->found ? "Unpublished " + printable(key)
                              : printable(key) + " was not published here");
  }
  return answer->found ? exit_code::kDone : exit_code::kNothing;
}

}  // namespace

Command publish_command() {
  return {.name = "publish",
          .summary = "put a value under a key into the peer's local index",
          .details =
              "Other peers then find the key at this peer. A value that was published under "
              "the same key is replaced.",
          .arguments = {{"KEY", "the key"},
                        {"VALUE", "the value; @FILE for a file's content, - for standard input"}},
          .options = {},
          .examples = {{"oxbow publish greeting hello", "a short text"},
                       {"oxbow publish notes/today @today.txt", "a file's content"}},
          .run = publish};
}

Command unpublish_command() {
  return {.name = "unpublish",
          .summary = "take a published value out of the peer's local index",
          .details =
              "Exit code 1: nothing was published under that key. Files of shared folders are "
              "not concerned.",
          .arguments = {{"KEY", "the key"}},
          .options = {},
          .examples = {{"oxbow unpublish greeting", "undoes oxbow publish greeting hello"}},
          .run = unpublish};
}

}  // namespace oxbow::cli
