// What happens in a shared folder while it is shared.
#include <fcntl.h>

#include "files/sharing.h"

using namespace oxbow;
using namespace oxbow::test;

using Keys = std::vector<std::string>;

namespace {

void check_changes_are_noticed(const TemporaryFolder& folder, Sharing& sharing) {
  const auto keys_become = [&](const Keys& keys) {
    return sharing.wait_for([&] { return sharing.idle() && sharing.keys() == keys; });
  };
  REQUIRE(keys_become({"stays", "sub/one"}));
  folder.write("new", "new");
  REQUIRE(keys_become({"new", "stays", "sub/one"}));
  folder.write("new", "newer");
  REQUIRE(sharing.wait_for([&] { return sharing.holds("new", "newer"); }));
  folder.rename("new", "renamed");
  REQUIRE(keys_become({"renamed", "stays", "sub/one"}));
  folder.remove("renamed");
  REQUIRE(keys_become({"stays", "sub/one"}));
  folder.write("fresh/folder/two", "two");
  REQUIRE(keys_become({"fresh/folder/two", "stays", "sub/one"}));
  folder.write("fresh/folder/three", "three");
  REQUIRE(keys_become({"fresh/folder/three", "fresh/folder/two", "stays", "sub/one"}));
  folder.rename("fresh", "moved");
  REQUIRE(keys_become({"moved/folder/three", "moved/folder/two", "stays", "sub/one"}));
  folder.write("moved/folder/two", "two again");
  REQUIRE(sharing.wait_for([&] { return sharing.holds("moved/folder/two", "two again"); }));
  folder.rename("moved", ".hidden");
  REQUIRE(keys_become({"stays", "sub/one"}));
  folder.rename(".hidden/folder", "folder");
  REQUIRE(keys_become({"folder/three", "folder/two", "stays", "sub/one"}));
  folder.remove("folder");
  folder.remove("sub");
  REQUIRE(keys_become({"stays"}));
  CHECK(sharing.found("stays") == 1);
  CHECK(sharing.read("stays").bytes == "stays");
  CHECK(sharing.progress().files == 1);
  CHECK(sharing.progress().bytes == 5);
}

}  // namespace

TEST_CASE("changes are noticed by watching") {
  const TemporaryFolder folder;
  folder.write("stays", "stays");
  folder.write("sub/one", "one");
  Sharing sharing({folder.path()});
  check_changes_are_noticed(folder, sharing);
}

TEST_CASE("the same changes are noticed by scanning again, where watching is impossible") {
  const TemporaryFolder folder;
  folder.write("stays", "stays");
  folder.write("sub/one", "one");
  Sharing sharing({{folder.path()}, 1, false, std::chrono::milliseconds(50)});
  check_changes_are_noticed(folder, sharing);
}

TEST_CASE("a file that is moved in, linked in or no longer a download is noticed") {
  const TemporaryFolder folder;
  folder.write("shared/film.part", "film");
  folder.write("a", "a");
  folder.write("b", "b");
  Sharing sharing({folder.at("shared")});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.keys().empty());
  folder.rename("shared/film.part", "shared/film");
  folder.rename("a", "shared/a");
  std::filesystem::create_hard_link(folder.at("b"), folder.at("shared/b"));
  REQUIRE(sharing.wait_for([&] { return sharing.keys() == Keys{"a", "b", "film"}; }));
  CHECK(sharing.holds("film", "film"));
}

TEST_CASE("a file is hashed once, when its writer is done") {
  const TemporaryFolder folder;
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  {
    std::ofstream file(folder.at("file"));
    for (int i = 0; i < 100; ++i) file << "a line" << std::endl;
    folder.write("other", "other");  // its news comes after the first ones of `file`
    REQUIRE(sharing.wait_for([&] { return sharing.holds("other", "other"); }));
    file << "the last line";
  }
  std::string content;
  for (int i = 0; i < 100; ++i) content += "a line\n";
  content += "the last line";
  REQUIRE(sharing.wait_for([&] { return sharing.holds("file", content); }));
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.found("file") == 1);
}

TEST_CASE("a file that is replaced again and again while it is hashed ends up as it is") {
  const TemporaryFolder folder;
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  std::string content;
  for (int i = 0; i < 40; ++i) {
    content = std::string(4'000'000, static_cast<char>('a' + i % 26)) + std::to_string(i);
    folder.write("new.part", content);
    folder.rename("new.part", "file");
    if (i % 10 == 0) {
      REQUIRE(sharing.wait_for([&] { return sharing.progress().pending_files == 1; }));
    }
  }
  REQUIRE(sharing.wait_for([&] { return sharing.idle() && sharing.holds("file", content); }));
  CHECK(sharing.read("file", 4'000'000, 10).bytes == "39");
}

TEST_CASE("a shared folder that is removed is empty, and scanned when it is there again") {
  const TemporaryFolder folder;
  folder.write("shared/a", "a");
  Sharing sharing({{folder.at("shared")}, 1, true, std::chrono::milliseconds(50)});
  REQUIRE(sharing.wait_until_idle());
  SUBCASE("removed") { folder.remove("shared"); }
  SUBCASE("moved") { folder.rename("shared", "elsewhere"); }
  REQUIRE(sharing.wait_for([&] { return sharing.keys().empty() && !sharing.messages().empty(); }));
  CHECK(sharing.messages() ==
        Keys{folder.at("shared") + " is gone: shared again when it is there again"});
  folder.write("shared/b", "b");
  REQUIRE(sharing.wait_for([&] { return sharing.keys() == Keys{"b"}; }));
  CHECK(sharing.read("b").bytes == "b");
  folder.write("shared/c", "c");
  REQUIRE(sharing.wait_for([&] { return sharing.keys() == Keys{"b", "c"}; }));
}
