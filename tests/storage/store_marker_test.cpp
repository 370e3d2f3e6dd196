// The marker: what is written is read, a write that was cut short leaves the one before it.
#include "storage/store_marker.h"

#include <algorithm>
#include <fstream>

#include "storage/opened_store.h"
#include "storage/synced_files.h"

using namespace oxbow;
using namespace oxbow::storage;
using namespace oxbow::test;

namespace {

StoreMarker example() {
  StoreMarker marker;
  marker.state = StoreMarker::State::open;
  marker.complete = false;
  marker.synced = {77, {5, 1234}, {{8, 900}, {11, 30}}};
  marker.objects = 12;
  marker.tombstones = 3;
  return marker;
}

}  // namespace

TEST_CASE("a marker comes back as it was") {
  const std::string bytes = marker_bytes(example(), 9);
  CHECK(bytes.size() == kMarkerBytes);
  const auto parsed = parse_marker(bytes);
  REQUIRE(parsed.has_value());
  CHECK(parsed->marker == example());
  CHECK(parsed->turn == 9);
}

TEST_CASE("of many logs the newest are named") {
  StoreMarker marker = example();
  marker.synced.logs.clear();
  for (std::uint64_t number = 0; number < 40; ++number) marker.synced.logs.push_back({number, 1});
  const auto parsed = parse_marker(marker_bytes(marker, 1));
  REQUIRE(parsed.has_value());
  CHECK(parsed->marker.synced.logs.size() == kMarkedLogs);
  CHECK(parsed->marker.synced.logs.front() == FileMark{24, 1});
  CHECK(parsed->marker.synced.logs.back() == FileMark{39, 1});
}

TEST_CASE("a marker with any wrong byte, or cut, is damaged") {
  const std::string bytes = marker_bytes(example(), 9);
  const std::size_t used = bytes.find_last_not_of('\0') + 1;
  for (std::size_t at = 0; at < used; ++at) {
    CAPTURE(at);
    std::string wrong = bytes;
    wrong[at] = static_cast<char>(wrong[at] ^ 1);
    CHECK_FALSE(parse_marker(wrong).has_value());
    CHECK_FALSE(parse_marker(bytes.substr(0, at)).has_value());
  }
}

TEST_CASE("notes are written in turn, and a torn one leaves the one before it") {
  const TemporaryFolder folder;
  const std::string path = folder.at("STORE");
  {
    StoreMarkerFile file(folder.path());
    CHECK(file.read().value() == StoreMarkerFile::Found::nothing);
    REQUIRE(file.keep(example()).ok());
    for (std::uint64_t sequence = 100; sequence < 105; ++sequence) {
      file.note({sequence, {6, sequence}, {}});
    }
    CHECK(file.marker().synced.sequence == 104);
  }
  StoreMarkerFile read(folder.path());
  CHECK(read.read().value() == StoreMarkerFile::Found::marker);
  CHECK(read.marker().synced.sequence == 104);
  CHECK_FALSE(read.marker().complete);
  CHECK_FALSE(read.was_clean());
  int valid = 0;
  for (const std::size_t copy : {std::size_t{0}, std::size_t{1}}) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    std::string bytes(2 * kMarkerBytes, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const std::string whole = bytes;
    bytes[copy * kMarkerBytes + 30] = static_cast<char>(bytes[copy * kMarkerBytes + 30] ^ 1);
    file.seekp(0);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    StoreMarkerFile torn(folder.path());
    REQUIRE(torn.read().value() == StoreMarkerFile::Found::marker);
    const std::uint64_t sequence = torn.marker().synced.sequence;
    CHECK((sequence == 103 || sequence == 104));
    valid += sequence == 104 ? 1 : 0;
    file.seekp(0);
    file.write(whole.data(), static_cast<std::streamsize>(whole.size()));
  }
  CHECK(valid == 1);
}

TEST_CASE("the files of RocksDB are known by their names") {
  CHECK(number_of_log("/data/rocksdb/000012.log") == 12U);
  CHECK(number_of_log("000012.log") == 12U);
  CHECK_FALSE(number_of_log("/data/rocksdb/000012.sst").has_value());
  CHECK_FALSE(number_of_log("/data/rocksdb/x.log").has_value());
  CHECK_FALSE(number_of_log(".log").has_value());
  CHECK(number_of_manifest("/data/rocksdb/MANIFEST-000005") == 5U);
  CHECK_FALSE(number_of_manifest("/data/rocksdb/MANIFEST-").has_value());
  CHECK_FALSE(number_of_manifest("/data/rocksdb/CURRENT").has_value());
}
