#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>

#include "cli/command_list.h"
#include "cli/local_network.h"
#include "cli/peer_folder.h"
#include "report/progress.h"
#include "report/text.h"
#include "report/units.h"

extern char** environ;

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kGrace{5000};     // between asking to end and forcing it
constexpr milliseconds kOneWait{500};    // between looks at whether the process still lives
constexpr milliseconds kRetryAfter{20};  // of a connection that was refused
constexpr std::size_t kLogLines = 10;

// Settings of whoever calls must not reach the peers: their files say what they are.
std::vector<std::string> environment_of_peers() {
  std::vector<std::string> kept;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view variable(*one);
    const bool ours = variable.starts_with("OXBOW_") || variable.starts_with("LISTEN_") ||
                      variable.starts_with("NOTIFY_SOCKET=");
    if (!ours) kept.emplace_back(variable);
  }
  return kept;
}

Result<std::string> find_oxbowd(const Invocation& invocation) {
  const std::string given = invocation.options.text("oxbowd");
  const std::string path =
      !given.empty() ? given
                     : (fs::path(invocation.console.program).parent_path() / "oxbowd").string();
  if (::access(path.c_str(), X_OK) == 0) return fs::absolute(path).string();
  return Error{"usage",
               fmt::format("there is no oxbowd at {} (say where it is with --oxbowd PATH)", path),
               "", path};
}

// Held until this command ends, so that two of them cannot start one network.
Result<Descriptor> lock_network(const std::string& networks, const std::string& name) {
  const std::string path = networks + "/" + name + ".lock";
  Descriptor lock(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  return Error{"running", fmt::format("another oxbow net up is starting {}", name), "", name};
}

Status make_room(const LocalNetwork& network, const std::string& networks) {
  if (const auto old = read_network(networks, network.name)) {
    if (running_peers(*old) > 0) {
      return Error{
          "running",
          fmt::format("network {} is running already, from {} (end it with: oxbow net down "
                      "{})",
                      network.name, old->folder, network.name),
          "", network.name};
    }
  }
  remove_network(network);
  std::error_code error;
  fs::create_directory(network.state, error);
  if (error) {
    return Error{"file", fmt::format("cannot make {}: {}", network.state, error.message()), "", ""};
  }
  return Done{};
}

std::vector<std::string> last_log_lines(const std::string& path) {
  std::ifstream file(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back("  " + line);
    if (lines.size() > kLogLines) lines.pop_front();
  }
  if (lines.empty()) lines.emplace_back("  (its log is empty)");
  return {lines.begin(), lines.end()};
}

Error start_failed(const LocalPeer& peer, const std::string& what) {
  return {"start-failed",
          fmt::format("peer {} {}; all peers were ended. Its log ends with:", peer.name, what), "",
          peer.name};
}

/// What is shown below the error: the end of that peer's log.
std::vector<std::string> why_not_started(const LocalNetwork& network, const Error& error) {
  const auto peer = std::find_if(network.peers.begin(), network.peers.end(),
                                 [&](const LocalPeer& one) { return one.name == error.got; });
  if (error.code != "start-failed" || peer == network.peers.end()) return {};
  std::vector<std::string> lines = last_log_lines(peer->log);
  const bool port_is_taken = std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("address in use") != std::string::npos;
  });
  if (port_is_taken) lines.emplace_back("(net up --free-ports chooses ports itself)");
  return lines;
}

Status start_all(LocalNetwork& network, std::vector<PlannedPeer>& plans, const std::string& oxbowd,
                 const std::vector<std::string>& settings) {
  const std::vector<std::string> environment = environment_of_peers();
  for (PlannedPeer& plan : plans) {
    Launch launch;
    launch.command = {oxbowd, plan.file};
    launch.command.insert(launch.command.end(), plan.arguments.begin(), plan.arguments.end());
    for (const std::string& setting : settings) launch.command.push_back("--" + setting);
    launch.environment = environment;
    // The name was checked to be printable, but may hold a slash.
    launch.log = fmt::format("{}/{}.log", network.state, fs::path(plan.file).stem().string());
    launch.listening = plan.socket.get();
    Result<ProcessName> process = start(launch);
    if (!process) return process.error();
    network.peers.push_back({plan.name, plan.address, *process, launch.log});
    // Written down at once: should this command be interrupted, `net down` knows all of them.
    if (Status written = write_network(network); !written) return written;
    plan.socket.reset();
  }
  return Done{};
}

Status all_are_running(const LocalNetwork& network) {
  for (const LocalPeer& peer : network.peers) {
    if (!is_running(peer.process)) return start_failed(peer, "ended while it was starting");
  }
  return Done{};
}

Status wait_until_ready(const LocalNetwork& network, const LocalPeer& peer,
                        steady_clock::time_point deadline) {
  std::string waiting_for = "it to answer";
  for (;;) {
    if (Status running = all_are_running(network); !running) return running;
    if (steady_clock::now() >= deadline) {
      return start_failed(peer, "was not ready in time: it waits for " + waiting_for);
    }
    Result<Client> client = Client::connect(peer.address, kOneWait);
    if (!client) {
      ::poll(nullptr, 0, static_cast<int>(kRetryAfter.count()));
      continue;
    }
    client->set_patience(kOneWait);
    Result<WaitReadyAnswer> answer = client->wait_ready(kOneWait);
    if (answer && answer->ready) return Done{};
    if (answer) waiting_for = answer->waiting_for;
  }
}

