// Every command is made in a file of its own; src/cli/commands.cpp puts them together.
#pragma once

#include "cli/command.h"

namespace oxbow::cli {

Command find_command();
Command get_command();
Command put_command();
Command del_command();
Command fetch_command();
Command publish_command();
Command unpublish_command();
Command peer_list_command();
Command peer_add_command();
Command peer_rm_command();
Command lookup_command();
Command compare_command();
Command ring_show_command();
Command ring_owner_command();
Command ring_join_command();
Command ring_leave_command();
Command ring_bucket_command();
Command status_command();
Command horizon_command();
Command trace_command();
Command wait_ready_command();
Command net_up_command();
Command net_down_command();
Command net_list_command();
Command help_command();
Command completion_command();
Command man_command();

}  // namespace oxbow::cli
