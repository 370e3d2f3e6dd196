#include <fmt/format.h>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/search_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

std::string shares_text(const ShareStatus& shares) {
  std::string text =
      fmt::format("{} ({})", counted(shares.files, "file"), human_bytes(shares.bytes));
  if (shares.pending_files > 0) {
    text += fmt::format(", {} more to hash ({})", human_count(shares.pending_files),
                        human_bytes(shares.pending_bytes));
  }
  return shares.scanning ? text + ", looking for more" : text;
}

Table facts(const StatusAnswer& status) {
  Table table;
  table.columns = {{"name", "STATUS"}, {"value", "", Align::left, true}};
  table.columns[1].title = " ";
  table.add({"peer", status.name.empty() ? status.address : status.name});
  table.add({"address", status.address});
  table.add({"id", status.id});
  table.add({"network", status.network});
  table.add({"version", status.version});
  table.add({"up for", human_seconds(status.uptime_seconds)});
  table.add({"ready", status.ready ? std::string("yes") : "no: waiting for " + status.waiting_for});
  for (const std::string& conflict : status.id_conflicts) {
    table.add({"id used twice", printable(conflict)});
  }
  table.add({"links", human_count(status.links)});
  table.add({"published", fmt::format("{} ({})", counted(status.published, "value"),
                                      human_bytes(status.published_bytes))});
  table.add({"shared", shares_text(status.shares)});
  for (const std::string& warning : status.warnings) table.add({"warning", warning});
  return table;
}

Table numbers(const std::vector<Counter>& counters, std::string title) {
  Table table;
  table.columns = {{"name", std::move(title)}, {"value", "NUMBER", Align::right}};
  for (const Counter& counter : counters) {
    table.add({counter.name, Cell(counter.value, human_count(counter.value))});
  }
  return table;
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  Result<StatusAnswer> status = client->status();
  if (!status) return output.fail(status.error());

  if (output.is_json()) {
    output.print(document("status", *status));
  } else if (output.format() == Format::plain) {
    output.print(to_plain(facts(*status)));
    output.print(to_plain(numbers(status->tables, "")));
    output.print(to_plain(numbers(status->counters, "")));
  } else {
    output.print(to_text(facts(*status), output.terminal()));
    if (!status->tables.empty()) {
      output.print_line("");
      output.print(to_text(numbers(status->tables, "TABLE ENTRIES"), output.terminal()));
    }
    if (!status->counters.empty()) {
      output.print_line("");
      output.print(to_text(numbers(status->counters, "SINCE THE START"), output.terminal()));
    }
  }
  return exit_code::kDone;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .summary = "show what the peer is, holds and has done",
          .details = "",
          .arguments = {},
          .options = {},
          .examples = {{"oxbow status", "the peer on this machine"},
                       {"oxbow status --json", "the same for a program"}},
          .run = run};
}

}  // namespace oxbow::cli
