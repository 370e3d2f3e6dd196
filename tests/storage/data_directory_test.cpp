// A data directory belongs to one peer, one process and one format, and says so.
#include "storage/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/opened_store.h"

using namespace oxbow;
using namespace oxbow::test;
using history::peer;

namespace {

const std::string kPeerP = "70000000000000000000000000000000";

void write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string refusal(const std::string& path, const PeerId& id) {
  const auto opened = DataDirectory::open(path, id);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().code == "bad-data");
  return opened.error().message;
}

}  // namespace

TEST_CASE("a new data directory keeps the peer's id") {
  const TemporaryFolder folder;
  const std::string path = folder.at("data");
  CHECK(kept_peer_id(path).value() == std::nullopt);
  {
    const auto directory = DataDirectory::open(path, peer('p'));
    REQUIRE(directory.ok());
    CHECK(directory->store_path() == path + "/rocksdb");
    CHECK(kept_peer_id(path).value() == peer('p'));
  }
  CHECK(text_of(path + "/IDENTITY") == "oxbow data directory\nformat 1\npeer " + kPeerP + "\n");
  CHECK(kept_peer_id(path).value() == peer('p'));
  CHECK(DataDirectory::open(path, peer('p')).ok());
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("an empty folder, or one where a start did not get far, is as good as a new one") {
  const TemporaryFolder folder;
  CHECK(kept_peer_id(folder.path()).value() == std::nullopt);
  write_text(folder.at("LOCK"), "1\n");
  write_text(folder.at("IDENTITY.new"), "oxb");
  CHECK(kept_peer_id(folder.path()).value() == std::nullopt);
  CHECK(DataDirectory::open(folder.path(), peer('p')).ok());
  CHECK(kept_peer_id(folder.path()).value() == peer('p'));
}

TEST_CASE("another peer's data directory is refused, and both are named") {
  const TemporaryFolder folder;
  REQUIRE(DataDirectory::open(folder.path(), peer('p')).ok());
  CHECK(refusal(folder.path(), peer('q')) ==
        folder.path() +
            " belongs to the peer 70000000, and this one is 71000000: use another folder, or that "
            "id (id = " +
            kPeerP + ")");
}

TEST_CASE("another format is refused, and both are named") {
  const TemporaryFolder folder;
  write_text(folder.at("IDENTITY"), "oxbow data directory\nformat 2\npeer " + kPeerP + "\n");
  const auto opened = DataDirectory::open(folder.path(), peer('p'));
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message == folder.path() +
                                      " has the data format 2, and this oxbowd knows 1: use the "
                                      "oxbowd that wrote it, or another folder");
  CHECK(opened.error().needed == "1");
  CHECK(opened.error().got == "2");
}

TEST_CASE("a data directory in use is refused, and the process is named") {
  const TemporaryFolder folder;
  const auto first = DataDirectory::open(folder.path(), peer('p'));
  REQUIRE(first.ok());
  CHECK(refusal(folder.path(), peer('p')) ==
        folder.path() + " is in use by process " + std::to_string(::getpid()) +
            ": stop that oxbowd, or use another folder (--data DIR)");
}

TEST_CASE("a folder that other users may write to is refused, and the way out is named") {
  for (const mode_t mode :
       {mode_t{0777}, mode_t{0775}, mode_t{0757}, mode_t{01777}, mode_t{0720}}) {
    const TemporaryFolder folder;
    { REQUIRE(DataDirectory::open(folder.path(), peer('p')).ok()); }
    REQUIRE(::chmod(folder.path().c_str(), mode) == 0);
    const std::string message = refusal(folder.path(), peer('p'));
    CHECK(message.find("may be written by other users") != std::string::npos);
    CHECK(message.ends_with("(chmod go-w " + folder.path() + ")"));
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    CHECK(DataDirectory::open(folder.path(), peer('p')).ok());
  }
}

