#include <fmt/format.h>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/quorum_options.h"
#include "cli/quorum_text.h"
#include "cli/search_text.h"
#include "cli/sibling_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

Result<GetRequest> request_of(const Options& options) {
  GetRequest request;
  request.key = options.argument(0);
  const Result<std::string> r = quorum_need(options, "r");
  if (!r) return r.error();
  request.r = *r;
  request.strict = options.is_set("strict");
  request.search = options.is_set("search");
  if (options.has("adopt")) request.adopt = options.is_set("adopt");
  if (options.has("ttl")) request.ttl = options.number("ttl");
  request.timeout_ms = timeout_ms(options);
  if (!request.search && request.adopt.value_or(false)) {
    return Error{"usage", "--adopt keeps what a search finds: leave out --search=no", "", ""};
  }
  return request;
}

bool has_flooded(const GetAnswer& answer) { return answer.flood_ttl.has_value(); }

// Leaves out the figures of a search that was not made.
struct AnswerWriter {
  FieldWriter field;
  bool flooded;

  template <class T>
  void operator()(std::string_view name, const T& content) {
    if (flooded || (name != "hits" && name != "flood_ttl" && name != "search"))
      field(name, content);
  }
  void bytes(std::string_view name, const std::string& content) { field.bytes(name, content); }
};

void print_json(const Output& output, const std::string& key, const GetAnswer& answer) {
  JsonWriter json;
  json.begin_document("get").bytes("key", key);
  AnswerWriter writer{FieldWriter(json), has_flooded(answer)};
  describe(writer, answer);
  json.end_object();
  output.print(json);
}

// A program that reads bytes wants them alone; of several values each is a line at least.
void print_plain(const Output& output, const std::string& key, const GetAnswer& answer) {
  if (answer.values.size() == 1) return output.print(answer.values.front().value);
  for (const GetValue& value : answer.values) output.print_line(value.value);
  if (answer.values.size() > 1) {
    output.aside(
        fmt::format("{} has {} siblings: --one makes that an error, --json tells them "
                    "apart",
                    printable(key), answer.values.size()));
  }
}

std::string where_from(const GetAnswer& answer) {
  if (answer.source == Source::ring) return "From the ring: " + quorum_sentence(answer.quorum);
  const std::string holder =
      answer.hits.empty() ? "a holder"
                          : peer_text(answer.hits.front().holder_name, answer.hits.front().holder);
  // The ring did not say that it has never heard of it: the warning tells why.
  if (!answer.adopted && !answer.warning.empty()) {
    return fmt::format("From {}, found by a search", holder);
  }
  return fmt::format("From {}, found by a search: the ring {}", holder,
                     answer.adopted ? "had never heard of it, and keeps it from now on: " +
                                          quorum_sentence(answer.adoption)
                                    : "has never heard of it (--adopt makes it keep a copy)");
}

std::string not_found_text(const std::string& key, const GetAnswer& answer) {
  if (answer.deleted) {
    return fmt::format("{} was deleted. {}.", printable(key), where_from(answer));
  }
  std::string text = answer.warning.empty()
                         ? fmt::format("{}: the ring has never heard of it ({}).", printable(key),
                                       quorum_sentence(answer.quorum))
                         : fmt::format("{}: not found.", printable(key));
  if (!has_flooded(answer)) return text + " No search was made.";
  FindAnswer search;
  search.search = answer.search;
  return text + "\n" + search_summary(search) + "\n" + stopped_text(answer.search);
}

void print_for_people(const Invocation& invocation, const std::string& key,
                      const GetAnswer& answer) {
  const Output& output = invocation.output;
  if (!answer.found) return output.note(not_found_text(key, answer));
  if (answer.values.size() == 1) {
    output.print(value_text(answer.values.front().value));
    output.note("\n" + where_from(answer));
    if (answer.context.empty()) return;
    output.note("To replace this value:\n  " +
                replacing_command(invocation.oxbow(), key, "VALUE", answer.context));
    return;
  }
  output.note(fmt::format("{} has {} siblings, written without knowledge of each other:\n",
                          printable(key), answer.values.size()));
  output.print(side_by_side(answer.values, output.terminal().width));
  output.note("\n" + where_from(answer));
  output.note("To resolve the conflict, write one value over all of them:\n  " +
              replacing_command(invocation.oxbow(), key, "VALUE", answer.context));
}

