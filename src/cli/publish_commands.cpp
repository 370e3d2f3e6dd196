#include <fmt/format.h>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/value_argument.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

int publish(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string key = invocation.options.argument(0);
  Result<std::string> value = value_argument(invocation.options.argument(1));
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
    output.print_line(
        fmt::format("{}\t{}\t{}", printable(key), value->size(), printable(answer->sha256)));
  } else {
    output.note(fmt::format("{} {} ({}, sha256 {})", answer->replaced ? "Replaced" : "Published",
                            printable(key), human_bytes(value->size()), printable(answer->sha256)));
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
