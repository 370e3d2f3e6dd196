#include "files/beneath.h"

#include <fcntl.h>

#include <cerrno>

#include "files/keys.h"
#include "files/sharing.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {
std::string content_of(const FileDescriptor& file) {
  std::string content(100, '\0');
  const ssize_t length = ::read(file.get(), content.data(), content.size());
  REQUIRE(length >= 0);
  content.resize(static_cast<std::size_t>(length));
  return content;
}
}  // namespace

TEST_CASE("both ways of opening beneath a folder find what is there, and nothing through links") {
  const TemporaryFolder folder;
  folder.write("outside", "outside");
  folder.write("root/a", "a");
  folder.write("root/sub/deep/b", "b");
  folder.link("a", "root/link-inside");
  folder.link("../outside", "root/link-outside");
  folder.link("sub", "root/link-folder");
  REQUIRE(::mkfifo(folder.at("root/fifo").c_str(), 0600) == 0);
  const FileDescriptor root(::open(folder.at("root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const Resolve how : {Resolve::kernel, Resolve::steps}) {
    CAPTURE(static_cast<int>(how));
    CHECK(content_of(open_file_beneath(root.get(), "a", how)) == "a");
    CHECK(content_of(open_file_beneath(root.get(), "sub/deep/b", how)) == "b");
    CHECK(open_beneath(root.get(), "", O_RDONLY | O_DIRECTORY, how).is_open());
    for (const char* path :
         {"absent", "sub/absent", "link-inside", "link-outside", "link-folder/deep/b", "sub",
          "fifo", "a/b", "../outside", "sub/../a", "./a", "/etc/passwd", "sub//deep/b", "sub/"}) {
      CAPTURE(path);
      const FileDescriptor file = open_file_beneath(root.get(), path, how);
      const int error = errno;
      CHECK(!file.is_open());
      CHECK(means_absent(error));
    }
  }
}

TEST_CASE("paths that lead nowhere but down are told from others") {
  for (const char* path : {"a", "a/b", "...", "a/..b", " ", "\xff"}) CHECK(is_path_below(path));
  for (const char* path : {"", ".", "..", "/", "/a", "a/", "a//b", "a/./b", "a/../b", "../a"}) {
    CAPTURE(path);
    CHECK(!is_path_below(path));
  }
  CHECK(!is_path_below(std::string_view("a\0b", 3)));
  CHECK(is_path_below(std::string(1'024, 'a')));
  CHECK(!is_path_below(std::string(1'025, 'a')));
}
