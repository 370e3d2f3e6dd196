#include "net/server.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/resource.h>

#include <csignal>

#include "base/printable.h"
#include "net/secrets.h"
#include "net/socket_address.h"

namespace oxbow {

using namespace net;

namespace {

constexpr int kUpdatesPerTurn = 4;  // of the index: each may take a millisecond
constexpr int kReadsPerTurn = 64;

/// An address of this machine that other machines can dial, if there is one.
std::optional<Address> outward_address(bool ipv4) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return std::nullopt;
  std::optional<Address> found;
  for (const ifaddrs* each = list; each != nullptr && !found; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
    const Address address = from_socket_address(*each->ifa_addr);
    const bool is_link_local = !address.is_ipv4() && address.ip[0] == 0xfe;
    if (address.is_ipv4() != ipv4 || address.is_loopback() || address.is_unspecified()) continue;
    if (!is_link_local) found = address;
  }
  freeifaddrs(list);
  return found;
}

}  // namespace

PeerServer::Server::Server(const PeerOptions& options, PeerServerSetup setup)
    : options_(options),
      setup_(std::move(setup)),
      log_(options.log_level, setup_.log_sink),
      loop_(*this, std::chrono::microseconds(options.idle_poll_us)),
      handles_(new Handles) {
  uv_async_init(loop_.uv(), &handles_->wake,
                [](uv_async_t* handle) { static_cast<Server*>(handle->data)->woken(); });
  uv_async_init(loop_.uv(), &handles_->synced,
                [](uv_async_t* handle) { static_cast<Server*>(handle->data)->store_has_news(); });
  uv_signal_init(loop_.uv(), &handles_->terminate);
  uv_signal_init(loop_.uv(), &handles_->interrupt);
  handles_->wake.data = handles_->synced.data = this;
  handles_->terminate.data = handles_->interrupt.data = this;
}

PeerServer::Server::~Server() {
  files_.reset();  // its threads wake the loop
  node_.reset();
  store_.reset();  // so does its own
  handles_->close();
}

Status PeerServer::Server::open() {
  if (Status chosen = choose_id(); !chosen) return chosen;
  name_ = options_.name.empty() ? abbreviated(id_) : options_.name;
  if (Status listening = open_listener(); !listening) return listening;
  if (Status shared = open_shares(); !shared) return shared;
  if (Status stored = open_store(); !stored) return stored;
  node_ = std::make_unique<Node>(node_config(), *store_);
  if (setup_.stop_on_signals) catch_signals();
  return Done{};
}

Status PeerServer::Server::open_listener() {
  auto listener =
      Listener::open(loop_, options_.listen, setup_.inherited_socket, [this] { accept_waiting(); });
  if (!listener) return listener.error();
  listener_ = std::move(listener).value();
  return Done{};
}

Status PeerServer::Server::open_shares() {
  if (options_.shares.empty()) return Done{};
  SharedFoldersOptions shares;
  shares.folders = options_.shares;
  auto files = SharedFolders::open(shares, [wake = &handles_->wake] { uv_async_send(wake); });
  if (!files) return files.error();
  files_ = std::move(files).value();
  return Done{};
}

NodeConfig PeerServer::Server::node_config() const {
  NodeConfig config;
  config.id = id_;
  config.name = name_;
  config.network = options_.network;
  config.advertised = advertised();
  config.version = OXBOW_VERSION;
  config.seed = draw_seed();
  config.secret = draw_secret();
  config.neighbors = options_.neighbors;
  config.is_static = options_.is_static;
  config.minimum_degree = options_.minimum_degree;
  config.outgoing_links = options_.outgoing_links;
  config.incoming_links = options_.incoming_links;
  config.ttl = options_.ttl;
  config.ttl_cap = options_.ttl_cap;
  config.duplicates = options_.reforward_duplicates ? Duplicates::reforward : Duplicates::drop;
  config.find_timeout = options_.find_timeout;
  config.patience = options_.patience;
  config.hits_per_query = options_.hits_per_query;
  config.query_rate = options_.query_rate;
  config.query_burst = options_.query_burst;
  config.member = options_.member;
  config.zone = options_.zone;
  config.weight = options_.weight;
  config.buckets = options_.buckets;
  config.adopt_on_find = options_.adopt_on_find;
  config.run = draw_seed();
  config.operation_timeout = options_.operation_timeout;
  config.replica_timeout = options_.replica_timeout;
  config.full_reads = options_.full_reads;
  config.seen_entries = options_.seen_entries;
  config.route_entries = options_.route_entries;
  config.echo_entries = options_.echo_entries;
  config.trace_steps = options_.trace_steps;
  return config;
}

Address PeerServer::Server::advertised() const {
  if (options_.advertise) return *options_.advertise;
  Address bound = listener_->address();
  if (!bound.is_unspecified()) return bound;
  if (const auto outward = outward_address(bound.is_ipv4())) bound.ip = outward->ip;
  return bound;
}

