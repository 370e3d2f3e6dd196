#include "report/whole_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace oxbow;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = (fs::temp_directory_path() / "oxbow-whole-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  std::string path;
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<WholeFile> begin(const std::string& path) { return WholeFile::begin(path, "another FILE"); }

}  // namespace

TEST_CASE("a file takes its name when it is whole, and replaces what was there") {
  const Folder folder;
  const std::string path = folder.path + "/page";
  std::ofstream(path) << "before";
  {
    auto file = begin(path);
    REQUIRE(file.ok());
    CHECK(content_of(path) == "before");
    CHECK(folder.files() == 1);  // whoever is killed now leaves nothing
    CHECK(file->write("after").ok());
  }
  CHECK(content_of(path) == "after");
  CHECK(folder.files() == 1);
}

TEST_CASE("what is never written leaves nothing, and what was there as it was") {
  const Folder folder;
  const std::string path = folder.path + "/page";
  const auto never = begin(path);
  CHECK(never.ok());
  CHECK(folder.files() == 0);
  std::ofstream(path) << "before";
  const auto neither = begin(path);
  CHECK(neither.ok());
  CHECK(content_of(path) == "before");
  CHECK(folder.files() == 1);
}

TEST_CASE("what replaces a file has its permissions") {
  const Folder folder;
  const std::string path = folder.path + "/page";
  std::ofstream(path) << "before";
  for (const mode_t mode : {0600U, 0666U, 0751U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    auto file = begin(path);
    REQUIRE(file.ok());
    CHECK(file->write("after").ok());
    struct stat there {};
    REQUIRE(::stat(path.c_str(), &there) == 0);
    CHECK((there.st_mode & 07777U) == mode);
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("a link stays a link to what is replaced") {
  const Folder folder;
  fs::create_directory(folder.path + "/there");
  fs::create_symlink("there/page", folder.path + "/link");
  std::ofstream(folder.path + "/there/page") << "before";
  auto file = begin(folder.path + "/link");
  REQUIRE(file.ok());
  CHECK(file->write("after").ok());
  CHECK(fs::is_symlink(folder.path + "/link"));
  CHECK(content_of(folder.path + "/there/page") == "after");
}

TEST_CASE("a device is written to as it is") {
  auto file = begin("/dev/null");
  REQUIRE(file.ok());
  CHECK(file->write("gone").ok());
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("what cannot be written is said at once") {
  const Folder folder;
  const auto error_of = [](const std::string& path) { return begin(path).error(); };
  CHECK(error_of(folder.path + "/none/page") ==
        Error{"unwritable",
              "cannot write " + folder.path +
                  "/none/page: No such file or directory (give another FILE)",
              "another FILE", folder.path + "/none/page"});
  CHECK(error_of(folder.path).message ==
        "cannot write " + folder.path + ": Is a directory (give another FILE)");
}

TEST_CASE("a folder that is gone by then is an error") {
  const Folder folder;
  const std::string inner = folder.path + "/inner";
  fs::create_directory(inner);
  auto file = begin(inner + "/page");
  REQUIRE(file.ok());
  fs::remove(inner);
  const Status written = file->write("x");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message ==
        "cannot write " + inner + "/page: No such file or directory (give another FILE)");
}

TEST_CASE("a full device is an error, named as it was given") {
  if (!fs::exists("/dev/full")) return;
  auto file = begin("/dev/full");
  REQUIRE(file.ok());
  const Status written = file->write("x");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message ==
        "cannot write /dev/full: No space left on device (give another FILE)");
}
