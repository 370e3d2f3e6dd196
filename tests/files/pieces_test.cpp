// Reading pieces: the right bytes, of the content that was asked for, and never from outside.
#include <fcntl.h>

#include <future>

#include "files/piece_reader.h"
#include "files/shares.h"
#include "files/sharing.h"

using namespace oxbow;
using namespace oxbow::test;

TEST_CASE("a piece is read from anywhere in a file, and is shorter only at its end") {
  const TemporaryFolder folder;
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i) + " ";
  folder.write("file", content);
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.read("file", 0, 10).bytes == content.substr(0, 10));
  CHECK(sharing.read("file", 30'001, 65'536).bytes == content.substr(30'001, 65'536));
  const auto last = sharing.read("file", content.size() - 3, 65'536);
  CHECK(last.status == PieceStatus::ok);
  CHECK(last.bytes == content.substr(content.size() - 3));
  const auto end = sharing.read("file", content.size(), 1);
  CHECK(end.status == PieceStatus::ok);
  CHECK(end.bytes.empty());
}

TEST_CASE("what cannot be a piece is refused") {
  const TemporaryFolder folder;
  folder.write("file", "12345");
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.read("file", 6, 1).status == PieceStatus::failed);
  CHECK(sharing.read("file", ~std::uint64_t{0}, 1).status == PieceStatus::failed);
  CHECK(sharing.read("file", 0, 0).status == PieceStatus::failed);
  CHECK(sharing.read("file", 0, limits::kPiece + 1).status == PieceStatus::failed);
  CHECK(sharing.read("file", sha256("another"), 0, 5).status == PieceStatus::changed);
  CHECK(sharing.read("other", 0, 5).status == PieceStatus::not_found);
}

TEST_CASE("keys that lead out of the folder are not found") {
  const TemporaryFolder folder;
  folder.write("secret", "secret");
  folder.write("shared/file", "file");
  Sharing sharing({folder.at("shared")});
  REQUIRE(sharing.wait_until_idle());
  for (const char* key :
       {"../secret", "./file", "/etc/passwd", "x/../file", "file/", "//file", ""}) {
    CAPTURE(key);
    CHECK(sharing.read(key, sha256("secret"), 0, 6).status == PieceStatus::not_found);
    CHECK(sharing.read(key, sha256("file"), 0, 6).status == PieceStatus::not_found);
  }
}

// Nothing is watched here, so that the index still holds what is no more.
TEST_CASE("a link or FIFO put in the place of an indexed file or folder is not read") {
  const TemporaryFolder outside;
  outside.write("a", "same");
  const TemporaryFolder folder;
  folder.write("a", "same");
  folder.write("sub/a", "same");
  folder.write("fifo", "same");
  folder.write("gone", "same");
  Sharing sharing({{folder.path()}, 1, false, std::chrono::hours(1)});
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.read("a").bytes == "same");
  CHECK(sharing.read("sub/a").bytes == "same");
  folder.remove("a");
  folder.link(outside.at("a"), "a");
  folder.remove("sub");
  folder.link(outside.path(), "sub");
  folder.remove("fifo");
  REQUIRE(::mkfifo(folder.at("fifo").c_str(), 0600) == 0);
  folder.remove("gone");
  const Digest digest = sha256("same");
  for (const char* key : {"a", "sub/a", "fifo", "gone"}) {
    CAPTURE(key);
    const auto read = sharing.read(key, digest, 0, 4);
    CHECK(read.status == PieceStatus::changed);
    CHECK(read.bytes.empty());
  }
  // And the attempt has told the index.
  REQUIRE(sharing.wait_for([&] { return sharing.index().empty(); }));
}