Status wait_for_all(const LocalNetwork& network, milliseconds timeout, Progress& progress) {
  const auto deadline = steady_clock::now() + timeout;
  for (std::size_t i = 0; i < network.peers.size(); ++i) {
    progress.show(fmt::format("{} of {} ready, waiting for {}", i,
                              counted(network.peers.size(), "peer"),
                              printable(network.peers[i].name)));
    if (Status ready = wait_until_ready(network, network.peers[i], deadline); !ready) return ready;
  }
  return Done{};
}

void end_all(const LocalNetwork& network) {
  std::vector<ProcessName> processes;
  for (const LocalPeer& peer : network.peers) processes.push_back(peer.process);
  end_processes(processes, kGrace);
  remove_network(network);
}

Result<std::vector<PlannedPeer>> plan_of(const Options& options) {
  Result<std::vector<PlannedPeer>> plans = read_peer_folder(options.argument(0));
  if (!plans) return plans;
  for (const std::string& share : options.all("share")) {
    if (Status added = add_share(*plans, share); !added) return added.error();
  }
  if (options.is_set("free-ports")) {
    if (Status moved = use_free_ports(*plans); !moved) return moved.error();
    return plans;
  }
  for (const PlannedPeer& plan : *plans) {
    if (!plan.address.ends_with(":0")) continue;
    return Error{"config",
                 fmt::format("{}: listen = {} names no port that others could dial (start "
                             "the network with --free-ports)",
                             plan.file, plan.address),
                 "", plan.address};
  }
  return plans;
}

Result<std::string> name_of(const Options& options, const std::string& folder) {
  const std::string name =
      options.has("name") ? options.text("name") : fs::path(folder).filename().string();
  const bool fits = !name.empty() && name.size() <= 63 && name[0] != '.' && name[0] != '-' &&
                    name.find('/') == std::string::npos && printable(name) == name;
  if (fits) return name;
  return Error{"usage", fmt::format("'{}' cannot name a network: give another with --name", name),
               "", name};
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  std::error_code error;
  LocalNetwork network;
  network.folder = fs::canonical(options.argument(0), error).string();
  if (error) {
    return output.fail({"bad-file",
                        fmt::format("cannot read {}: {}", options.argument(0), error.message()), "",
                        options.argument(0)});
  }
  const Result<std::string> name = name_of(options, network.folder);
  if (!name) return output.fail(name.error());
  network.name = *name;
  const Result<std::string> oxbowd = find_oxbowd(invocation);
  if (!oxbowd) return output.fail(oxbowd.error());
  const Result<std::string> networks = networks_folder(invocation.console);
  if (!networks) return output.fail(networks.error());
  network.state = *networks + "/" + network.name;
  const Result<Descriptor> lock = lock_network(*networks, network.name);
  if (!lock) return output.fail(lock.error());
  Result<std::vector<PlannedPeer>> plans = plan_of(options);
  if (!plans) return output.fail(plans.error());
  if (Status room = make_room(network, *networks); !room) return output.fail(room.error());

  const auto started = steady_clock::now();
  Progress progress(output.quiet() ? Terminal() : output.error_terminal(), "");
  Status up = start_all(network, *plans, *oxbowd, options.all("set"));
  if (up) up = wait_for_all(network, options.duration("timeout"), progress);
  progress.wipe();
  if (!up) {
    const std::vector<std::string> log = why_not_started(network, up.error());
    end_all(network);
    return output.fail(up.error(), log);
  }

  if (output.format() == Format::json) {
    JsonWriter json;
    json.begin_document("network");
    write_network_fields(json, network);
    json.end_object();
    output.print(json);
    return exit_code::kDone;
  }
  output.print(peers_table({network}, false), "network", "peers", "peer");
  const std::chrono::duration<double, std::milli> took = steady_clock::now() - started;
  output.note(
      fmt::format("\nNetwork {}: {} ready after {}. Ask one of them, for example:\n"
                  "  oxbow --peer {} horizon\nand end them with: oxbow net down {}",
                  network.name, counted(network.peers.size(), "peer"), human_ms(took.count()),
                  network.peers.front().address, network.name));
  return exit_code::kDone;
}

}  // namespace

Command net_up_command() {
  return {
      .name = "net up",
      .summary = "start every peer of a folder",
      .details =
          "The folder holds one configuration file (.conf) per peer, with its neighbor list. Peers "
          "run on in the background, with logs of their own, until net down. When one of them "
          "fails "
          "to start, the end of its log is shown and the others are ended.",
      .arguments = {{"DIR", "the folder, such as peers/ring-6", true, Completes::folder}},
      .options = {{.name = "free-ports",
                   .help =
                       "Listen on free ports of 127.0.0.1 instead of those in the files; neighbor "
                       "lists follow.",
                   .kind = Kind::boolean},
                  {.name = "share",
                   .argument = "PEER=DIR",
                   .help = "Have a peer share one more folder.",
                   .repeated = true},
                  {.name = "set",
                   .argument = "KEY=VALUE",
                   .help = "Give every peer an option over its file, such as log-level=debug.",
                   .repeated = true},
                  {.name = "name",
                   .argument = "NAME",
                   .help = "What to call the network; without it, as the folder."},
                  {.name = "timeout",
                   .argument = "TIME",
                   .help = "How long to wait for all to be ready.",
                   .kind = Kind::duration,
                   .fallback = "30s"},
                  {.name = "oxbowd",
                   .argument = "PATH",
                   .help = "The program to start; without it, the oxbowd beside this program.",
                   .completes = Completes::file}},
      .examples = {{"oxbow net up peers/ring-6", "six peers, on the ports that their files name"},
                   {"oxbow net up peers/demo-20 --free-ports --share acacia=/usr/share/doc/bash",
                    "on free ports, one peer with files to find"}},
      .run = run};
}

}  // namespace oxbow::cli