TEST_CASE("where others may look into the folder, they see nothing of the store") {
  const TemporaryFolder folder;
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  OpenedStore store(folder.path());
  struct stat status {};
  REQUIRE(::stat(folder.at("rocksdb").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(::stat(folder.at("STORE").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("no symbolic link in the folder is followed") {
  for (const std::string name : {"LOCK", "STORE", "IDENTITY"}) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const std::string data = folder.at("data");
    { REQUIRE(DataDirectory::open(data, peer('p')).ok()); }
    const std::string victim = folder.at("victim");
    if (::rename((data + "/" + name).c_str(), victim.c_str()) != 0) write_text(victim, "mine");
    const std::string before = text_of(victim);
    REQUIRE(::symlink(victim.c_str(), (data + "/" + name).c_str()) == 0);
    CHECK(refusal(data, peer('p')) ==
          "cannot open " + data + "/" + name + ": it is a symbolic link");
    CHECK(text_of(victim) == before);
  }
  // Nor one that leads nowhere: nothing is made where it points.
  const TemporaryFolder folder;
  REQUIRE(::symlink(folder.at("victim").c_str(), folder.at("LOCK").c_str()) == 0);
  CHECK(refusal(folder.path(), peer('p')).ends_with("/LOCK: it is a symbolic link"));
  CHECK_FALSE(std::filesystem::exists(folder.at("victim")));
}

TEST_CASE("what is no regular file is refused, and holds nothing up") {
  for (const std::string name : {"LOCK", "STORE", "IDENTITY"}) {
    CAPTURE(name);
    const TemporaryFolder folder;
    { REQUIRE(DataDirectory::open(folder.path(), peer('p')).ok()); }
    ::unlink(folder.at(name).c_str());
    REQUIRE(::mkfifo(folder.at(name).c_str(), 0600) == 0);
    CHECK(refusal(folder.path(), peer('p')).find(name) != std::string::npos);
  }
}

TEST_CASE("a link in place of the database or of one of its files is refused") {
  const TemporaryFolder folder;
  const std::string data = folder.at("data");
  OpenedStore store(data);
  store.close();
  StorageOptions options;
  options.directory = data;
  options.peer = peer('p');
  std::filesystem::rename(data + "/rocksdb/CURRENT", folder.at("CURRENT"));
  REQUIRE(::symlink(folder.at("CURRENT").c_str(), (data + "/rocksdb/CURRENT").c_str()) == 0);
  CHECK(RocksStore::open(options).error().message.find("symbolic link") != std::string::npos);
  std::filesystem::remove(data + "/rocksdb/CURRENT");
  std::filesystem::rename(folder.at("CURRENT"), data + "/rocksdb/CURRENT");
  std::filesystem::rename(data + "/rocksdb", folder.at("elsewhere"));
  REQUIRE(::symlink(folder.at("elsewhere").c_str(), (data + "/rocksdb").c_str()) == 0);
  CHECK(RocksStore::open(options).error().message.find("symbolic link") != std::string::npos);
}

TEST_CASE("a folder with something else in it is left alone") {
  const TemporaryFolder folder;
  write_text(folder.at("letter.txt"), "Dear");
  CHECK(refusal(folder.path(), peer('p')) ==
        folder.path() + " is not empty, and no data directory of oxbow: use another folder");
  CHECK_FALSE(kept_peer_id(folder.path()).ok());
  CHECK_FALSE(std::filesystem::exists(folder.at("LOCK")));
}

TEST_CASE("an identity that is damaged is not made up anew") {
  for (const std::string text :
       {"", "oxbow", "oxbow data directory\n", "oxbow data directory\nformat 1\n",
        "oxbow data directory\nformat 1\npeer 70\n",
        "oxbow data directory\nformat 1\npeer 70000000000000000000000000000000",
        "oxbow data directory\nformat 1\npeer 70000000000000000000000000000000\nmore\n"}) {
    const TemporaryFolder folder;
    write_text(folder.at("IDENTITY"), text);
    CHECK(refusal(folder.path(), peer('p')) ==
          folder.path() + "/IDENTITY is damaged: put it back, or use another folder");
  }
}

TEST_CASE("a folder that lost all but the marker of its store is not made anew") {
  const TemporaryFolder folder;
  OpenedStore store(folder.path());
  store.close();
  std::filesystem::remove(folder.at("IDENTITY"));
  std::filesystem::remove_all(folder.at("rocksdb"));
  CHECK(refusal(folder.path(), peer('p')) ==
        folder.path() +
            "/IDENTITY is not there, though a store was: put it back, or use another "
            "folder");
}

TEST_CASE("where no folder can be made, the reason is told") {
  const TemporaryFolder folder;
  CHECK(refusal(folder.at("no/such/parent"), peer('p')) ==
        "cannot make the folder " + folder.at("no/such/parent") + ": No such file or directory");
  write_text(folder.at("file"), "");
  CHECK(kept_peer_id(folder.at("file")).error().message == folder.at("file") + " is no folder");
}

TEST_CASE("a store of another peer, or in use, is not opened") {
  const TemporaryFolder folder;
  OpenedStore opened(folder.path());
  StorageOptions options;
  options.directory = folder.path();
  options.peer = peer('p');
  CHECK(RocksStore::open(options).error().code == "bad-data");
  opened.close();
  options.peer = peer('q');
  CHECK(RocksStore::open(options).error().code == "bad-data");
}
