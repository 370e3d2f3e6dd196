#include "overlay/local_index.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "base/random.h"

using namespace oxbow;

namespace {

Digest digest(std::uint8_t first) {
  Digest result;
  result.bytes[0] = first;
  return result;
}

SharedFile file(std::string key, std::uint64_t size, std::uint8_t first) {
  return {std::move(key), size, digest(first)};
}

IndexUpdate found(std::vector<SharedFile> files) { return {{}, std::move(files), {}}; }

Pattern glob(std::string_view text) {
  Result<Pattern> compiled = Pattern::compile(Match::glob, text);
  REQUIRE(compiled.ok());
  return std::move(*compiled);
}

std::vector<std::string> keys_matching(const LocalIndex& index, std::string_view pattern) {
  const Pattern compiled = glob(pattern);
  LocalIndex::Cursor cursor;
  std::vector<std::uint32_t> slots;
  while (index.scan(cursor, compiled, slots)) {
  }
  std::vector<std::string> keys;
  for (const std::uint32_t slot : slots) keys.emplace_back(index.at(slot).key);
  return keys;
}

std::string numbered(int i) { return "key-" + std::to_string(i); }

}  // namespace

TEST_CASE("a published value is found by its exact key, until it is unpublished") {
  LocalIndex index;
  CHECK_FALSE(index.find("a").has_value());
  const auto published = index.publish("a", "value", digest(1));
  REQUIRE(published.ok());
  CHECK_FALSE(published->replaced);

  const auto entry = index.find("a");
  REQUIRE(entry.has_value());
  CHECK(entry->key == "a");
  CHECK(entry->size == 5);
  CHECK(entry->sha256 == digest(1));
  CHECK(entry->is_value);
  CHECK(entry->value == "value");
  CHECK_FALSE(index.find("A").has_value());
  CHECK_FALSE(index.find("").has_value());
  CHECK(index.published() == 1);
  CHECK(index.published_bytes() == 5);

  CHECK(index.unpublish("a"));
  CHECK_FALSE(index.unpublish("a"));
  CHECK_FALSE(index.find("a").has_value());
  CHECK(index.published() == 0);
  CHECK(index.published_bytes() == 0);
}

TEST_CASE("publishing again replaces the value") {
  LocalIndex index;
  REQUIRE(index.publish("a", "first", digest(1)).ok());
  const auto published = index.publish("a", "second one", digest(2));
  REQUIRE(published.ok());
  CHECK(published->replaced);
  CHECK(index.find("a")->value == "second one");
  CHECK(index.find("a")->sha256 == digest(2));
  CHECK(index.published() == 1);
  CHECK(index.published_bytes() == 10);
}

TEST_CASE("a key and value may be views into the entry that they replace") {
  LocalIndex index;
  REQUIRE(index.publish("key", "the value", digest(1)).ok());
  const IndexEntry entry = *index.find("key");
  REQUIRE(index.publish(entry.key, entry.value.substr(4), digest(2)).ok());
  CHECK(index.find("key")->value == "value");
  CHECK(index.unpublish(index.find("key")->key));
  CHECK_FALSE(index.find("key").has_value());
}

TEST_CASE("empty values and keys of any bytes are fine") {
  LocalIndex index;
  const std::string odd("\0\xff/", 3);
  REQUIRE(index.publish(odd, "", digest(1)).ok());
  REQUIRE(index.find(odd).has_value());
  CHECK(index.find(odd)->size == 0);
  CHECK(index.find(odd)->value.empty());
  CHECK(keys_matching(index, "*") == std::vector<std::string>{odd});
}

