#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "base/limits.h"
#include "cli/answer_json.h"
#include "cli/bucket_text.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/search_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {

std::string bucket_text(const BucketInfo& bucket) {
  return fmt::format("bucket {}: N {}, R {}, W {}, conflicts {}, {}", printable(bucket.name),
                     bucket.n, bucket.r, bucket.w, printable(bucket.conflict),
                     bucket.sync ? "synced" : "not synced");
}

namespace {

std::string remark_of(const MemberInfo& member) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (member.self) add("the asked peer");
  if (!member.reachable) add("not reached");
  if (!member.id_conflict.empty()) add(printable(member.id_conflict));
  if (member.hints > 0) {
    add(fmt::format("{} ({}) kept for it here", counted(member.hints, "hint"),
                    human_bytes(member.hint_bytes)));
  }
  return text;
}

Table members_table(const std::vector<MemberInfo>& members) {
  Table table;
  table.columns = {{"address", "ADDRESS"},
                   {"name", "NAME", Align::left, true},
                   {"zone", "ZONE"},
                   {"state", "STATE"},
                   {"tokens", "TOKENS", Align::right},
                   {"share", "OWNS", Align::right},
                   {"remark", "REMARK", Align::left, true},
                   {"id", ""}};
  for (const MemberInfo& member : members) {
    table.add({member.address, member.name, member.zone, member.state, member.tokens,
               Cell(member.share, fmt::format("{:.1f} %", member.share * 100)), remark_of(member),
               member.id});
  }
  return table;
}

int show(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<RingAnswer> answer = client->ring();
  if (!answer) return output.fail(answer.error());

  if (output.format() == Format::json) {
    output.print(document("ring", *answer));
    return exit_code::kDone;
  }
  if (output.format() == Format::ndjson) {
    for (const MemberInfo& member : answer->members) output.print(document("member", member));
    for (const BucketInfo& bucket : answer->buckets) output.print(document("bucket", bucket));
    return exit_code::kDone;
  }
  output.print(members_table(answer->members), "ring", "members", "member");
  if (answer->members.empty()) {
    output.note(
        fmt::format("No members yet: make this peer one with {} ring join", invocation.oxbow()));
    return exit_code::kDone;
  }
  output.note("");
  for (const std::string& warning : answer->warnings) {
    output.note(fmt::format("Warning: {}", printable(warning)));
  }
  for (const BucketInfo& bucket : answer->buckets) output.note(bucket_text(bucket));
  output.note(fmt::format(
      "ring version {}, digest {}; {}", answer->version, printable(answer->digest),
      answer->member ? fmt::format("the asked peer keeps {}", counted(answer->objects, "object"))
                     : "the asked peer is no member"));
  return exit_code::kDone;
}

int owner(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string key = invocation.options.argument(0);
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<OwnerAnswer> answer = client->owner(key);
  if (!answer) return output.fail(answer.error());

  if (output.is_json()) {
    JsonWriter json;
    json.begin_document("owner").bytes("key", key);
    write_fields(json, *answer);
    json.end_object();
    output.print(json);
    return exit_code::kDone;
  }
  Table table;
  table.columns = {{"role", "ROLE"},
                   {"address", "ADDRESS"},
                   {"name", "NAME", Align::left, true},
                   {"zone", "ZONE"},
                   {"remark", "REMARK", Align::left, true},
                   {"id", ""}};
  const auto add = [&](std::string_view role, const MemberInfo& member) {
    table.add({role, member.address, member.name, member.zone, remark_of(member), member.id});
  };
  for (const MemberInfo& member : answer->primaries) add("primary", member);
  for (const MemberInfo& member : answer->fallbacks) add("fallback", member);
  output.print(table, "owner", "members", "member");
  output.note(fmt::format("\n{} is at position {} of the ring; {}", printable(key),
                          printable(answer->position), bucket_text(answer->bucket)));
  return exit_code::kDone;
}

template <class Answer>
int report(const Output& output, std::string_view type, const Answer& answer,
           const std::string& changed, const std::string& unchanged) {
  if (output.is_json()) {
    output.print(document(type, answer));
  } else {
    output.note(fmt::format("{}; the ring has {}", answer.changed ? changed : unchanged,
                            counted(answer.members, "member")));
  }
  return exit_code::kDone;
}

Result<double> weight_of(const std::string& text) {
  char* end = nullptr;
  const double weight = std::strtod(text.c_str(), &end);
  const bool is_number = !text.empty() && end == text.c_str() + text.size();
  if (is_number && weight >= limits::kWeightLeast && weight <= limits::kWeightMost) return weight;
  const std::string needed =
      fmt::format("a number from {} to {}", limits::kWeightLeast, limits::kWeightMost);
  return Error{"usage", fmt::format("--weight={}: give {}", text, needed), needed, text};
}