std::string PeerServer::Server::ready_line() const {
  return fmt::format("oxbowd {} ready on {} (id {}, network {}{})", printable(name_, limits::kName),
                     to_string(address()), abbreviated(id_),
                     printable(options_.network, limits::kName), options_.member ? ", member" : "");
}

void PeerServer::Server::catch_signals() {
  for (const auto& [handle, number] :
       {std::pair(&handles_->terminate, SIGTERM), std::pair(&handles_->interrupt, SIGINT)}) {
    uv_signal_start(
        handle, [](uv_signal_t* caught, int) { static_cast<Server*>(caught->data)->stop(); },
        number);
  }
}

Status PeerServer::Server::run() {
  log(Severity::info, fmt::format("listening on {}", to_string(address())));
  node_->start(now(), files_ != nullptr, out_);
  carry_out();
  loop_.run();
  if (!fatal_) {
    node_->stop(now(), out_);
    carry_out();
  }
  say_goodbye();
  connections_ = {};  // nobody waits for an answer while the store is flushed
  if (fatal_) return *fatal_;
  return close_store();
}

void PeerServer::Server::stop() {
  handles_->stopping = true;
  uv_async_send(&handles_->wake);
}

void PeerServer::Server::woken() {
  if (handles_->stopping) {
    loop_.stop();
    return;
  }
  if (files_ != nullptr) take_news_of_shares();
}

void PeerServer::Server::take_news_of_shares() {
  while (const auto message = files_->take_message()) {
    log_standing(Severity::warning, *message, {}, *message);
  }
  int updates = 0;
  for (; updates < kUpdatesPerTurn; ++updates) {
    const auto update = files_->take_update();
    if (!update) break;
    node_->index_changed(now(), *update, out_);
    carry_out();
  }
  int reads = 0;
  for (; reads < kReadsPerTurn; ++reads) {
    const auto read = files_->take_read();
    if (!read) break;
    out_.input = read->bytes;
    node_->disk_done(now(), read->ticket, {read->status, read->bytes}, out_);
    carry_out();
  }
  const bool may_be_more = updates == kUpdatesPerTurn || reads == kReadsPerTurn;
  if (may_be_more) uv_async_send(&handles_->wake);
}

void PeerServer::Server::say_goodbye() {
  log(fatal_ ? Severity::warning : Severity::info, fatal_ ? fatal_->message : "stopped");
  for (const auto& connection : connections_.slots()) {
    if (connection == nullptr) continue;
    if (connection->peer() != nullptr) {
      append_to(connection->id, Bye{"stopping", "the peer was stopped"}, {});
    } else if (connection->client() != nullptr) {
      const Error why{"stopping", fatal_ ? fatal_->message : "the peer was stopped", "", ""};
      append_closing(why, connection->stream.output());
    }
    connection->stream.flush();
  }
}

void PeerServer::Server::log(Severity severity, std::string_view text) {
  log_.write(now().steady, severity, text);
}

void PeerServer::Server::log_standing(Severity severity, std::string_view condition,
                                      const Address& remote, std::string_view text) {
  Address host = remote;
  host.port = 0;
  const std::string name = fmt::format("{}/{}", condition, to_string(host));
  const bool is_new = standing_.happened(now().steady, severity, name, text);
  log(is_new ? severity : Severity::debug, text);
}

// -- the public face -----------------------------------------------------------------------------

PeerServer::PeerServer(std::unique_ptr<Server> server) : server_(std::move(server)) {}
PeerServer::~PeerServer() = default;

namespace {

/// Fewer do not even last for the event loop, the data folder and a client.
Status enough_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limits::kDescriptors)
    return Done{};
  return Error{"no-descriptors",
               fmt::format("at most {} files may be open at a time, which is too few (raise the "
                           "limit: ulimit -n 1024)",
                           limit.rlim_cur),
               fmt::format("at least {}", limits::kDescriptors), fmt::format("{}", limit.rlim_cur)};
}

}  // namespace

Result<std::unique_ptr<PeerServer>> PeerServer::open(const PeerOptions& options,
                                                     PeerServerSetup setup) {
  if (Status enough = enough_descriptors(); !enough) return enough.error();
  auto server = std::make_unique<Server>(options, std::move(setup));
  if (Status status = server->open(); !status) return status.error();
  return std::unique_ptr<PeerServer>(new PeerServer(std::move(server)));
}

Address PeerServer::address() const { return server_->address(); }
const PeerId& PeerServer::id() const { return server_->id(); }
std::string PeerServer::ready_line() const { return server_->ready_line(); }
Status PeerServer::run() { return server_->run(); }
void PeerServer::stop() { server_->stop(); }

}  // namespace oxbow
