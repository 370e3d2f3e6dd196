#include <fmt/format.h>

#include <algorithm>

#include "cli/command_list.h"
#include "cli/local_network.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

constexpr std::chrono::milliseconds kGrace{5000};

std::string_view text_of(Ended ended) {
  switch (ended) {
    case Ended::asked:
      return "ended";
    case Ended::killed:
      return "killed";
    case Ended::before:
      return "had ended";
  }
  return "";
}

int down(Invocation& invocation) {
  const Output& output = invocation.output;
  const Result<std::string> networks = networks_folder(invocation.console);
  if (!networks) return output.fail(networks.error());
  const Result<LocalNetwork> network = named_network(*networks, invocation.options.argument(0));
  if (!network) return output.fail(network.error());

  std::vector<ProcessName> processes;
  for (const LocalPeer& peer : network->peers) processes.push_back(peer.process);
  const std::vector<Ended> ended = end_processes(processes, kGrace);
  remove_network(*network);

  Table table;
  table.columns = {
      {"name", "PEER"}, {"address", "ADDRESS"}, {"pid", "PID", Align::right}, {"ended", "STATE"}};
  for (std::size_t i = 0; i < ended.size(); ++i) {
    const LocalPeer& peer = network->peers[i];
    table.add(
        {peer.name, peer.address, static_cast<std::uint64_t>(peer.process.pid), text_of(ended[i])});
  }
  if (output.is_for_people()) {
    const auto count = [&](Ended how) {
      return static_cast<std::uint64_t>(std::count(ended.begin(), ended.end(), how));
    };
    std::string text = fmt::format("Network {}: {} ended", network->name,
                                   counted(count(Ended::asked) + count(Ended::killed), "peer"));
    if (count(Ended::killed) > 0)
      text += fmt::format(", {} of them by force", count(Ended::killed));
    if (count(Ended::before) > 0)
      text += fmt::format("; {} had ended before", count(Ended::before));
    output.note(text);
  } else {
    output.print(table, "network-down", "peers", "peer");
  }
  return exit_code::kDone;
}

int list(Invocation& invocation) {
  const Output& output = invocation.output;
  const Result<std::string> folder = networks_folder(invocation.console);
  if (!folder) return output.fail(folder.error());
  std::vector<LocalNetwork> networks;
  if (invocation.options.arguments().empty()) {
    networks = read_networks(*folder);
  } else {
    Result<LocalNetwork> one = named_network(*folder, invocation.options.argument(0));
    if (!one) return output.fail(one.error());
    networks.push_back(std::move(*one));
  }

  if (output.format() == Format::json) {
    JsonWriter json;
    json.begin_document("networks").name("networks").begin_array();
    for (const LocalNetwork& network : networks) {
      json.begin_object();
      write_network_fields(json, network);
      json.end_object();
    }
    json.end_array().end_object();
    output.print(json);
    return exit_code::kDone;
  }
  output.print(peers_table(networks, true), "networks", "peers", "peer");
  if (networks.empty()) output.note("No networks are running: start one with oxbow net up DIR");
  return exit_code::kDone;
}

}  // namespace

Command net_down_command() {
  return {.name = "net down",
          .summary = "stop every peer of a network",
          .details =
              "Peers are asked to end, and ended by force after 5 seconds. A process that is "
              "not the one that net up started is left alone.",
          .arguments = {{"NETWORK", "the folder that it was started from, or its name", true,
                         Completes::folder}},
          .options = {},
          .examples = {{"oxbow net down ring-6", "what oxbow net up peers/ring-6 started"}},
          .run = down};
}

Command net_list_command() {
  return {
      .name = "net list",
      .summary = "show the networks that net up has started",
      .details = "",
      .arguments = {{"NETWORK", "only this one: its folder or its name", false, Completes::folder}},
      .options = {},
      .examples = {{"oxbow net list", "which peers run, where, and as which process"}},
      .run = list};
}

}  // namespace oxbow::cli