TEST_CASE("keys and values have limits") {
  LocalIndex index;
  const std::string longest_key(limits::kKey, 'k');
  const std::string largest_value(limits::kValue, 'v');
  CHECK(index.publish(longest_key, largest_value, digest(1)).ok());
  CHECK(index.find(longest_key)->value == largest_value);
  CHECK(index.publish("", "v", digest(1)).error() ==
        Error{"bad-key", "the key is empty", "1 to 1024 bytes", "0 bytes"});
  CHECK(index.publish(longest_key + "k", "v", digest(1)).error() ==
        Error{"bad-key", "the key is too long", "1 to 1024 bytes", "1025 bytes"});
  CHECK(index.publish("k", largest_value + "v", digest(1)).error() ==
        Error{"too-large", "the value is too large to publish (share it as a file)",
              "at most 1048576 bytes", "1048577 bytes"});
  CHECK(index.published() == 1);
  CHECK(index.published_bytes() == limits::kValue);
}

TEST_CASE("an index takes as many keys as it may, hidden files included, and then no more") {
  LocalIndex index(3);
  REQUIRE(index.publish("a", "v", digest(1)).ok());
  CHECK(index.apply(found({file("a", 1, 1), file("b", 1, 1), file("c", 1, 1)})) == 1);
  CHECK(index.files() == 2);
  CHECK_FALSE(index.find("c").has_value());
  const Error full{"full", "the local index is full (unpublish some keys, or share fewer files)",
                   "at most 3 keys", "one more"};
  CHECK(index.publish("d", "v", digest(1)).error() == full);
  CHECK(index.publish("b", "v", digest(1)).error() == full);  // the file would be hidden
  CHECK(index.publish("a", "w", digest(1)).ok());
  CHECK(index.apply(found({file("b", 2, 2)})) == 0);
  index.apply({{"a"}, {}, {}});
  CHECK(index.publish("d", "v", digest(1)).ok());
  CHECK(index.published() == 2);
}

TEST_CASE("published values have room for so many bytes in all") {
  LocalIndex index(100, 10);
  REQUIRE(index.publish("a", "123456", digest(1)).ok());
  CHECK(index.publish("b", "12345", digest(1)).error() ==
        Error{"full", "no room for more published values (unpublish some, or share files)",
              "at most 10 bytes of values", "6 bytes are published"});
  CHECK(index.publish("b", "1234", digest(1)).ok());
  CHECK(index.publish("a", "1234567", digest(1)).error().code == "full");
  CHECK(index.find("a")->value == "123456");
  CHECK(index.publish("a", "654321", digest(1)).ok());
  CHECK(index.unpublish("b"));
  CHECK(index.publish("a", "1234567890", digest(1)).ok());
  CHECK(index.published_bytes() == 10);
}

TEST_CASE("files appear, change and go with the updates") {
  LocalIndex index;
  IndexUpdate update = found({file("a.txt", 10, 1), file("b.txt", 20, 2)});
  update.progress = {2, 30, 1, 5, true};
  CHECK(index.apply(update) == 0);
  CHECK(index.files() == 2);
  CHECK(index.file_bytes() == 30);
  CHECK(index.shares().files == 2);
  CHECK(index.shares().pending_files == 1);
  CHECK(index.shares().scanning);
  REQUIRE(index.find("a.txt").has_value());
  CHECK(index.find("a.txt")->size == 10);
  CHECK(index.find("a.txt")->sha256 == digest(1));
  CHECK_FALSE(index.find("a.txt")->is_value);
  CHECK(index.find("a.txt")->value.empty());

  // Removed first, then found.
  CHECK(index.apply({{"a.txt", "b.txt", "never there"}, {file("a.txt", 11, 3)}, {}}) == 0);
  CHECK(index.files() == 1);
  CHECK(index.file_bytes() == 11);
  CHECK(index.find("a.txt")->sha256 == digest(3));
  CHECK_FALSE(index.find("b.txt").has_value());
  CHECK_FALSE(index.shares().scanning);
}

TEST_CASE("a file whose path is no key is left out, and counted") {
  LocalIndex index;
  CHECK(index.apply(found({file(std::string(limits::kKey + 1, 'x'), 1, 1), file("", 1, 1),
                           file("good", 1, 1)})) == 2);
  CHECK(index.files() == 1);
}

