// Networks of local peers that `oxbow net up` has started: what is written down about each, so that
// later commands can list and end it. One folder per network, under $XDG_RUNTIME_DIR/oxbow or,
// where that is not set, under a folder of the user's own in the temporary directory.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/process.h"

namespace oxbow::cli {

struct LocalPeer {
  std::string name;
  std::string address;
  ProcessName process;
  std::string log;  ///< path
};

struct LocalNetwork {
  std::string name;
  std::string folder;  ///< that its configuration files are in
  std::string state;   ///< folder of logs and of the record
  std::vector<LocalPeer> peers;
};

/// The folder of all networks, made if need be. An error if others could write to it.
Result<std::string> networks_folder(const Console& console);

/// Reads the record of one network; an error (code "no-network") if there is none.
Result<LocalNetwork> read_network(const std::string& networks, const std::string& name);
Status write_network(const LocalNetwork& network);
/// Forgets a network: its record and its logs.
void remove_network(const LocalNetwork& network);

/// All networks that have a record, by name.
std::vector<LocalNetwork> read_networks(const std::string& networks);

/// The network that `name_or_folder` names. Errors: "no-network", or "usage" if several would do.
Result<LocalNetwork> named_network(const std::string& networks, const std::string& name_or_folder);

std::size_t running_peers(const LocalNetwork& network);

/// Its peers as a table: name, pid, address, state; `network` as the first column, if wanted.
Table peers_table(const std::vector<LocalNetwork>& networks, bool with_network);

/// The fields of one network in the object that is being written.
void write_network_fields(JsonWriter& json, const LocalNetwork& network);

}  // namespace oxbow::cli
