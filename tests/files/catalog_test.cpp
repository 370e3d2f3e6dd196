#include "files/catalog.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/sha256.h"

using namespace oxbow;

using Notice = Catalog::Notice;

namespace {

constexpr Moment kStart{};
Moment at(int ms) { return kStart + std::chrono::milliseconds(ms); }
FileState state(std::uint64_t inode, std::uint64_t size = 10) { return {1, inode, size, 0}; }
HashOutcome hashed(const FileState& of, const Digest& digest) {
  return {HashEnd::hashed, of, digest, {}};
}

// Hashes everything that is due, with the inode as the content.
void hash_all(Catalog& catalog,
              const std::map<std::pair<FolderNumber, std::string>, FileState>& disk, Moment now) {
  while (const auto job = catalog.next_job(now)) {
    const auto file = disk.find({job->folder, job->key});
    HashOutcome outcome;
    if (file != disk.end()) {
      outcome = hashed(file->second, sha256(std::to_string(file->second.inode)));
    }
    catalog.finish(*job, outcome, now);
  }
}

}  // namespace

TEST_CASE("of the files that are due the smallest is hashed first, and large ones by who may") {
  Catalog catalog;
  catalog.notice(0, "a", state(1, 3000), kStart, Notice::seen);
  catalog.notice(0, "b", state(2, 2000), kStart, Notice::seen);
  catalog.notice(0, "c", state(3, 1), at(100), Notice::seen);
  CHECK_FALSE(catalog.next_job(kStart, 1000).has_value());
  CHECK(catalog.next_due(1000) == at(100));  // not those that are too large
  CHECK(catalog.next_due() <= kStart);
  CHECK(catalog.next_job(kStart)->key == "b");
  catalog.gone(0, "a");
  CHECK(catalog.progress().pending_files == 2);
  CHECK(catalog.next_job(at(100), 1000)->key == "c");
  CHECK_FALSE(catalog.next_job(at(100)).has_value());
  CHECK_FALSE(catalog.next_due().has_value());
}

TEST_CASE("files of one size are hashed in the order of their names, and findable then") {
  Catalog catalog;
  catalog.notice(0, "b", state(2), kStart, Notice::seen);
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  CHECK(catalog.progress().pending_files == 2);
  CHECK(catalog.progress().pending_bytes == 20);
  const auto job = catalog.next_job(kStart);
  REQUIRE(job.has_value());
  CHECK(job->key == "a");
  CHECK(catalog.progress().pending_files == 2);
  CHECK(!catalog.find("a").has_value());
  catalog.finish(*job, hashed(state(1), sha256("1")), kStart);
  CHECK(catalog.progress().pending_files == 1);
  REQUIRE(catalog.find("a").has_value());
  CHECK(catalog.find("a")->current);
  const auto update = catalog.take_update();
  REQUIRE(update.has_value());
  REQUIRE(update->found.size() == 1);
  CHECK(update->found[0].key == "a");
  CHECK(update->found[0].sha256 == sha256("1"));
  CHECK(!catalog.take_update().has_value());
}

