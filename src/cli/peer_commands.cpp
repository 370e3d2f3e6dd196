#include <fmt/format.h>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

Table neighbors_table(const PeersAnswer& answer) {
  Table table;
  table.columns = {{"address", "ADDRESS"},
                   {"name", "NAME", Align::left, true},
                   {"state", "STATE"},
                   {"round_trip_ms", "ROUND TRIP", Align::right},
                   {"queries_in", "QUERIES IN", Align::right},
                   {"queries_out", "OUT", Align::right},
                   {"hits_in", "HITS IN", Align::right},
                   {"hits_out", "OUT", Align::right},
                   {"remark", "REMARK", Align::left, true},
                   {"id", ""}};
  for (const NeighborStatus& n : answer.neighbors) {
    std::string remark = n.last_error;
    if (n.state == "waiting" && n.retry_in_ms > 0) {
      remark += fmt::format("{}again in {}", remark.empty() ? "" : "; ",
                            human_ms(static_cast<double>(n.retry_in_ms)));
    }
    if (n.pressure) remark += remark.empty() ? "under pressure" : "; under pressure";
    Cell round_trip;
    if (n.round_trip_ms) round_trip = Cell(*n.round_trip_ms, human_ms(*n.round_trip_ms));
    table.add({n.address, n.name, n.state, round_trip, n.queries_in, n.queries_out, n.hits_in,
               n.hits_out, remark, n.id});
  }
  return table;
}

int list(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<PeersAnswer> answer = client->peers();
  if (!answer) return output.fail(answer.error());

  if (output.format() == Format::json) {
    output.print(document("peers", *answer));
  } else if (output.format() == Format::ndjson) {
    for (const NeighborStatus& neighbor : answer->neighbors) {
      output.print(document("neighbor", neighbor));
    }
  } else {
    output.print(neighbors_table(*answer), "peers", "neighbors", "neighbor");
    if (answer->neighbors.empty()) {
      output.note(
          fmt::format("No neighbors yet: add one with {} peer add HOST:PORT", invocation.oxbow()));
    }
  }
  return exit_code::kDone;
}

// For both changes: what was done to which address, in every format.
template <class Answer>
int report(const Output& output, std::string_view type, const std::string& address,
           const Answer& answer, const std::string& text) {
  if (output.is_json()) {
    JsonWriter json;
    json.begin_document(type).field("address", address);
    write_fields(json, answer);
    json.end_object();
    output.print(json);
  } else {
    output.note(text);
  }
  return exit_code::kDone;
}

int add(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string address = invocation.options.argument(0);
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<PeerAddAnswer> answer = client->peer_add(address);
  if (!answer) return output.fail(answer.error());
  return report(output, "peer-add", address, *answer,
                printable(address) + (answer->added ? " is kept as a neighbor from now on"
                                                    : " was kept as a neighbor before"));
}

int remove(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string address = invocation.options.argument(0);
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<PeerRemoveAnswer> answer = client->peer_remove(address);
  if (!answer) return output.fail(answer.error());
  report(output, "peer-rm", address, *answer,
         printable(address) + (answer->removed ? " is no neighbor any more" : " was no neighbor"));
  return answer->removed ? exit_code::kDone : exit_code::kNothing;
}

}  // namespace

Command peer_list_command() {
  return {.name = "peer list",
          .summary = "show the peer's neighbors",
          .details =
              "linked: queries go there. direct: connected, but no neighbor. dialling, "
              "waiting: an address that the peer keeps trying.",
          .arguments = {},
          .options = {},
          .examples = {{"oxbow peer list", "the neighbors of the peer on this machine"}},
          .run = list};
}

Command peer_add_command() {
  return {.name = "peer add",
          .summary = "add a neighbor and keep the link to it up",
          .details = "",
          .arguments = {{"ADDR", "HOST:PORT of the neighbor"}},
          .options = {},
          .examples = {{"oxbow peer add 192.0.2.7:7400", "one more link"}},
          .run = add};
}

Command peer_rm_command() {
  return {.name = "peer rm",
          .summary = "remove a neighbor",
          .details = "Exit code 1: there was no such neighbor.",
          .arguments = {{"ADDR", "address, id or name of the neighbor"}},
          .options = {},
          .examples = {{"oxbow peer rm 192.0.2.7:7400", "ends that link"}},
          .run = remove};
}

}  // namespace oxbow::cli