TEST_CASE("a published value hides the file of the same key while it is there") {
  LocalIndex index;
  index.apply(found({file("k", 100, 1)}));
  const auto published = index.publish("k", "v", digest(2));
  REQUIRE(published.ok());
  CHECK_FALSE(published->replaced);
  CHECK(index.find("k")->is_value);
  CHECK(index.find("k")->size == 1);
  CHECK(index.files() == 1);
  CHECK(index.file_bytes() == 100);
  CHECK(keys_matching(index, "*") == std::vector<std::string>{"k"});

  SUBCASE("and it shows again afterwards") {
    CHECK(index.unpublish("k"));
    REQUIRE(index.find("k").has_value());
    CHECK_FALSE(index.find("k")->is_value);
    CHECK(index.find("k")->size == 100);
    CHECK(index.find("k")->sha256 == digest(1));
    CHECK_FALSE(index.unpublish("k"));
    CHECK(index.find("k").has_value());
  }
  SUBCASE("as it has become meanwhile") {
    index.apply(found({file("k", 200, 3)}));
    CHECK(index.find("k")->is_value);
    CHECK(index.file_bytes() == 200);
    CHECK(index.unpublish("k"));
    CHECK(index.find("k")->size == 200);
    CHECK(index.find("k")->sha256 == digest(3));
  }
  SUBCASE("or not, if it is gone by then") {
    index.apply({{"k"}, {}, {}});
    CHECK(index.find("k")->is_value);
    CHECK(index.files() == 0);
    CHECK(index.file_bytes() == 0);
    CHECK(index.unpublish("k"));
    CHECK_FALSE(index.find("k").has_value());
  }
  SUBCASE("also when the file comes later than the value") {
    index.publish("late", "v", digest(4)).value();
    index.apply(found({file("late", 300, 5)}));
    CHECK(index.find("late")->is_value);
    CHECK(index.files() == 2);
    CHECK(index.unpublish("late"));
    CHECK(index.find("late")->size == 300);
  }
}

TEST_CASE("a scan finds matching keys in the order of their slots, which are used again") {
  LocalIndex index;
  for (const char* key : {"c.txt", "a.txt", "b.gz", "d.txt"}) {
    REQUIRE(index.publish(key, "v", digest(1)).ok());
  }
  CHECK(keys_matching(index, "*.txt") == std::vector<std::string>{"c.txt", "a.txt", "d.txt"});
  index.unpublish("a.txt");
  REQUIRE(index.publish("e.txt", "v", digest(1)).ok());
  CHECK(keys_matching(index, "*.txt") == std::vector<std::string>{"c.txt", "e.txt", "d.txt"});
  CHECK(keys_matching(index, "none*").empty());
}

TEST_CASE("one slice of a scan looks at no more than its limits") {
  constexpr int kKeys = 2 * limits::kScanKeys + 1'000;
  LocalIndex index;
  for (int i = 0; i < kKeys; ++i) REQUIRE(index.publish(numbered(i), "", digest(1)).ok());
  const Pattern all = glob("*");
  LocalIndex::Cursor cursor;
  std::vector<std::uint32_t> slots;
  CHECK(index.scan(cursor, all, slots));
  CHECK(slots.size() == limits::kScanKeys);
  CHECK(cursor.position == limits::kScanKeys);
  CHECK(index.scan(cursor, all, slots));
  CHECK_FALSE(index.scan(cursor, all, slots));
  CHECK(slots.size() == kKeys);
  CHECK_FALSE(index.scan(cursor, all, slots));
  CHECK(slots.size() == kKeys);

  SUBCASE("counted in bytes, where keys are long") {
    LocalIndex long_keys;
    for (int i = 1000; i < 2000; ++i) {
      const std::string key = std::to_string(i) + std::string(limits::kKey - 4, 'x');
      REQUIRE(long_keys.publish(key, "", digest(1)).ok());
    }
    LocalIndex::Cursor from_start;
    std::vector<std::uint32_t> matches;
    CHECK(long_keys.scan(from_start, all, matches));
    CHECK(matches.size() == limits::kScanBytes / limits::kKey);
  }
  SUBCASE("fewer, for a pattern that may be slow to match, but always one") {
    LocalIndex::Cursor from_start;
    std::vector<std::uint32_t> matches;
    const Pattern slow = glob("*[0-5]" + std::string(50, '?') + "z");
    CHECK(index.scan(from_start, slow, matches));
    CHECK(from_start.position > 0);
    CHECK(from_start.position < limits::kScanKeys / 8);
  }
  SUBCASE("and stops at the number of matches that is wanted") {
    LocalIndex::Cursor from_start;
    std::vector<std::uint32_t> matches;
    CHECK(index.scan(from_start, glob("*7"), matches, 3));
    REQUIRE(matches.size() == 3);
    CHECK(index.at(matches[2]).key == "key-27");
    CHECK(from_start.position == 28);
  }
}

