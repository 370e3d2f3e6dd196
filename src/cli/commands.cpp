#include <algorithm>

#include "cli/command_list.h"

namespace oxbow::cli {

const std::vector<OptionSpec>& global_options() {
  static const std::vector<OptionSpec> options{
      {.name = "peer",
       .argument = "ADDR",
       .help = "The peer to ask, IP:PORT; else OXBOW_PEER, else this default.",
       .fallback = "127.0.0.1:7400"},
      {.name = "output",
       .argument = "FORMAT",
       .help =
           "table (for people), json, ndjson (a JSON document a line) or plain (tab-separated).",
       .kind = Kind::choice,
       .fallback = "table",
       .choices = {"table", "json", "ndjson", "plain"},
       .letter = 'o'},
      {.name = "json", .help = "Short for -o json.", .kind = Kind::boolean},
      {.name = "quiet",
       .help = "Data only: no summaries, no notes, no progress.",
       .kind = Kind::boolean,
       .letter = 'q'},
      {.name = "help", .help = "Explain the command.", .kind = Kind::action, .letter = 'h'},
      {.name = "version", .help = "Print the version.", .kind = Kind::action},
  };
  return options;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      find_command(),       get_command(),        put_command(),         del_command(),
      fetch_command(),      publish_command(),    unpublish_command(),   peer_list_command(),
      peer_add_command(),   peer_rm_command(),    ring_show_command(),   ring_owner_command(),
      ring_join_command(),  ring_leave_command(), ring_bucket_command(), lookup_command(),
      compare_command(),    status_command(),     horizon_command(),     trace_command(),
      wait_ready_command(), net_up_command(),     net_down_command(),    net_list_command(),
      help_command(),       completion_command(), man_command(),
  };
  return all;
}

const Command* find_command(std::string_view name) {
  const auto found = std::find_if(commands().begin(), commands().end(),
                                  [name](const Command& command) { return command.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

}  // namespace oxbow::cli
