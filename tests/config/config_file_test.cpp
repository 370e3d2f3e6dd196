#include <doctest/doctest.h>

#include "config_helpers.h"

using namespace oxbow;
using namespace oxbow::testing;
using namespace std::chrono_literals;

namespace {

const TemporaryFolder& folder() {
  static const TemporaryFolder one;
  return one;
}

std::string error_of(const std::string& text) {
  const std::string path = folder().write("a.conf", text);
  const std::string message = message_of(read_peer_file(path));
  return message.starts_with(path) ? "a.conf" + message.substr(path.size()) : message;
}

}  // namespace

TEST_CASE("every key of a file arrives in its field") {
  const std::string path = folder().write("all.conf", R"(# a comment
listen = 127.0.0.1:0
advertise = 192.0.2.1:7400
id = 000102030405060708090a0b0c0d0e0f
name = lake # not a comment
network = river
neighbor = 127.0.0.1:7401
neighbor=host.example:7402
static = yes
min-degree = 1
max-outgoing = 2
max-incoming = 3
ttl = 4
ttl-cap = 5
duplicates = reforward
find-timeout = 1500ms
patience = 2s
hits-per-query = 6
query-rate = 0.5
query-burst = 7
share = /usr/share/doc
share = files
member = yes
zone = west
weight = 1.5
data = state
cache = 64MiB
accept-loss = yes
bucket = carts n=5 r=2 w=4 conflict=lww sync=no
bucket = sync=yes logs n=1
adopt = on-find
operation-timeout = 3s
replica-timeout = 200ms
full-reads = 0
allow-remote-clients = on
log-level = warning
seen-entries = 16
route-entries = 17
echo-entries = 18
trace-steps = 0
hello-deadline = 250ms
)");
  const auto options = read_peer_file(path);
  REQUIRE_MESSAGE(options.ok(), message_of(options));
  CHECK(to_string(options->listen) == "127.0.0.1:0");
  CHECK(to_string(*options->advertise) == "192.0.2.1:7400");
  CHECK(to_string(*options->id) == "000102030405060708090a0b0c0d0e0f");
  CHECK(options->name == "lake # not a comment");
  CHECK(options->network == "river");
  CHECK(options->neighbors == std::vector<std::string>{"127.0.0.1:7401", "host.example:7402"});
  CHECK(options->is_static);
  CHECK(options->minimum_degree == 1);
  CHECK(options->outgoing_links == 2);
  CHECK(options->incoming_links == 3);
  CHECK(options->ttl == 4);
  CHECK(options->ttl_cap == 5);
  CHECK(options->reforward_duplicates);
  CHECK(options->cache == std::size_t{64} << 20);
  CHECK(options->accept_loss);
  CHECK(options->find_timeout == 1500ms);
  CHECK(options->patience == 2s);
  CHECK(options->hits_per_query == 6);
  CHECK(options->query_rate == 0.5);
  CHECK(options->query_burst == 7);
  CHECK(options->shares == std::vector<std::string>{"/usr/share/doc", folder().path() + "/files"});
  CHECK(options->member);
  CHECK(options->zone == "west");
  CHECK(options->weight == 1.5);
  CHECK(options->data == folder().path() + "/state");
  CHECK(options->buckets ==
        std::vector<BucketPolicy>{{"carts", 5, 2, 4, Conflicts::lww, Sync::no},
                                  {"logs", 1, 1, 1, Conflicts::siblings, Sync::yes}});
  CHECK(options->adopt_on_find);
  CHECK(options->operation_timeout == 3s);
  CHECK(options->replica_timeout == 200ms);
  CHECK(options->full_reads == 0);
  CHECK(options->allow_remote_clients);
  CHECK(options->log_level == LogLevel::warning);
  CHECK(options->seen_entries == 16);
  CHECK(options->route_entries == 17);
  CHECK(options->echo_entries == 18);
  CHECK(options->trace_steps == 0);
  CHECK(options->hello_deadline == 250ms);

  const std::string printed = print_peer_options(*options);
  const auto again = read_peer_file(folder().write("again.conf", printed));
  REQUIRE_MESSAGE(again.ok(), message_of(again));
  CHECK(print_peer_options(*again) == printed);
}

TEST_CASE("the defaults print and read back the same") {
  const std::string printed = print_peer_options(PeerOptions());
  CHECK(printed.starts_with("# Address and name\nlisten = 127.0.0.1:7400\nadvertise =\nid =\n"));
  const auto again = read_peer_file(folder().write("defaults.conf", printed + "name =\n"));
  CHECK(message_of(again).ends_with("; keep one of them"));
  const auto options = load({folder().write("defaults.conf", printed), "--name="});
  REQUIRE_MESSAGE(options.ok(), message_of(options));
  PeerOptions expected = *options;
  expected.name.clear();
  CHECK(print_peer_options(expected) == printed);
}