TEST_CASE("a file that changed since it was hashed is not read, and is hashed again") {
  const TemporaryFolder folder;
  folder.write("file", "before");
  Sharing sharing({{folder.path()}, 1, false, std::chrono::hours(1)});
  REQUIRE(sharing.wait_until_idle());
  folder.write("file", "after!");  // the same size
  CHECK(sharing.read("file").status == PieceStatus::changed);
  REQUIRE(sharing.wait_for([&] { return sharing.holds("file", "after!"); }));
  REQUIRE(sharing.wait_until_idle());
  CHECK(sharing.read("file").bytes == "after!");
  CHECK(sharing.read("file", sha256("before"), 0, 6).status == PieceStatus::changed);
}

TEST_CASE("more reads than may be under way are answered with busy, and all are answered") {
  const TemporaryFolder folder;
  folder.write("file", "content");
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_until_idle());
  const std::size_t beyond = 10;
  const Digest digest = sha256("content");
  for (std::size_t i = 0; i < limits::kDiskReads + 1 + beyond; ++i) {
    sharing.folders().read({DiskTicket{i}, "file", digest, 0, 7});
  }
  std::size_t busy = 0, ok = 0;
  REQUIRE(sharing.wait_for_reads(limits::kDiskReads + 1 + beyond, [&](const FinishedRead& read) {
    if (read.status == PieceStatus::busy) ++busy;
    if (read.status == PieceStatus::ok && read.bytes == "content") ++ok;
  }));
  CHECK(busy + ok == limits::kDiskReads + 1 + beyond);
  CHECK(busy >= beyond);
  CHECK(busy <= beyond + 1);  // one may have been in the reader's hands
  CHECK(sharing.read("file").bytes == "content");
}

// Its digest is made up: hashing 4 GiB would take most of the tests' time.
TEST_CASE("pieces in the middle and at the end of a sparse file of over 4 GiB are right") {
  constexpr std::uint64_t kSize = (std::uint64_t{4} << 30) + 1'000;
  const TemporaryFolder folder;
  const int file = ::open(folder.at("large").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  REQUIRE(::ftruncate(file, static_cast<off_t>(kSize)) == 0);
  REQUIRE(::pwrite(file, "middle", 6, static_cast<off_t>(kSize / 2)) == 6);
  REQUIRE(::pwrite(file, "end", 3, static_cast<off_t>(kSize - 3)) == 3);
  struct stat status {};
  REQUIRE(::fstat(file, &status) == 0);
  ::close(file);

  std::promise<void> woken;
  auto shares = Shares::open({folder.path()}, [&] { woken.set_value(); });
  REQUIRE(shares.ok());
  const Digest digest = sha256("made up");
  (*shares)->with_catalog([&](Catalog& catalog) {
    catalog.take_update();
    catalog.notice(0, "large", state_of(status), Moment{}, Catalog::Notice::seen);
    const auto job = catalog.next_job(Moment{});
    REQUIRE(job.has_value());
    catalog.finish(*job, {HashEnd::hashed, state_of(status), digest, {}}, Moment{});
    catalog.take_update();  // so that only reads wake
  });
  PieceReader reader(**shares);
  REQUIRE(reader.start());
  const auto read = [&](std::uint64_t offset) {
    woken = {};
    reader.read({DiskTicket{1}, "large", digest, offset, limits::kPiece});
    REQUIRE(woken.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    auto result = reader.take();
    REQUIRE(result.has_value());
    return result->bytes;
  };
  CHECK(read(kSize / 2 - 1).substr(0, 8) == std::string("\0middle\0", 8));
  CHECK(read(kSize - 4) == std::string("\0end", 4));
}

TEST_CASE("ending in the middle of a large file takes less than a second") {
  const TemporaryFolder folder;
  folder.write("1 small", "x");
  folder.write("2 large", "");
  REQUIRE(::truncate(folder.at("2 large").c_str(), off_t{1} << 42) == 0);  // an hour of hashing
  for (const char* name : {"1 small", "2 large"}) folder.make_old(name);   // hashed without delay
  Sharing sharing({folder.path()});
  REQUIRE(sharing.wait_for([&] { return sharing.progress().files == 1; }));
  CHECK(sharing.progress().pending_files == 1);
  const auto start = std::chrono::steady_clock::now();
  sharing.end();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}
