// What is shared of a folder, as it is when the peer starts.
#include "files/shared_folders.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <thread>

#include "files/sharing.h"

using namespace oxbow;
using namespace oxbow::test;

using Keys = std::vector<std::string>;

TEST_CASE("a folder that is not there is shared once it is, and the others are meanwhile") {
  const TemporaryFolder folder;
  folder.write("there/a", "a");
  Sharing sharing(
      {{folder.at("later"), folder.at("there")}, 1, true, std::chrono::milliseconds(50)});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() == Keys{"a"});
  REQUIRE(sharing.messages().size() == 1);
  CHECK(sharing.messages().front().starts_with(folder.at("later") +
                                               " is not there: shared when it is"));
  folder.write("later/b", "b");
  CHECK(sharing.wait_for([&] { return sharing.keys() == Keys{"a", "b"}; }));
}

TEST_CASE("a file cannot be shared as a folder") {
  const TemporaryFolder folder;
  folder.write("file", "x");
  const auto opened = SharedFolders::open({{folder.path(), folder.at("file")}}, [] {});
  REQUIRE(!opened);
  CHECK(opened.error().message == "cannot share " + folder.at("file") + ": it is no folder");
}

TEST_CASE("without a folder there is no news, and nothing is found") {
  Sharing sharing(Keys{});
  CHECK(sharing.read("a").status == PieceStatus::not_found);
  CHECK(sharing.updates() == 0);
}

TEST_CASE("an empty folder is scanned, and nothing is pending then") {
  const TemporaryFolder folder;
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.index().empty());
  CHECK(sharing.progress().files == 0);
}

TEST_CASE("files are shared under their path below the folder, with size and digest") {
  const TemporaryFolder folder;
  folder.write("a.txt", "hello");
  folder.write("empty", "");
  folder.write("deep/er/still/b", std::string(300'000, 'b'));
  folder.write("with space", "1");
  folder.write("new\nline", "2");
  folder.write("\xff\xfe not UTF-8", "3");
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() ==
        Keys{"a.txt", "deep/er/still/b", "empty", "new\nline", "with space", "\xff\xfe not UTF-8"});
  CHECK(sharing.holds("a.txt", "hello"));
  CHECK(sharing.holds("empty", ""));
  CHECK(sharing.holds("deep/er/still/b", std::string(300'000, 'b')));
  CHECK(sharing.progress().files == 6);
  CHECK(sharing.progress().bytes == 300'008);
  CHECK(sharing.progress().pending_bytes == 0);
  CHECK(sharing.messages().empty());
  CHECK(sharing.read("new\nline").bytes == "2");
  CHECK(sharing.read("empty").status == PieceStatus::ok);
}

TEST_CASE("hidden files, unfinished downloads, links, FIFOs and sockets are not shared") {
  const TemporaryFolder outside;
  outside.write("secret", "secret");
  const TemporaryFolder folder;
  folder.write("shown", "x");
  folder.write(".hidden", "x");
  folder.write(".git/config", "x");
  folder.write("film.part", "x");
  folder.link(outside.at("secret"), "link-to-file");
  folder.link(outside.path(), "link-to-folder");
  folder.link("shown", "link-inside");
  REQUIRE(::mkfifo(folder.at("fifo").c_str(), 0600) == 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  folder.at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener, reinterpret_cast<const struct sockaddr*>(&address), sizeof address) ==
          0);
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() == Keys{"shown"});
  ::close(listener);
}

TEST_CASE("a folder that is itself named through a link is shared") {
  const TemporaryFolder folder;
  folder.write("real/a", "x");
  folder.link("real", "link");
  Sharing sharing({folder.at("link")});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() == Keys{"a"});
  CHECK(sharing.read("a").bytes == "x");
}

TEST_CASE("a path of over 1 KiB is not shared, and the log says that there is one") {
  const TemporaryFolder folder;
  std::string path;
  for (int i = 0; i < 5; ++i) path += std::string(200, 'd') + "/";
  folder.write(path + std::string(19, 'f'), "fits");  // 1,024 bytes
  folder.write(path + std::string(20, 'g'), "too long");
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() == Keys{path + std::string(19, 'f')});
  REQUIRE(sharing.wait_for([&] { return !sharing.messages().empty(); }));
  CHECK(sharing.messages() == Keys{"not everything is shared: paths of over 1,024 bytes: 1"});
}

TEST_CASE("of two folders with the same key the first named shares it, the other takes over") {
  const TemporaryFolder first, second;
  first.write("both", "first");
  second.write("both", "second");
  second.write("own", "own");
  Sharing sharing({first.path(), second.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.holds("both", "first"));
  CHECK(sharing.holds("own", "own"));
  CHECK(sharing.progress().files == 2);
  REQUIRE(sharing.wait_for([&] { return !sharing.messages().empty(); }));
  CHECK(sharing.messages() ==
        Keys{"not everything is shared: same key in a folder named earlier: 1"});
  first.remove("both");
  REQUIRE(sharing.wait_for([&] { return sharing.holds("both", "second"); }));
  first.write("both", "first again");
  REQUIRE(sharing.wait_for([&] { return sharing.holds("both", "first again"); }));
  CHECK(sharing.read("both").bytes == "first again");
}

TEST_CASE("a folder within another is shared under both paths, and named twice only once") {
  const TemporaryFolder folder;
  folder.write("sub/a", "a");
  Sharing sharing({folder.path(), folder.at("sub"), folder.path() + "/"});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys() == Keys{"a", "sub/a"});
  folder.write("sub/b", "b");
  REQUIRE(sharing.wait_for([&] { return sharing.index().size() == 4; }));
  CHECK(sharing.keys() == Keys{"a", "b", "sub/a", "sub/b"});
}

TEST_CASE("more files than one update holds come in several, each at most that large") {
  const TemporaryFolder folder;
  for (int i = 0; i < 1'300; ++i) folder.write("f" + std::to_string(i), "x");
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());  // which checks the size of each
  CHECK(sharing.index().size() == 1'300);
  CHECK(sharing.progress().files == 1'300);
}

// Root may read everything, so its threads become nobody's for this one.
TEST_CASE("a file that may not be read is not shared, until it may be") {
  const TemporaryFolder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  folder.write("open", "open");
  folder.write("closed", "closed");
  REQUIRE(::chmod(folder.at("closed").c_str(), 0) == 0);
  std::unique_ptr<Sharing> sharing;
  std::thread starter([&] {
    if (::geteuid() == 0) {
      constexpr long kNobody = 65534;  // of this thread, and of those that it starts
      REQUIRE(::syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0);
    }
    sharing = std::make_unique<Sharing>(Keys{folder.path()});
  });
  starter.join();
  REQUIRE(sharing->wait_until_idle());
  CHECK(sharing->keys() == Keys{"open"});
  REQUIRE(sharing->wait_for([&] { return !sharing->messages().empty(); }));
  CHECK(sharing->messages() ==
        Keys{"files that cannot be read (permissions?): 1, the last: closed"});
  REQUIRE(::chmod(folder.at("closed").c_str(), 0644) == 0);
  REQUIRE(sharing->wait_for([&] { return sharing->holds("closed", "closed"); }));
}
