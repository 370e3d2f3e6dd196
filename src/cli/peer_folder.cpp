#include "cli/peer_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/address.h"
#include "config/peer_options.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPeers = 200;  // processes that one command starts

// The same address in the same words, however it was written.
std::string normal(const std::string& endpoint) {
  std::string text = endpoint;
  if (text.starts_with("localhost:")) text.replace(0, 9, "127.0.0.1");
  const auto address = parse_address(text);
  return address ? to_string(*address) : endpoint;
}

void set_list(std::vector<std::string>& arguments, const std::string& name,
              const std::vector<std::string>& values) {
  std::erase_if(arguments, [&](const std::string& argument) {
    return argument.starts_with("--" + name + "=");
  });
  for (const std::string& value : values) arguments.push_back("--" + name + "=" + value);
}

}  // namespace

Result<std::vector<PlannedPeer>> read_peer_folder(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path().string());
  }
  if (error) {
    return Error{"bad-file", fmt::format("cannot read {}: {}", folder, error.message()), "",
                 folder};
  }
  if (files.empty()) {
    return Error{
        "bad-file",
        fmt::format("{} has no .conf files (one configuration file per peer; see peers/ for "
                    "examples)",
                    folder),
        "", folder};
  }
  if (files.size() > kPeers) {
    return Error{"too-large",
                 fmt::format("{} has {} .conf files; {} is the most", folder, files.size(), kPeers),
                 "", ""};
  }
  std::sort(files.begin(), files.end());

  std::vector<PlannedPeer> peers;
  std::map<std::string, std::string> names, addresses;  // to the file that has them
  for (const std::string& file : files) {
    const auto options = read_peer_file(file);
    if (!options) return options.error();
    PlannedPeer peer;
    peer.name = options->name;
    peer.file = file;
    peer.address = to_string(options->listen);
    peer.neighbors = options->neighbors;
    peer.shares = options->shares;
    peer.has_advertised = options->advertise.has_value();
    if (const auto [other, is_new] = names.emplace(peer.name, file); !is_new) {
      return Error{"config",
                   fmt::format("{} and {} both have name = {}", other->second, file, peer.name), "",
                   peer.name};
    }
    if (const auto [other, is_new] = addresses.emplace(peer.address, file); !is_new) {
      return Error{
          "config",
          fmt::format("{} and {} both have listen = {}", other->second, file, peer.address), "",
          peer.address};
    }
    peers.push_back(std::move(peer));
  }
  return peers;
}

Status use_free_ports(std::vector<PlannedPeer>& peers) {
  std::map<std::string, std::string> moved;
  for (PlannedPeer& peer : peers) {
    Result<FreePort> port = listen_on_free_port();
    if (!port) return port.error();
    moved[normal(peer.address)] = port->address;
    peer.socket = std::move(port->socket);
    peer.address = port->address;
  }
  for (PlannedPeer& peer : peers) {
    for (std::string& neighbor : peer.neighbors) {
      const auto found = moved.find(normal(neighbor));
      if (found != moved.end()) neighbor = found->second;
    }
    set_list(peer.arguments, "listen", {peer.address});
    if (peer.has_advertised) set_list(peer.arguments, "advertise", {peer.address});
    set_list(peer.arguments, "neighbor", peer.neighbors);
  }
  return Done{};
}

Status add_share(std::vector<PlannedPeer>& peers, const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string name = assignment.substr(0, equals);
  const std::string folder = equals == std::string::npos ? "" : assignment.substr(equals + 1);
  const auto peer = std::find_if(peers.begin(), peers.end(),
                                 [&](const PlannedPeer& one) { return one.name == name; });
  if (equals == std::string::npos || folder.empty()) {
    return Error{"usage", fmt::format("--share={}: give PEER=DIR", assignment), "", assignment};
  }
  if (peer == peers.end()) {
    std::string known;
    for (const PlannedPeer& one : peers) known += (known.empty() ? "" : ", ") + one.name;
    return Error{
        "usage",
        fmt::format("--share={}: there is no peer {} (peers are {})", assignment, name, known), "",
        name};
  }
  std::error_code error;
  const fs::path absolute = fs::canonical(folder, error);
  if (error || !fs::is_directory(absolute)) {
    return Error{"usage", fmt::format("--share={}: {} is not a folder", assignment, folder), "",
                 folder};
  }
  peer->shares.push_back(absolute.string());
  set_list(peer->arguments, "share", peer->shares);
  return Done{};
}

}  // namespace oxbow::cli
