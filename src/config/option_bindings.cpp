#include "config/option_bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "config/bucket_text.h"
#include "config/value_texts.h"

namespace oxbow::config {

namespace {

template <auto Field, std::uint64_t Least, std::uint64_t Most>
Binding number(OptionInfo info) {
  return {info,
          [](PeerOptions& options, const Texts& texts) -> Status {
            const auto value = read_number(texts.back(), Least, Most);
            if (!value) return value.error();
            auto& field = options.*Field;
            field = static_cast<std::remove_reference_t<decltype(field)>>(*value);
            return Done{};
          },
          [](const PeerOptions& options) { return Texts{fmt::format("{}", options.*Field)}; }};
}

/// A field with a reader for one text and a writer.
template <auto Field, auto Reader, auto Writer>
Binding text(OptionInfo info) {
  return {info,
          [](PeerOptions& options, const Texts& texts) -> Status {
            auto value = Reader(texts.back());
            if (!value) return value.error();
            options.*Field = std::move(value).value();
            return Done{};
          },
          [](const PeerOptions& options) { return Texts{std::string(Writer(options.*Field))}; }};
}

/// Like text(), where an empty text unsets the field.
template <auto Field, auto Reader>
Binding optional_text(OptionInfo info) {
  return {info,
          [](PeerOptions& options, const Texts& texts) -> Status {
            options.*Field = {};
            if (texts.back().empty()) return Done{};
            auto value = Reader(texts.back());
            if (!value) return value.error();
            options.*Field = std::move(value).value();
            return Done{};
          },
          [](const PeerOptions& options) {
            return Texts{options.*Field ? to_string(*(options.*Field)) : std::string()};
          }};
}

/// A list of values; empty elements are skipped, so that an empty text alone empties the list.
template <auto Field, auto Reader, auto Writer>
Binding list(OptionInfo info) {
  info.kind = OptionKind::list;
  return {info,
          [](PeerOptions& options, const Texts& texts) -> Status {
            (options.*Field).clear();
            for (const std::string& element : texts) {
              if (element.empty()) continue;
              auto value = Reader(element);
              if (!value) return value.error();
              (options.*Field).push_back(std::move(value).value());
            }
            return Done{};
          },
          [](const PeerOptions& options) {
            Texts texts;
            for (const auto& element : options.*Field) texts.push_back(Writer(element));
            return texts.empty() ? Texts{""} : texts;
          }};
}

std::string_view write_boolean(bool value) { return value ? "yes" : "no"; }

template <auto Field>
Binding boolean(OptionInfo info) {
  info.kind = OptionKind::boolean;
  info.argument = "yes|no";
  return text<Field, read_boolean, write_boolean>(info);
}

Binding action(OptionInfo info) {
  info.kind = OptionKind::action;
  info.section = "Instead of running";
  return {info, nullptr, nullptr};
}

Result<Address> read_address(std::string_view text) {
  auto address = parse_address(text);
  if (!address) return complaint("not IP:PORT, such as 127.0.0.1:7400 or [::1]:7400");
  return address;
}

Result<Address> read_advertised(std::string_view text) {
  auto address = read_address(text);
  if (address && (!address->is_unicast() || address->port == 0)) {
    return complaint("not an address that others can dial; give one of this machine and a port");
  }
  return address;
}

Result<PeerId> read_peer_id(std::string_view text) {
  auto id = parse_peer_id(text);
  if (!id || id->is_zero()) {
    return complaint("not a peer id: 32 hexadecimal digits, such as `openssl rand -hex 16` prints");
  }
  return id;
}

Result<std::string> read_optional_name(std::string_view text) {
  if (text.empty()) return std::string();
  return read_name(text);
}

Result<std::string> read_folder(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return complaint("not the name of a folder");
  return std::string(text);
}

Result<bool> read_duplicates(std::string_view text) {
  if (text == "drop") return false;
  if (text == "reforward") return true;
  return complaint("neither drop nor reforward");
}

Result<double> read_weight(std::string_view text) {
  const auto weight = read_decimal(text);
  if (!weight || *weight < limits::kWeightLeast || *weight > limits::kWeightMost) {
    return complaint(fmt::format("not a weight from {} to {}, where 1 is a usual share",
                                 limits::kWeightLeast, limits::kWeightMost));
  }
  return weight;
}

Result<bool> read_adopt(std::string_view text) {
  if (text == "on-find") return true;
  if (text == "never") return false;
  return complaint("neither on-find nor never");
}

Result<std::size_t> read_cache(std::string_view text) {
  return read_size(text, std::uint64_t{1} << 40);
}

constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error", "off"};

Result<LogLevel> read_level(std::string_view text) {
  const auto* const found = std::find(std::begin(kLevels), std::end(kLevels), text);
  if (found == std::end(kLevels)) return complaint("none of debug, info, warning, error, off");
  return static_cast<LogLevel>(found - std::begin(kLevels));
}

std::string same(const std::string& text) { return text; }
std::string write_address(const Address& address) { return to_string(address); }
std::string_view write_duplicates(bool reforward) { return reforward ? "reforward" : "drop"; }
std::string_view write_adopt(bool on_find) { return on_find ? "on-find" : "never"; }
std::string_view write_level(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

OptionInfo info(std::string_view section, std::string_view name, std::string_view argument,
                std::string_view help) {
  OptionInfo result;
  result.section = section;
  result.name = name;
  result.argument = argument;
  result.help = help;
  return result;
}

OptionInfo action_info(std::string_view name, char letter, std::string_view help) {
  OptionInfo result = info("", name, "", help);
  result.letter = letter;
  return result;
}

std::vector<Binding> make_bindings() {
  using O = PeerOptions;
  constexpr std::string_view kWho = "Address and name";
  constexpr std::string_view kNear = "Neighbors";
  constexpr std::string_view kFind = "Search";
  constexpr std::string_view kShare = "Sharing";
  constexpr std::string_view kRing = "Replicas";
  constexpr std::string_view kClient = "Clients";
  constexpr std::string_view kLog = "Log";
  constexpr std::string_view kLimit = "Limits";
  constexpr std::uint64_t kMany = std::uint64_t{1} << 30;
  return {
      text<&O::listen, read_address, write_address>(
          info(kWho, "listen", "IP:PORT",
               "Listen here for peers and clients. Port 0 lets the system choose.")),
      optional_text<&O::advertise, read_advertised>(
          info(kWho, "advertise", "IP:PORT",
               "Tell other peers to dial this address, where it is not the one listened on.")),
      optional_text<&O::id, read_peer_id>(
          info(kWho, "id", "HEX",
               "The peer id: 32 hexadecimal digits. Without it: the one kept in --data, else one "
               "drawn at each start.")),
      text<&O::name, read_optional_name, same>(
          info(kWho, "name", "NAME",
               "A name for people. Without it: FILE's name, or the id's first digits.")),
      text<&O::network, read_name, same>(
          info(kWho, "network", "NAME", "Only peers of the same network talk.")),

      list<&O::neighbors, read_endpoint, same>(
          info(kNear, "neighbor", "HOST:PORT",
               "A peer to flood to: dialled at the start, and again whenever it was lost.")),
      boolean<&O::is_static>(
          info(kNear, "static", "", "Keep exactly the configured neighbors: look for no others.")),
      number<&O::minimum_degree, 0, 1024>(
          info(kNear, "min-degree", "N", "With fewer neighbors than this, look for others.")),
      number<&O::outgoing_links, 0, 1024>(
          info(kNear, "max-outgoing", "N",
               "Most neighbors to dial. Configured ones always have a place.")),
      number<&O::incoming_links, 0, 1024>(
          info(kNear, "max-incoming", "N", "Most neighbors to accept.")),

      number<&O::ttl, 1, 255>(
          info(kFind, "ttl", "N", "How many hops a query travels, unless the client says.")),
      number<&O::ttl_cap, 1, 255>(
          info(kFind, "ttl-cap", "N",
               "Most hops that any query may travel; what asks for more is trimmed.")),
      text<&O::reforward_duplicates, read_duplicates, write_duplicates>(
          info(kFind, "duplicates", "drop|reforward",
               "Copies of a known query: drop them all, or route on those that could reach "
               "farther than any before.")),
      text<&O::find_timeout, read_duration, write_duration>(
          info(kFind, "find-timeout", "TIME", "End a search after this, unless the client says.")),
      text<&O::patience, read_duration, write_duration>(
          info(kFind, "patience", "TIME",
               "Wait this long, times a copy's TTL, for a neighbor to report on it.")),
      number<&O::hits_per_query, 1, 65535>(
          info(kFind, "hits-per-query", "N", "Most results to answer one query with.")),
      text<&O::query_rate, read_decimal, write_decimal>(
          info(kFind, "query-rate", "N",
               "Queries a second to take from one neighbor; 0: any number. Neighbors on loopback "
               "are not limited.")),
      text<&O::query_burst, read_decimal, write_decimal>(
          info(kFind, "query-burst", "N", "Queries to take from one neighbor at once.")),

      list<&O::shares, read_folder, same>(
          info(kShare, "share", "DIR",
               "A folder whose files others can find and fetch. In FILE, a relative folder is "
               "looked for beside FILE.")),

      boolean<&O::member>(info(
          kRing, "member", "",
          "Serve the replica layer: keep copies of objects. Needs data (or id, to keep them in "
          "memory).")),
      text<&O::zone, read_optional_name, same>(
          info(kRing, "zone", "TEXT",
               "What this member shares a failure with, such as a data center: copies are spread "
               "over zones.")),
      text<&O::weight, read_weight, write_decimal>(
          info(kRing, "weight", "X", "This member's share of the ring, 1 being a usual one.")),
      text<&O::data, read_folder, same>(
          info(kRing, "data", "DIR",
               "Keep objects, hints and the peer id in this folder, made if need be. Without it: "
               "in memory. In FILE, a relative folder is looked for beside FILE.")),
      text<&O::cache, read_cache, write_size>(
          info(kRing, "cache", "SIZE",
               "Memory for objects of --data that were read or written lately, such as 64MiB; 0: "
               "none.")),
      boolean<&O::accept_loss>(
          info(kRing, "accept-loss", "",
               "Start although the folder of --data holds less than was synced there, and go on "
               "with what is left; for one start. Otherwise such a start is refused.")),
      list<&O::buckets, read_bucket, write_bucket>(
          info(kRing, "bucket", "POLICY",
               "What is promised for keys that begin with NAME/: NAME n=3 r=2 w=2 "
               "conflict=siblings|lww sync=yes|no, where all but NAME may be left out.")),
      text<&O::adopt_on_find, read_adopt, write_adopt>(
          info(kRing, "adopt", "on-find|never",
               "Whether a get that found its key by a search hands the value to the ring, unless "
               "the client says.")),
      text<&O::operation_timeout, read_duration, write_duration>(
          info(kRing, "operation-timeout", "TIME",
               "End a get or put after this, unless the client says.")),
      text<&O::replica_timeout, read_duration, write_duration>(
          info(kRing, "replica-timeout", "TIME",
               "A member that has not answered by then counts as failed.")),
      text<&O::full_reads, read_decimal, write_decimal>(
          info(kRing, "full-reads", "N",
               "Gets a second that ask all members of a key, and repair them; the others ask as "
               "many as they need.")),

      number<&O::idle_poll_us, 0, 10'000>(info(
          kRing, "idle-poll-us", "N",
          "While requests come in quick succession, look for more for N microseconds (at "
          "most 10000) before waiting: answers are quicker, for some of the processor; 0: wait "
          "at once.")),

      boolean<&O::allow_remote_clients>(
          info(kClient, "allow-remote-clients", "",
               "Serve clients from other machines too: anyone who can connect can then publish "
               "and search. Otherwise only from loopback.")),

      text<&O::log_level, read_level, write_level>(
          info(kLog, "log-level", "debug|info|warning|error|off",
               "The least severe lines to write to stderr.")),

      number<&O::seen_entries, 16, kMany>(
          info(kLimit, "seen-entries", "N", "Most request ids to remember.")),
      number<&O::route_entries, 16, kMany>(
          info(kLimit, "route-entries", "N", "Most reverse paths to remember.")),
      number<&O::echo_entries, 16, kMany>(
          info(kLimit, "echo-entries", "N", "Most floods to report on at one time.")),
      number<&O::trace_steps, 0, kMany>(
          info(kLimit, "trace-steps", "N", "Most decisions to remember for `oxbow trace`.")),
      text<&O::hello_deadline, read_duration, write_duration>(
          info(kLimit, "hello-deadline", "TIME",
               "Hang up on whoever connects and has not said what it is by then.")),

      action(action_info("check-config", 0, "Check all options, then exit.")),
      action(action_info("print-config", 0, "Print all options as a configuration file.")),
      action(action_info("help", 'h', "Print this help.")),
      action(action_info("version", 'V', "Print the version.")),
  };
}

/// Levenshtein's distance: insertions, deletions and replacements that make `a` into `b`.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<Binding>& bindings() {
  static const std::vector<Binding> table = make_bindings();
  return table;
}

const Binding* find_binding(std::string_view name) {
  for (const Binding& binding : bindings()) {
    if (binding.info.name == name) return &binding;
  }
  return nullptr;
}

std::string suggestion(std::string_view unknown, bool dashes) {
  if (unknown.size() > 40) return "";
  std::string_view nearest;
  std::size_t fewest = 1 + unknown.size() / 3;
  for (const Binding& binding : bindings()) {
    if (binding.info.kind == OptionKind::action && !dashes) continue;
    const bool prefix = unknown.size() >= 3 && binding.info.name.starts_with(unknown);
    const std::size_t distance = prefix ? 1 : edits(unknown, binding.info.name);
    if (distance > fewest || (distance == fewest && !nearest.empty())) continue;
    nearest = binding.info.name;
    fewest = distance;
  }
  if (nearest.empty()) return "";
  return fmt::format(" (did you mean {}{}?)", dashes ? "--" : "", nearest);
}

}  // namespace oxbow::config
