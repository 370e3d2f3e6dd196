// A folder under peers/: one configuration file per peer. Reads it, and works out how each peer is
// to be started, on its own port or on a free one.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <vector>

#include "cli/process.h"

namespace oxbow::cli {

struct PlannedPeer {
  std::string name;
  std::string file;     ///< path of its configuration file
  std::string address;  ///< where it is going to listen
  std::vector<std::string> neighbors;
  std::vector<std::string> shares;
  bool has_advertised = false;
  Descriptor socket;                   ///< that listens already; none: it opens its own
  std::vector<std::string> arguments;  ///< for oxbowd, after the file
};

/// Every *.conf of the folder, by file name. Errors name the file and line.
Result<std::vector<PlannedPeer>> read_peer_folder(const std::string& folder);

/// Gives every peer a free port of 127.0.0.1, and maps the neighbor lists to match.
Status use_free_ports(std::vector<PlannedPeer>& peers);

/// `PEER=DIR`: that peer shares that folder too.
Status add_share(std::vector<PlannedPeer>& peers, const std::string& assignment);

}  // namespace oxbow::cli
