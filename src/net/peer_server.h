// A whole peer on this machine: one Node driven by a libuv loop, with its listening socket, its
// connections to other peers, its clients and its shared folders.
//
// A server belongs to the thread that opened it; only stop() may be called from elsewhere.
#pragma once

#include <oxbow/result.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/ids.h"
#include "config/peer_options.h"

namespace oxbow {

class Store;

/// What a store has to tell, from any thread of its own, until its destructor returns.
struct StoreEvents {
  std::function<void(WriteSequence)> on_durable;     ///< everything up to this one is synced
  std::function<void(const Error& error)> on_fatal;  ///< it can keep no promise any more
};
using StoreMaker =
    std::function<Result<std::unique_ptr<Store>>(const PeerId& peer, StoreEvents events)>;

/// What a program decides about its server, apart from the peer's own options.
struct PeerServerSetup {
  std::optional<int> inherited_socket;  ///< a bound TCP socket to use instead of options.listen
  bool stop_on_signals = false;         ///< SIGTERM and SIGINT end run()
  std::function<void(std::string_view line)> log_sink;  ///< unset: the log goes to stderr
  StoreMaker open_store;  ///< unset: a store in the folder options.data, or in memory
};

class PeerServer {
 public:
  /// Listens when it returns; who connects waits until run(). Errors: "cannot-listen" with the
  /// address and what to try; "bad-folder" of a shared folder; those of the data folder.
  static Result<std::unique_ptr<PeerServer>> open(const PeerOptions& options,
                                                  PeerServerSetup setup = {});
  ~PeerServer();
  PeerServer(const PeerServer&) = delete;
  PeerServer& operator=(const PeerServer&) = delete;

  Address address() const;  ///< where it listens
  const PeerId& id() const;
  /// `oxbowd NAME ready on IP:PORT (id abcd1234, network oxbow)`, and `, member` at its end
  std::string ready_line() const;

  /// Works until stop(), or a signal. Tells the neighbors before it returns. Errors: what ended it
  /// otherwise, such as "disk".
  Status run();
  /// From any thread, or a signal handler.
  void stop();

 private:
  class Server;
  explicit PeerServer(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
};

}  // namespace oxbow