int join(Invocation& invocation) {
  const Output& output = invocation.output;
  RingJoinRequest request;
  if (invocation.options.has("zone")) request.zone = invocation.options.text("zone");
  if (invocation.options.has("weight")) {
    const Result<double> weight = weight_of(invocation.options.text("weight"));
    if (!weight) return output.fail(weight.error());
    request.weight = *weight;
  }
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  const Result<RingJoinAnswer> answer = client->ring_join(request);
  if (!answer) return output.fail(answer.error());
  const int code =
      report(output, "ring-join", *answer, "Joined the ring", "It was a member before");
  if (!answer->kept) {
    output.note(
        "That holds for as long as this peer runs, as it keeps nothing on disk: set member, zone "
        "and weight in its configuration.");
  }
  return code;
}

// Each time the peer answers after some seconds, or once nothing is left to be handed on.
constexpr std::chrono::seconds kOneAnswer{10};

int leave(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  client->set_patience(kOneAnswer);
  const auto until = std::chrono::steady_clock::now() + invocation.options.duration("timeout");
  const RingLeaveRequest request{invocation.options.is_set("force")};
  Result<RingLeaveAnswer> answer = client->ring_leave(request);
  const bool has_left = answer && answer->changed;
  const bool left_before = answer && answer->left_before;
  while (answer && answer->moving && std::chrono::steady_clock::now() < until) {
    answer = client->ring_leave(request);
  }
  if (!answer) return output.fail(answer.error());
  answer->changed = has_left;
  answer->left_before = left_before;
  const std::string before =
      answer->moving ? "Left before"
                     : "Left before; nothing is left to be handed on: this peer may be stopped";
  const int code = report(output, "ring-leave", *answer, "Left the ring",
                          left_before ? before : "It was no member");
  if (!answer->moving) return code;
  if (!output.is_json()) {
    output.note(
        fmt::format("{} and {} are still to be handed on: do not stop this peer before "
                    "`oxbow ring leave` says so (are all members up?)",
                    counted(answer->objects, "object"), counted(answer->hints, "hint")));
  }
  return exit_code::kIncomplete;
}

}  // namespace

Command ring_show_command() {
  return {.name = "ring show",
          .summary = "show the members of the ring, and the buckets",
          .details = "OWNS: the part of all keys whose first copy is there.",
          .arguments = {},
          .options = {},
          .examples = {{"oxbow ring show", "as the asked peer knows it"}},
          .run = show};
}

Command ring_owner_command() {
  return {.name = "ring owner",
          .summary = "show the members that a key belongs to",
          .details =
              "Its N primaries in the order in which they are asked, and who stands in for them.",
          .arguments = {{"KEY", "the key"}},
          .options = {},
          .examples = {{"oxbow ring owner cart/7", "where its copies are"}},
          .run = owner};
}

Command ring_join_command() {
  return {.name = "ring join",
          .summary = "make the asked peer a member of the ring",
          .details =
              "While the ring is empty or quiet: what the new member owns is handed to it "
              "afterwards. With a data folder the peer is so on the ring when it starts again, "
              "too, whatever its configuration says, until that is changed.",
          .arguments = {},
          .options = {{.name = "zone",
                       .argument = "ZONE",
                       .help = "Its data center or rack: copies are spread over zones. Without it, "
                               "as it is, else as configured.",
                       .may_be_empty = true},
                      {.name = "weight",
                       .argument = "X",
                       .help = "How much it takes, 0.01 to 8; 2 is twice as much as others. "
                               "Without it, as it is, else as configured."}},
          .examples = {{"oxbow --peer 127.0.0.1:7402 ring join --zone east", "one member more"}},
          .run = join};
}

Command ring_leave_command() {
  return {.name = "ring leave",
          .summary = "end the asked peer's membership",
          .details =
              "What it keeps is handed to the members that own it from then on; it is done when "
              "nothing is left. Exit code 4: something is, and goes on being handed on.",
          .arguments = {},
          .options = {{.name = "force",
                       .help = "Even if it keeps objects that are on no other member yet.",
                       .kind = Kind::boolean},
                      {.name = "timeout",
                       .argument = "TIME",
                       .help = "How long to wait for that at the most.",
                       .kind = Kind::duration,
                       .fallback = "60s"}},
          .examples = {{"oxbow --peer 127.0.0.1:7402 ring leave", "one member less"}},
          .run = leave};
}

}  // namespace oxbow::cli
