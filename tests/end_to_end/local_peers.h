// Real processes for the tests of this folder: the built oxbow, and networks of built oxbowd that
// it starts on free ports. OXBOW_BIN names the folder of the programs.
#pragma once

#include <doctest/doctest.h>
#include <oxbow/client.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/process.h"

namespace oxbow::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  /// Writes a file below it, and the folders on the way; gives its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

/// What a program printed, and how it ended.
struct Ran {
  int code = -1;
  std::string out;
  std::string err;
  Json json() const {
    INFO(out << err);
    Json parsed = Json::parse(out, nullptr, false);
    REQUIRE_FALSE(parsed.is_discarded());
    return parsed;
  }
};

std::string program(const std::string& name);  ///< path of a built one
/// Runs a built program to its end, with `runtime` as its user's runtime folder.
Ran run_program(const std::string& name, const std::string& runtime, const Words& words);
/// Runs build/oxbow to its end; networks that it starts are recorded under `runtime`.
Ran run_oxbow(const std::string& runtime, const Words& words);

/// One running network; ends with the object.
class LocalPeers {
 public:
  /// `folder`: below peers/, or an absolute path. `options`: more of net up's.
  explicit LocalPeers(const std::string& folder, const Words& options = {});
  ~LocalPeers();
  LocalPeers(const LocalPeers&) = delete;
  LocalPeers& operator=(const LocalPeers&) = delete;

  /// Runs oxbow with that peer as the one that is asked.
  Ran ask(const std::string& peer, Words words) const;
  Client client(const std::string& peer) const;
  const std::string& address(const std::string& peer) const { return addresses_.at(peer); }
  std::string name_of(const std::string& address) const;
  /// SIGKILL, and waits until the process is gone.
  void kill(const std::string& peer) const;
  /// SIGSTOP: it keeps its connections and answers nothing; and SIGCONT.
  void pause(const std::string& peer) const;
  void resume(const std::string& peer) const;
  const std::string& runtime() const { return runtime_.path(); }

 private:
  TemporaryFolder runtime_;
  std::map<std::string, std::string> addresses_;
  std::map<std::string, int> pids_;
  std::vector<cli::ProcessName> processes_;
};

}  // namespace oxbow::test
