// How oxbowd fits into a system of services: sockets handed over and readiness told by systemd's
// two small protocols (sd_listen_fds(3), sd_notify(3)), and the process's own limits.
#pragma once

#include <optional>
#include <string_view>

namespace oxbow {

/// The first socket handed over by LISTEN_FDS and LISTEN_PID; the variables are removed, so that
/// no child takes them for its own.
std::optional<int> inherited_socket();

/// Sends `state`, such as "READY=1", to $NOTIFY_SOCKET; nothing without one.
void notify_service_manager(std::string_view state);

/// Once, before any thread: broken pipes are errors rather than signals, as many descriptors as
/// the system allows within reason, and one memory arena (a peer is small, and its threads rarely
/// allocate).
void prepare_process();

}  // namespace oxbow
