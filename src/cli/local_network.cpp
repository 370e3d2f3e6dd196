#include "cli/local_network.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "report/text.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "network.json";

// Made for us alone, or refused: records name processes that are going to be killed.
Status make_private(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{"file",
                 fmt::format("cannot make {}: {} (records of networks go below XDG_RUNTIME_DIR; "
                             "without it, below the temporary directory)",
                             folder, std::strerror(errno)),
                 "", folder};
  }
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
      status.st_uid != ::geteuid() || (status.st_mode & 077) != 0) {
    return Error{"file",
                 fmt::format("{} is not a folder of yours alone (remove it, or set XDG_RUNTIME_DIR "
                             "to one that is)",
                             folder),
                 "", folder};
  }
  return Done{};
}

Error no_network(const std::string& name) {
  return {"no-network", fmt::format("no network {} is running (see oxbow net list)", name), "",
          name};
}

}  // namespace

Result<std::string> networks_folder(const Console& console) {
  const auto runtime = console.environment("XDG_RUNTIME_DIR");
  std::string folder;
  if (runtime && !runtime->empty()) {
    folder = *runtime + "/oxbow";
  } else {
    std::error_code ignored;
    const fs::path temporary = fs::temp_directory_path(ignored);
    folder =
        fmt::format("{}/oxbow-{}", temporary.empty() ? "/tmp" : temporary.string(), ::geteuid());
  }
  if (Status made = make_private(folder); !made) return made.error();
  return folder;
}

Result<LocalNetwork> read_network(const std::string& networks, const std::string& name) {
  LocalNetwork network;
  network.name = name;
  network.state = networks + "/" + name;
  std::ifstream file(network.state + "/" + kRecord);
  if (!file) return no_network(name);
  const auto record = nlohmann::json::parse(file, nullptr, false);
  if (!record.is_object()) return no_network(name);
  network.folder = record.value("folder", "");
  for (const auto& one : record.value("peers", nlohmann::json::array())) {
    LocalPeer peer;
    peer.name = one.value("name", "");
    peer.address = one.value("address", "");
    peer.process.pid = one.value("pid", 0);
    peer.process.start_time = one.value("start_time", std::uint64_t{0});
    peer.log = one.value("log", "");
    network.peers.push_back(std::move(peer));
  }
  return network;
}

Status write_network(const LocalNetwork& network) {
  JsonWriter json;
  json.begin_document("network").field("folder", network.folder).name("peers").begin_array();
  for (const LocalPeer& peer : network.peers) {
    json.begin_object().field("name", peer.name).field("address", peer.address);
    json.field("pid", peer.process.pid).field("start_time", peer.process.start_time);
    json.field("log", peer.log).end_object();
  }
  json.end_array().end_object();
  const std::string path = network.state + "/" + kRecord;
  {
    std::ofstream file(path + ".new", std::ios::binary | std::ios::trunc);
    file << json.text() << '\n';
    file.close();
    if (!file) return Error{"file", "cannot write " + path, "", path};
  }
  if (std::rename((path + ".new").c_str(), path.c_str()) != 0) {
    return Error{"file", fmt::format("cannot write {}: {}", path, std::strerror(errno)), "", path};
  }
  return Done{};
}

void remove_network(const LocalNetwork& network) {
  std::error_code ignored;
  fs::remove_all(network.state, ignored);
}

std::vector<LocalNetwork> read_networks(const std::string& networks) {
  std::vector<LocalNetwork> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(networks, error)) {
    if (!entry.is_directory()) continue;
    if (auto network = read_network(networks, entry.path().filename().string())) {
      all.push_back(std::move(*network));
    }
  }
  std::sort(all.begin(), all.end(),
            [](const LocalNetwork& a, const LocalNetwork& b) { return a.name < b.name; });
  return all;
}

Result<LocalNetwork> named_network(const std::string& networks, const std::string& name_or_folder) {
  std::error_code error;
  const std::string folder = fs::canonical(name_or_folder, error).string();
  std::vector<LocalNetwork> fitting;
  for (LocalNetwork& network : read_networks(networks)) {
    if (network.name == name_or_folder) return std::move(network);
    if (!folder.empty() && network.folder == folder) fitting.push_back(std::move(network));
  }
  if (fitting.empty()) return no_network(name_or_folder);
  if (fitting.size() > 1) {
    std::string names;
    for (const auto& network : fitting) names += (names.empty() ? "" : ", ") + network.name;
    return Error{"usage",
                 fmt::format("{} runs as several networks: say which of {}", name_or_folder, names),
                 names, name_or_folder};
  }
  return std::move(fitting.front());
}

std::size_t running_peers(const LocalNetwork& network) {
  return static_cast<std::size_t>(
      std::count_if(network.peers.begin(), network.peers.end(),
                    [](const LocalPeer& peer) { return is_running(peer.process); }));
}

Table peers_table(const std::vector<LocalNetwork>& networks, bool with_network) {
  Table table;
  if (with_network) table.columns.push_back({"network", "NETWORK"});
  for (Column column : std::vector<Column>{{"name", "PEER"},
                                           {"pid", "PID", Align::right},
                                           {"address", "ADDRESS"},
                                           {"state", "STATE"},
                                           {"log", ""}}) {
    table.columns.push_back(std::move(column));
  }
  for (const LocalNetwork& network : networks) {
    for (const LocalPeer& peer : network.peers) {
      std::vector<Cell> row;
      if (with_network) row.emplace_back(network.name);
      row.emplace_back(peer.name);
      row.emplace_back(static_cast<std::uint64_t>(peer.process.pid));
      row.emplace_back(peer.address);
      row.emplace_back(is_running(peer.process) ? "running" : "ended");
      row.emplace_back(peer.log);
      table.add(std::move(row));
    }
  }
  return table;
}

void write_network_fields(JsonWriter& json, const LocalNetwork& network) {
  json.field("name", network.name).bytes("folder", network.folder);
  json.name("peers");
  write_rows(json, peers_table({network}, false));
}

}  // namespace oxbow::cli