TEST_CASE("spaces, empty lines, carriage returns and a missing last newline do no harm") {
  const auto options = read_peer_file(folder().write("s.conf", "\r\n  ttl\t=  3 \r\n\n #x = 1"));
  CHECK(message_of(options).ends_with("s.conf:4: unknown key #x"));
  CHECK(read_peer_file(folder().write("s.conf", "\r\n  ttl\t=  3 \r\n\n# x\nttl-cap=4"))->ttl == 3);
}

TEST_CASE("an error in a file says where, what, and what would be right") {
  CHECK(error_of("\nnonsense\n") == "a.conf:2: expected `key = value`, found `nonsense`");
  CHECK(error_of("= 3") == "a.conf:1: expected `key = value`, found `= 3`");
  CHECK(error_of("neighbour = h:1") == "a.conf:1: unknown key neighbour (did you mean neighbor?)");
  CHECK(error_of("xyzzy = 1") == "a.conf:1: unknown key xyzzy");
  CHECK(error_of("help = yes") == "a.conf:1: help belongs on the command line, as --help");
  CHECK(error_of("ttl = 3\n#\nttl = 4") ==
        "a.conf:3: ttl was given before, in " + folder().path() + "/a.conf:1; keep one of them");
  CHECK(error_of("ttl = x") == "a.conf:1: ttl = x: not a whole number from 1 to 255");
  CHECK(error_of("ttl = 0") == "a.conf:1: ttl = 0: not a whole number from 1 to 255");
  CHECK(error_of("ttl = 256") == "a.conf:1: ttl = 256: not a whole number from 1 to 255");
  CHECK(error_of("ttl = -1") == "a.conf:1: ttl = -1: not a whole number from 1 to 255");
  CHECK(error_of("ttl =") == "a.conf:1: ttl = : not a whole number from 1 to 255");
  CHECK(error_of("ttl = 16") ==
        "a.conf:1: ttl = 16 is above ttl-cap = 15: raise ttl-cap, or lower ttl");
  CHECK(error_of("# low\nttl-cap = 3\n") ==
        "a.conf:2: ttl = 7 is above ttl-cap = 3: raise ttl-cap, or lower ttl");
  CHECK(error_of("query-burst = 0.5") ==
        "a.conf:1: query-burst = 0.5 lets no query through: make it 1 or more, or set query-rate = "
        "0");
  CHECK(error_of("listen = localhost:1") ==
        "a.conf:1: listen = localhost:1: not IP:PORT, such as 127.0.0.1:7400 or [::1]:7400");
  CHECK(error_of("advertise = 0.0.0.0:1") ==
        "a.conf:1: advertise = 0.0.0.0:1: not an address that others can dial; give one of this "
        "machine and a port");
  CHECK(error_of("id = 12") ==
        "a.conf:1: id = 12: not a peer id: 32 hexadecimal digits, such as `openssl rand -hex 16` "
        "prints");
  CHECK(error_of("name = " + std::string(64, 'x')) ==
        "a.conf:1: name = " + std::string(64, 'x') + ": not a name of 1 to 63 printable bytes");
  CHECK(error_of("network =") == "a.conf:1: network = : not a name of 1 to 63 printable bytes");
  CHECK(error_of("neighbor = h:1\nneighbor = h") ==
        "a.conf:2: neighbor = h: not HOST:PORT, such as 127.0.0.1:7401, [::1]:7401 or host:7401");
  for (const char* wrong : {"h:0", "h:65536", ":1", "::1:7401", "a b:1", "h:"}) {
    CAPTURE(wrong);
    CHECK(error_of(std::string("neighbor = ") + wrong).find(": not HOST:PORT") !=
          std::string::npos);
  }
  CHECK(error_of("static = maybe") == "a.conf:1: static = maybe: neither yes nor no");
  CHECK(error_of("duplicates = keep") == "a.conf:1: duplicates = keep: neither drop nor reforward");
  CHECK(error_of("find-timeout = soon") ==
        "a.conf:1: find-timeout = soon: not a duration from 1ms to 24h, such as 500ms, 10s or 2m");
  CHECK(error_of("query-rate = -1") ==
        "a.conf:1: query-rate = -1: not a number from 0 to 1000000000");
  CHECK(error_of("query-rate = nan") ==
        "a.conf:1: query-rate = nan: not a number from 0 to 1000000000");
  CHECK(error_of("log-level = loud") ==
        "a.conf:1: log-level = loud: none of debug, info, warning, error, off");
}

TEST_CASE("a file that cannot be read is named with the reason") {
  CHECK(message_of(read_peer_file("/nowhere/a.conf")) ==
        "/nowhere/a.conf: cannot read this configuration file: No such file or directory");
  CHECK(message_of(read_peer_file("/")) == "/: is a folder, not a configuration file");
  CHECK(read_peer_file("/nowhere/a.conf").error().code == "config");
  const std::string large = folder().write("large.conf", std::string(2 * 1024 * 1024, '\n'));
  CHECK(message_of(read_peer_file(large)) ==
        large + ": larger than 1 MiB; is it a configuration file?");
}