void explain(const Output& output, const GetAnswer& answer) {
  output.note("\n" + quorum_details(answer.quorum, output.terminal()));
  if (answer.adopted) output.note("\n" + quorum_details(answer.adoption, output.terminal()));
  if (!has_flooded(answer)) return;
  FindAnswer search{answer.source == Source::flood, answer.hits, answer.search};
  output.note(search_summary(search));
  output.note(stopped_text(answer.search));
}

int exit_code(const GetAnswer& answer) {
  if (answer.found || answer.deleted) return answer.found ? exit_code::kDone : exit_code::kNothing;
  const bool is_known = !has_flooded(answer) || answer.search.stopped == Stopped::complete;
  return is_known ? exit_code::kNothing : exit_code::kIncomplete;
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Result<GetRequest> request = request_of(invocation.options);
  if (!request) return output.fail(request.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<GetAnswer> answer = client->get(*request);
  if (!answer) return fail_explained(invocation, answer.error());

  const bool has_too_many = invocation.options.is_set("one") && answer->values.size() > 1;
  if (output.is_json()) {
    print_json(output, request->key, *answer);
    return has_too_many ? exit_code::kSiblings : exit_code(*answer);
  }
  if (has_too_many) {
    const std::string count = std::to_string(answer->values.size());
    return output.fail(
        {"siblings",
         fmt::format("{} has {} siblings where one value was asked for; they are shown by "
                     "{} get {}",
                     printable(request->key), count, invocation.oxbow(), shell_word(request->key)),
         "one value", count});
  }
  if (output.is_for_people() || !answer->found) {
    print_for_people(invocation, request->key, *answer);
  } else {
    print_plain(output, request->key, *answer);
  }
  if (!answer->warning.empty()) output.aside("warning: " + printable(answer->warning));
  if (invocation.options.is_set("explain")) explain(output, *answer);
  return exit_code(*answer);
}

}  // namespace

Command get_command() {
  return {
      .name = "get",
      .summary = "read a key: from the ring, or else by a search",
      .details =
          "The members that the key belongs to are asked first. Only if they have never heard of "
          "it, it is searched for by a flood, and read from the nearest holder; --adopt hands what "
          "was found to the ring, so that the next get is one hop. If too few members answered, "
          "a search may still find what is no object of the ring, unless --r or --strict says what "
          "an answer has to be.\n\n"
          "Two values that were written without knowledge of each other are both kept, as "
          "siblings: they are shown side by side, with the command that replaces them by one. The "
          "context in it stands for what was seen, so that nothing else is replaced. It is "
          "base64url text.\n\n"
          "-o plain prints the value's bytes and nothing else. Exit code 1: never heard of, or "
          "deleted; 4: not enough members answered, or what was found is too large for a value; 5: "
          "--one, and there are siblings.",
      .arguments = {{"KEY", "the key"}},
      .options =
          {r_option(),
           strict_option(),
           {.name = "one",
            .help = "One value or none: siblings are an error (exit code 5).",
            .kind = Kind::boolean},
           {.name = "search",
            .help = "Search for what the ring has never heard of; --search=no asks the ring alone.",
            .kind = Kind::boolean,
            .fallback = "yes"},
           {.name = "adopt",
            .help = "Hand what a search found to the ring; without it, what the peer is configured "
                    "for.",
            .kind = Kind::boolean},
           {.name = "ttl",
            .argument = "N",
            .help = "How many hops that search may go; 0: the asked peer alone.",
            .kind = Kind::number,
            .most = 255},
           {.name = "timeout",
            .argument = "TIME",
            .help = "How long it may take at the most, the search included; without it, 5 s for "
                    "the ring, and for a search what the peer is configured for.",
            .kind = Kind::duration},
           explain_option()},
      .examples = {{"oxbow get cart/7", "all siblings, and the context for the next put"},
                   {"oxbow get cart/7 --one -o plain > cart", "the bytes of the one value"},
                   {"oxbow get GPL-3 --adopt", "found anywhere in the network, and kept"}},
      .run = run};
}

}  // namespace oxbow::cli
