#include "net/service.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

using namespace oxbow;

TEST_CASE("the service manager is told through its socket") {
  std::string folder = (std::filesystem::temp_directory_path() / "oxbow-notify-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const std::string path = folder + "/notify";
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_service_manager("READY=1");
  unsetenv("NOTIFY_SOCKET");
  char text[64] = "";
  CHECK(recv(socket, text, sizeof text, MSG_DONTWAIT) == 7);
  CHECK(std::string(text) == "READY=1");
  close(socket);
  std::filesystem::remove_all(folder);
}

TEST_CASE("sockets for another process are left alone") {
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", "1", 1);
  CHECK(!inherited_socket());
  CHECK(getenv("LISTEN_FDS") == nullptr);
  setenv("LISTEN_FDS", "1", 1);
  setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
  CHECK(inherited_socket() == 3);
  CHECK(getenv("LISTEN_PID") == nullptr);
}