TEST_CASE("a file is not due before it has settled, unless its writer is done") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), at(2'000), Notice::seen);
  CHECK(!catalog.next_job(at(1'999)).has_value());
  CHECK(catalog.next_due() == at(2'000));
  catalog.notice(0, "a", state(1, 20), at(100), Notice::seen);
  CHECK(catalog.next_due() == at(2'000));
  catalog.notice(0, "a", state(1, 30), at(100), Notice::closed);
  CHECK(catalog.next_due() == at(100));
  CHECK(catalog.progress().pending_bytes == 30);
}

TEST_CASE("a file that changes while it is hashed is hashed again, and not found meanwhile") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  const auto job = catalog.next_job(kStart);
  REQUIRE(job.has_value());
  catalog.notice(0, "a", state(2), at(50), Notice::closed);
  catalog.finish(*job, hashed(state(1), sha256("1")), at(60));
  CHECK(!catalog.find("a").has_value());
  CHECK(catalog.next_due() == at(160));
  const auto again = catalog.next_job(at(160));
  REQUIRE(again.has_value());
  catalog.finish(*again, hashed(state(2), sha256("2")), at(170));
  CHECK(catalog.find("a")->digest == sha256("2"));
}

TEST_CASE("news of a change that was hashed already does not hash again") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  const auto job = catalog.next_job(kStart);
  REQUIRE(job.has_value());
  catalog.notice(0, "a", state(2), at(50), Notice::closed);
  catalog.finish(*job, hashed(state(2), sha256("2")), at(60));
  CHECK(catalog.find("a")->digest == sha256("2"));
  CHECK(!catalog.next_due().has_value());
}

TEST_CASE("a file that keeps changing is tried less and less often") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  std::vector<long> waits;
  Moment now = kStart;
  for (int i = 0; i < 9; ++i) {
    const auto job = catalog.next_job(now);
    REQUIRE(job.has_value());
    catalog.finish(*job, {HashEnd::changed, {}, {}, {}}, now);
    waits.push_back(std::chrono::milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  *catalog.next_due() - now))
                        .count());
    now = *catalog.next_due();
  }
  CHECK(waits == std::vector<long>{100, 200, 400, 800, 1600, 3200, 6400, 6400, 6400});
}

TEST_CASE("a file that went and came back while it was hashed is another file") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  const auto job = catalog.next_job(kStart);
  REQUIRE(job.has_value());
  catalog.gone(0, "a");
  catalog.notice(0, "a", state(2), kStart, Notice::seen);
  catalog.finish(*job, hashed(state(1), sha256("1")), kStart);
  CHECK(!catalog.find("a").has_value());
  CHECK(catalog.progress().pending_files == 1);
}

TEST_CASE("a touched file of the same content is no news") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  hash_all(catalog, {{{0, "a"}, state(1)}}, kStart);
  catalog.take_update();
  FileState touched = state(1);
  touched.modified_ns = 5;
  catalog.notice(0, "a", touched, kStart, Notice::seen);
  CHECK(!catalog.find("a")->current);
  hash_all(catalog, {{{0, "a"}, touched}}, kStart);
  CHECK(catalog.find("a")->current);
  const auto update = catalog.take_update();
  REQUIRE(update.has_value());
  CHECK(update->found.empty());
  CHECK(update->removed.empty());
}

TEST_CASE("a sweep drops what the scan has not seen below its path, some at a time") {
  Catalog catalog;
  for (const char* key : {"a", "sub", "sub-other/x", "sub/x", "sub/y", "sub/z/1", "t"}) {
    catalog.notice(0, key, state(1), kStart, Notice::seen);
  }
  catalog.notice(1, "sub/other folder", state(1), kStart, Notice::seen);
  catalog.begin_scan();
  catalog.notice(0, "sub/y", state(1), kStart, Notice::seen);
  std::string cursor;
  int rounds = 1;
  while (catalog.sweep(0, "sub", cursor, 2)) ++rounds;
  CHECK(rounds == 2);
  std::vector<std::string> left;
  while (const auto job = catalog.next_job(kStart)) left.push_back(job->key);
  CHECK(left ==
        std::vector<std::string>{"a", "sub", "sub-other/x", "sub/other folder", "sub/y", "t"});
}

TEST_CASE("files beyond the limit are counted, not kept") {
  Catalog catalog(2);
  for (const char* key : {"a", "b", "c", "d"}) {
    catalog.notice(0, key, state(1), kStart, Notice::seen);
  }
  CHECK(catalog.progress().pending_files == 2);
  CHECK(catalog.beyond_limit() == 2);
}