TEST_CASE("keys that stay are met exactly once by a scan during which others come and go") {
  LocalIndex index;
  for (int i = 0; i < 20'000; ++i) REQUIRE(index.publish(numbered(i), "", digest(1)).ok());
  const Pattern all = glob("key-*");
  LocalIndex::Cursor cursor;
  std::multiset<std::string> met;
  std::vector<std::uint32_t> slots;
  int round = 0;
  for (bool more = true; more; ++round) {
    slots.clear();
    more = index.scan(cursor, all, slots);
    for (const std::uint32_t slot : slots) met.emplace(index.at(slot).key);
    for (int i = 0; i < 1000; ++i) {  // keys with odd numbers go, new ones come, even ones change
      index.unpublish(numbered(2 * (round * 1000 + i) + 1));
      index.publish(numbered(100'000 + round * 1000 + i), "new", digest(1)).value();
      index.publish(numbered(2 * (round * 1000 + i)), "changed", digest(2)).value();
    }
  }
  CHECK(round >= 5);
  for (int i = 0; i < 20'000; i += 2) CHECK(met.count(numbered(i)) == 1);
}

TEST_CASE("the index agrees with a plain map through 50,000 random changes") {
  struct Both {
    std::map<std::string, std::string> values;
    std::map<std::string, std::uint64_t> files;
  } expected;
  LocalIndex index;
  Random random(5);
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = numbered(static_cast<int>(random.below(3000)));
    switch (random.below(4)) {
      case 0: {
        const std::string value(random.below(20), 'v');
        const bool replaced = !expected.values.insert_or_assign(key, value).second;
        CHECK(index.publish(key, value, digest(1))->replaced == replaced);
        break;
      }
      case 1:
        CHECK(index.unpublish(key) == (expected.values.erase(key) == 1));
        break;
      case 2: {
        const std::uint64_t size = random.below(1000);
        expected.files.insert_or_assign(key, size);
        index.apply(found({file(key, size, 2)}));
        break;
      }
      default:
        expected.files.erase(key);
        index.apply({{key}, {}, {}});
    }
  }
  std::uint64_t value_bytes = 0, file_bytes = 0;
  for (const auto& [key, value] : expected.values) value_bytes += value.size();
  for (const auto& [key, size] : expected.files) file_bytes += size;
  CHECK(index.published() == expected.values.size());
  CHECK(index.published_bytes() == value_bytes);
  CHECK(index.files() == expected.files.size());
  CHECK(index.file_bytes() == file_bytes);

  std::set<std::string> all;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = numbered(i);
    const auto entry = index.find(key);
    const auto value = expected.values.find(key);
    const auto shared = expected.files.find(key);
    const bool is_there = value != expected.values.end() || shared != expected.files.end();
    REQUIRE(entry.has_value() == is_there);
    if (!is_there) continue;
    all.insert(key);
    CHECK(entry->is_value == (value != expected.values.end()));
    CHECK(entry->size == (entry->is_value ? value->second.size() : shared->second));
  }
  const std::vector<std::string> scanned = keys_matching(index, "*");
  CHECK(scanned.size() == all.size());
  CHECK(std::set<std::string>(scanned.begin(), scanned.end()) == all);
}
