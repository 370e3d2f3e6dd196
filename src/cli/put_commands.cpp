#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/quorum_options.h"
#include "cli/quorum_text.h"
#include "cli/sibling_text.h"
#include "cli/value_argument.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

Result<PutRequest> put_request(const Options& options) {
  PutRequest request;
  request.key = options.argument(0);
  const Result<std::string> w = quorum_need(options, "w");
  if (!w) return w.error();
  const Result<std::string> context = context_argument(options.text("context"));
  if (!context) return context.error();
  Result<std::string> value = value_argument(options.argument(1));
  if (!value) return value.error();
  request.value = std::move(*value);
  request.context = *context;
  request.w = *w;
  request.strict = options.is_set("strict");
  request.timeout_ms = timeout_ms(options);
  return request;
}

Result<DeleteRequest> delete_request(const Options& options) {
  DeleteRequest request;
  request.key = options.argument(0);
  const Result<std::string> w = quorum_need(options, "w");
  if (!w) return w.error();
  const Result<std::string> context = context_argument(options.text("context"));
  if (!context) return context.error();
  request.context = *context;
  request.w = *w;
  request.strict = options.is_set("strict");
  request.timeout_ms = timeout_ms(options);
  return request;
}

template <class Answer>
void print_json(const Output& output, std::string_view type, const std::string& key,
                const Answer& answer) {
  JsonWriter json;
  json.begin_document(type).bytes("key", key);
  write_fields(json, answer);
  json.end_object();
  output.print(json);
}

int put(Invocation& invocation) {
  const Output& output = invocation.output;
  const Result<PutRequest> request = put_request(invocation.options);
  if (!request) return output.fail(request.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<PutAnswer> answer = client->put(*request);
  if (!answer) return fail_explained(invocation, answer.error());

  const std::string& key = request->key;
  if (output.is_json()) {
    print_json(output, "put", key, *answer);
    return exit_code::kDone;
  }
  if (output.format() == Format::plain) output.print_line(context_text(answer->context));
  output.note(fmt::format("Stored {} ({}): {}", printable(key), human_bytes(request->value.size()),
                          quorum_sentence(answer->quorum)));
  if (answer->siblings > 1) {
    output.note(fmt::format("{} has {} siblings now: see them with\n  {} get {}", printable(key),
                            answer->siblings, invocation.oxbow(), shell_word(key)));
  }
  if (!answer->warning.empty()) output.aside("warning: " + printable(answer->warning));
  if (output.is_for_people()) {
    output.note("To replace what you wrote:\n  " +
                replacing_command(invocation.oxbow(), key, "VALUE", answer->context));
  }
  if (invocation.options.is_set("explain")) {
    output.note("\n" + quorum_details(answer->quorum, output.terminal()));
  }
  return exit_code::kDone;
}

// Without a context, what there is to see now is what is meant.
Result<GetAnswer> see_first(Client& client, const DeleteRequest& request) {
  GetRequest get;
  get.key = request.key;
  get.strict = request.strict;
  get.search = false;
  get.timeout_ms = request.timeout_ms;
  return client.get(get);
}

/// What the first of two requests has left of the time for both; 0 stays the peer's default.
std::uint32_t left_of(std::uint32_t timeout_ms, std::chrono::steady_clock::time_point began) {
  if (timeout_ms == 0) return 0;
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return static_cast<std::uint32_t>(std::max<std::int64_t>(timeout_ms - taken.count(), 1));
}

int nothing_to_delete(const Output& output, const std::string& key, const GetAnswer& seen) {
  return output.fail(
      {"not-found",
       seen.deleted
           ? fmt::format("{} was deleted before: there is nothing to delete", key)
           : fmt::format("the ring has never heard of {}: there is nothing to delete", key),
       "", seen.deleted ? "deleted" : "never heard of"});
}

int del(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<DeleteRequest> request = delete_request(invocation.options);
  if (!request) return output.fail(request.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  const std::string& key = request->key;
  if (request->context.empty()) {
    const auto began = std::chrono::steady_clock::now();
    const Result<GetAnswer> seen = see_first(*client, *request);
    if (!seen) {
      Error error = seen.error();
      if (error.code == "quorum-not-met") {
        error.message =
            "what there is to delete could not be read (start members: oxbow ring show; or give "
            "--context of an earlier get)";
      }
      return fail_explained(invocation, error);
    }
    request->timeout_ms = left_of(request->timeout_ms, began);
    if (!seen->found) return nothing_to_delete(output, key, *seen);
    request->context = seen->context;
    output.note(fmt::format("No --context: deleting what there is now, {}.",
                            counted(seen->values.size(), "value")));
  }
  const Result<DeleteAnswer> answer = client->remove(*request);
  if (!answer) return fail_explained(invocation, answer.error());
  if (output.is_json()) {
    print_json(output, "del", key, *answer);
    return exit_code::kDone;
  }
  output.note(fmt::format("Deleted {}: {}", printable(key), quorum_sentence(answer->quorum)));
  if (answer->siblings > 0) {
    output.note(fmt::format(
        "{} left: the context does not cover what was written since. See it "
        "with\n  {} get {}",
        counted(answer->siblings, "value is", "values are"), invocation.oxbow(), shell_word(key)));
  }
  if (invocation.options.is_set("explain")) {
    output.note("\n" + quorum_details(answer->quorum, output.terminal()));
  }
  return exit_code::kDone;
}

}  // namespace

Command put_command() {
  return {
      .name = "put",
      .summary = "write a value under a key, N copies of it, into the ring",
      .details =
          "With --context of a get or put, the value replaces what that one saw; what others wrote "
          "in the meantime stays, as a sibling. Without --context it is added as a sibling: "
          "nothing "
          "is overwritten unread.\n\n"
          "Exit code 4: not enough copies were acknowledged in time. The value may have been "
          "stored nevertheless: get the key to see. The same put again loses nothing, but may "
          "leave the value there twice, as siblings: put one over both. 5: there are so many "
          "siblings already that no more are taken.\n\n"
          "-o plain prints the context of what was written.",
      .arguments = {{"KEY", "the key"},
                    {"VALUE",
                     "the value; @FILE for a file's content, @@TEXT for a text that begins with @, "
                     "- for standard input"}},
      .options = {w_option(), strict_option(),
                  context_option("What is replaced: the context that get or put printed, or @FILE "
                                 "with it."),
                  quorum_timeout_option(), explain_option()},
      .examples = {{"oxbow put cart/7 milk", "the first value, or one more sibling"},
                   {"oxbow put cart/7 @cart.json --w all", "a file's content, on all N members"},
                   {"oxbow put cart/7 'milk, eggs' --context AQABAg", "over what was seen"}},
      .run = put};
}

Command del_command() {
  return {
      .name = "del",
      .summary = "delete a key from the ring",
      .details =
          "Deletes what --context saw. Without it, the key is read first, and what it has then is "
          "deleted; the command says so. A value that is written at the same time stays.\n\n"
          "Exit code 1: there was nothing to delete; 4: as for put.",
      .arguments = {{"KEY", "the key"}},
      .options = {w_option(), strict_option(),
                  context_option("What is deleted: the context that get or put printed, or @FILE "
                                 "with it."),
                  quorum_timeout_option(), explain_option()},
      .examples = {{"oxbow del cart/7", "all values that it has now"}},
      .run = del};
}

}  // namespace oxbow::cli