TEST_CASE("an unreadable file is not pending, and tried again when it is noticed again") {
  Catalog catalog;
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  catalog.finish(*catalog.next_job(kStart), {HashEnd::unreadable, {}, {}, {}}, kStart);
  CHECK(catalog.progress().pending_files == 0);
  CHECK(catalog.take_unreadable() == 1);
  CHECK(catalog.take_unreadable() == 0);
  catalog.notice(0, "a", state(1), kStart, Notice::seen);
  CHECK(catalog.progress().pending_files == 1);
}

// Files of three folders come, change and go, are scanned and hashed at random moments; in the end
// the index that followed the updates is what is on the disk, and all counts agree with it.
TEST_CASE("whatever happens in whatever order, the index ends up as the disk is") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Catalog catalog;
    std::map<std::pair<FolderNumber, std::string>, FileState> disk;
    std::map<std::string, SharedFile> index;
    std::vector<HashJob> jobs;
    Moment now = kStart;
    std::uint64_t inodes = 0;
    const auto take_update = [&] {
      while (const auto update = catalog.take_update()) {
        for (const auto& key : update->removed) index.erase(key);
        for (const auto& file : update->found) index.insert_or_assign(file.key, file);
      }
    };
    const auto finish = [&](std::size_t which) {
      const HashJob job = jobs[which];
      jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(which));
      HashOutcome outcome;
      if (const auto file = disk.find({job.folder, job.key}); file != disk.end()) {
        outcome = hashed(file->second, sha256(std::to_string(file->second.inode)));
        if (random.below(4) == 0) outcome.end = HashEnd::changed;
      }
      catalog.finish(job, outcome, now);
    };
    for (int step = 0; step < 300; ++step) {
      now += std::chrono::milliseconds(random.below(60));
      const auto folder = static_cast<FolderNumber>(random.below(3));
      const std::string key = (random.below(2) == 0 ? "d/" : "") + std::to_string(random.below(6));
      switch (random.below(6)) {
        case 0:  // appears or changes
          disk[{folder, key}] = state(++inodes, random.below(100));
          catalog.notice(folder, key, disk[{folder, key}], now + std::chrono::milliseconds(100),
                         random.below(2) == 0 ? Notice::seen : Notice::closed);
          break;
        case 1:
          disk.erase({folder, key});
          catalog.gone(folder, key);
          break;
        case 2: {  // a change that only a scan finds
          if (random.below(2) == 0) disk.erase({folder, key});
          catalog.begin_scan();
          const std::string_view path = random.below(2) == 0 ? "" : "d";
          for (const auto& [place, file] : disk) {
            if (place.first != folder || !place.second.starts_with(path)) continue;
            catalog.notice(folder, place.second, file, now, Notice::seen);
          }
          std::string cursor;
          while (catalog.sweep(folder, path, cursor, 2)) {
          }
          if (disk.count({folder, key}) == 0) catalog.gone(folder, key);
          break;
        }
        case 3:
          if (auto job = catalog.next_job(now)) jobs.push_back(*job);
          break;
        case 4:
          if (!jobs.empty()) finish(random.below(jobs.size()));
          break;
        case 5:
          take_update();
          break;
      }
    }
    while (!jobs.empty()) finish(0);
    hash_all(catalog, disk, now + std::chrono::hours(1));
    take_update();

    std::map<std::string, FileState> wanted;  // the first folder wins
    for (const auto& [place, file] : disk) wanted.emplace(place.second, file);
    REQUIRE(index.size() == wanted.size());
    std::uint64_t bytes = 0;
    for (const auto& [key, file] : wanted) {
      REQUIRE(index.count(key) == 1);
      CHECK(index[key].size == file.size);
      CHECK(index[key].sha256 == sha256(std::to_string(file.inode)));
      CHECK(catalog.find(key)->current);
      bytes += file.size;
    }
    CHECK(catalog.progress().files == wanted.size());
    CHECK(catalog.progress().bytes == bytes);
    CHECK(catalog.progress().pending_files == 0);
    CHECK(catalog.progress().pending_bytes == 0);
    CHECK(catalog.shadowed() == disk.size() - wanted.size());
  }
}
