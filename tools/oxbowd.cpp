// oxbowd: runs one peer. Options and wiring only.
#include <cstdio>

#include "base/printable.h"
#include "config/peer_options.h"
#include "net/peer_server.h"
#include "net/service.h"
#include "standard_streams.h"

using namespace oxbow;

namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr std::size_t kLongest = 4096;  // an error of any sense is shorter

int complain(const Error& error, int code) {
  // The message may quote any byte of a file or a flag.
  std::fprintf(stderr, "oxbowd: %s\n", printable_message(error.message, kLongest).c_str());
  return code;
}

int say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : kFailed;
}

int run(const PeerOptions& options) {
  prepare_process();
  PeerServerSetup setup;
  setup.inherited_socket = inherited_socket();
  setup.stop_on_signals = true;
  auto server = PeerServer::open(options, std::move(setup));
  if (!server) return complain(server.error(), kFailed);
  say(server.value()->ready_line() + "\n");
  notify_service_manager("READY=1");
  const Status ended = server.value()->run();
  return ended ? 0 : complain(ended.error(), kFailed);
}

}  // namespace

int main(int count, char** words) {
  fill_standard_streams();
  const std::span arguments(words, static_cast<std::size_t>(count));
  const auto options = load_peer_options(
      std::span<const char* const>(arguments.data(), arguments.size()).subspan(count > 0 ? 1 : 0),
      process_environment);
  if (!options) return complain(options.error(), kUsage);
  switch (options->action) {
    case PeerAction::help:
      return say(peer_help());
    case PeerAction::version:
      return say("oxbowd " OXBOW_VERSION "\n");
    case PeerAction::print_config:
      return say(print_peer_options(*options));
    case PeerAction::check_config:
      return say("the configuration is valid\n");
    case PeerAction::run:
      return run(*options);
  }
  return kFailed;
}
