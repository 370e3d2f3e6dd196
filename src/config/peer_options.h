// Everything that can be configured about one oxbowd, and where it may be said: command-line flags
// over OXBOW_* environment over a configuration FILE over the defaults that stand here.
//
// The options exist once, as a table: parsing, --help, --print-config, man pages and shell
// completion all follow from it.
#pragma once

#include <oxbow/result.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bucket_policy.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// What a command line asks for apart from running a peer.
enum class PeerAction : std::uint8_t { run, help, version, check_config, print_config };

struct PeerOptions {
  PeerAction action = PeerAction::run;
  std::string file;  ///< the configuration file that was read; empty: none

  // Address and name ---------------------------------------------------------------------------
  Address listen{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}, 7400};
  std::optional<Address> advertise;  ///< where others can dial this peer; unset: as `listen`
  std::optional<PeerId> id;          ///< unset: the one kept in `data`, else drawn at each start
  std::string name;                  ///< for people; empty: the id's first digits
  std::string network = "oxbow";     ///< only peers of the same network talk

  // Neighbors ----------------------------------------------------------------------------------
  std::vector<std::string> neighbors;  ///< HOST:PORT, kept up with back-off
  bool is_static = false;              ///< exactly these links: no discovery
  std::uint32_t minimum_degree = limits::kMinimumDegree;
  std::uint32_t outgoing_links = limits::kOutgoingLinks;
  std::uint32_t incoming_links = limits::kIncomingLinks;

  // Search -------------------------------------------------------------------------------------
  std::uint8_t ttl = limits::kDefaultTtl;
  std::uint8_t ttl_cap = limits::kTtlCap;
  bool reforward_duplicates = false;  ///< route copies on whose TTL is higher than any before
  Duration find_timeout = limits::kFindTimeout;
  Duration patience = limits::kPatience;  ///< × TTL put on the copies: wait for their answers
  std::uint32_t hits_per_query = limits::kHitsPerQuery;
  double query_rate = limits::kQueryRate;  ///< per second and neighbor; 0: no limit
  double query_burst = limits::kQueryBurst;

  // Sharing ------------------------------------------------------------------------------------
  std::vector<std::string> shares;  ///< folders; from a FILE, relative ones are taken from there

  // Replicas -----------------------------------------------------------------------------------
  bool member = false;  ///< serves the replica layer; needs `data` or `id`
  std::string zone;     ///< failure domain
  double weight = 1;    ///< of its share of the ring
  std::string data;     ///< folder; empty: in memory. From a FILE like `shares`
  std::size_t cache = limits::kObjectCache;  ///< bytes of objects kept decoded, of those in `data`
  bool accept_loss = false;           ///< start although `data` holds less than was synced there
  std::vector<BucketPolicy> buckets;  ///< proposed to the ring; names differ
  bool adopt_on_find = false;         ///< located data goes into the ring
  Duration operation_timeout = limits::kOperationTimeout;  ///< of a get or put
  Duration replica_timeout = limits::kReplicaTimeout;      ///< for one member's answer
  double full_reads = limits::kFullReads;  ///< gets a second that ask all N and repair

  /// For so many microseconds the peer looks for more before it waits, while requests come in quick
  /// succession; 0: never.
  std::uint32_t idle_poll_us = limits::kIdlePollUs;

  // Clients ------------------------------------------------------------------------------------
  bool allow_remote_clients = false;  ///< otherwise only those of its own machine are served

  // Log ----------------------------------------------------------------------------------------
  LogLevel log_level = LogLevel::info;

  // Limits -------------------------------------------------------------------------------------
  std::size_t seen_entries = limits::kSeenEntries;
  std::size_t route_entries = limits::kRouteEntries;
  std::size_t echo_entries = limits::kEchoEntries;
  std::size_t trace_steps = limits::kTraceSteps;
  Duration hello_deadline = limits::kHelloDeadline;  ///< for a stranger to say what it is
};

enum class OptionKind : std::uint8_t {
  value,    ///< one value; given twice in one source: an error
  list,     ///< may be given many times; a source that names it replaces the lists below it
  boolean,  ///< `--x` or `--x=no`
  action,   ///< on the command line only, without a value
};

struct OptionInfo {
  std::string_view name;  ///< without dashes; the key in a FILE
  char letter = 0;        ///< of the short form; 0: none
  OptionKind kind = OptionKind::value;
  std::string_view argument;  ///< what stands for the value: "ADDR", "N", "DIR", "drop|reforward"
  std::string_view help;      ///< one or two sentences, without the default
  std::string_view section;   ///< heading under which it is listed; equal ones stand together
};

/// Every option, in the order in which people should read them. Lives as long as the program.
std::span<const OptionInfo> peer_option_table();

/// The default of an option as one would write it; empty: none.
std::string default_text(const OptionInfo& option);

/// OXBOW_ and the name in capitals, `-` as `_`.
std::string environment_name(const OptionInfo& option);

/// The value of an environment variable; none: it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;
/// Looks into this process's environment.
std::optional<std::string> process_environment(const std::string& name);

/// Options from all sources. `arguments` are those after the program's name; at most one, the
/// FILE, may be without dashes. With an action of help or version nothing else is looked at.
/// Errors (code "usage", or "config" for what is wrong in FILE) name the flag, the variable or
/// FILE:LINE, what was wrong and what would be right.
Result<PeerOptions> load_peer_options(std::span<const char* const> arguments,
                                      const EnvironmentLookup& environment);

/// Options from a configuration file alone, over the defaults. `name` is the file's stem where the
/// file gives none.
Result<PeerOptions> read_peer_file(const std::string& path);

/// All options in the syntax of a configuration file: reading it gives the same options.
std::string print_peer_options(const PeerOptions& options);

/// What `oxbowd --help` prints.
std::string peer_help();

}  // namespace oxbow
