// Live objects in the local index: the store keeps them, the index makes them findable.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/random.h"
#include "overlay/local_index.h"

using namespace oxbow;

namespace {

Digest digest(std::uint8_t first) {
  Digest result;
  result.bytes[0] = first;
  return result;
}

void add_file(LocalIndex& index, std::string key, std::uint64_t size) {
  index.apply({{}, {{std::move(key), size, digest(9)}}, {}});
}
void remove_file(LocalIndex& index, std::string key) { index.apply({{std::move(key)}, {}, {}}); }

/// "value", "object", "file", or "" where nothing is found.
std::string found(const LocalIndex& index, std::string_view key) {
  const auto entry = index.find(key);
  if (!entry) return "";
  CHECK(entry->key == key);
  CHECK(!(entry->is_value && entry->is_object));
  return entry->is_value ? "value" : entry->is_object ? "object" : "file";
}

}  // namespace

TEST_CASE("an object is found by its key; its size and digest once they were told") {
  LocalIndex index;
  CHECK(index.add_object("k"));
  CHECK(found(index, "k") == "object");
  CHECK_FALSE(index.find("k")->is_known);
  CHECK(index.find("k")->value.empty());
  CHECK(index.objects() == 1);
  CHECK(index.published() == 0);
  CHECK(index.files() == 0);

  index.describe("k", 7, digest(1));
  CHECK(index.find("k")->is_known);
  CHECK(index.find("k")->size == 7);
  CHECK(index.find("k")->sha256 == digest(1));

  CHECK(index.add_object("k"));  // it was written again
  CHECK_FALSE(index.find("k")->is_known);
  CHECK(index.objects() == 1);

  CHECK(index.remove_object("k"));
  CHECK_FALSE(index.remove_object("k"));
  CHECK(found(index, "k") == "");
  CHECK(index.objects() == 0);
  CHECK_FALSE(index.remove_object("never there"));
  CHECK_FALSE(index.add_object(""));
}

TEST_CASE("a published value comes before an object, an object before a file") {
  LocalIndex index;
  const auto publish = [&] { return index.publish("k", "v", digest(2)).value().replaced; };

  SUBCASE("in whatever order they come") {
    for (int order = 0; order < 6; ++order) {
      CAPTURE(order);
      LocalIndex ordered;
      const int first = order % 3;
      const int second = (first + 1 + order / 3) % 3;
      for (const int what : {first, second, 3 - first - second}) {
        if (what == 0) add_file(ordered, "k", 100);
        if (what == 1) CHECK(ordered.add_object("k"));
        if (what == 2) CHECK_FALSE(ordered.publish("k", "v", digest(2)).value().replaced);
      }
      CHECK(found(ordered, "k") == "value");
      CHECK(ordered.unpublish("k"));
      CHECK(found(ordered, "k") == "object");
      CHECK(ordered.remove_object("k"));
      CHECK(found(ordered, "k") == "file");
      CHECK(ordered.find("k")->size == 100);
      CHECK(ordered.find("k")->is_known);
    }
  }
  SUBCASE("what is hidden may go first") {
    add_file(index, "k", 100);
    CHECK(index.add_object("k"));
    CHECK_FALSE(publish());
    CHECK(index.remove_object("k"));
    CHECK(found(index, "k") == "value");
    CHECK(index.unpublish("k"));
    CHECK(found(index, "k") == "file");
  }
  SUBCASE("an object alone shows again") {
    CHECK(index.add_object("k"));
    CHECK_FALSE(publish());
    CHECK(publish());
    CHECK(index.objects() == 1);
    CHECK(index.unpublish("k"));
    CHECK(found(index, "k") == "object");
    CHECK_FALSE(index.find("k")->is_known);
  }
  SUBCASE("a file that is removed while an object hides it") {
    add_file(index, "k", 100);
    CHECK(index.add_object("k"));
    remove_file(index, "k");
    CHECK(index.files() == 0);
    CHECK(found(index, "k") == "object");
    CHECK(index.remove_object("k"));
    CHECK(found(index, "k") == "");
  }
}

TEST_CASE("objects count towards the keys that an index may have") {
  LocalIndex index(2);
  CHECK(index.add_object("a"));
  add_file(index, "b", 1);
  CHECK_FALSE(index.add_object("c"));
  CHECK_FALSE(index.add_object("b"));  // the file would be hidden
  CHECK(found(index, "b") == "file");
  CHECK(index.publish("a", "v", digest(1)).error().code == "full");
  CHECK(index.add_object("a"));
  remove_file(index, "b");
  CHECK(index.publish("a", "v", digest(1)).ok());
  CHECK(index.objects() == 1);
}

TEST_CASE("a scan meets objects like everything else") {
  LocalIndex index;
  CHECK(index.add_object("a.txt"));
  add_file(index, "b.txt", 1);
  CHECK(index.add_object("c.gz"));
  const auto pattern = Pattern::compile(Match::glob, "*.txt");
  LocalIndex::Cursor cursor;
  std::vector<std::uint32_t> slots;
  CHECK_FALSE(index.scan(cursor, *pattern, slots));
  REQUIRE(slots.size() == 2);
  CHECK(index.at(slots[0]).is_object);
  CHECK(index.at(slots[0]).key == "a.txt");
  CHECK_FALSE(index.at(slots[1]).is_object);
}

TEST_CASE("values, objects and files agree with plain sets through 50,000 random changes") {
  LocalIndex index;
  std::set<std::string> values, objects;
  std::map<std::string, std::uint64_t> files;
  Random random(7);
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = "key-" + std::to_string(random.below(500));
    switch (random.below(6)) {
      case 0:
        CHECK(index.publish(key, "v", digest(1))->replaced == !values.insert(key).second);
        break;
      case 1:
        CHECK(index.unpublish(key) == (values.erase(key) == 1));
        break;
      case 2:
        objects.insert(key);
        CHECK(index.add_object(key));
        break;
      case 3:
        CHECK(index.remove_object(key) == (objects.erase(key) == 1));
        break;
      case 4:
        files[key] = random.below(1000);
        add_file(index, key, files[key]);
        break;
      default:
        files.erase(key);
        remove_file(index, key);
    }
    if (i % 50 != 0) continue;
    const std::string expected = values.count(key) > 0    ? "value"
                                 : objects.count(key) > 0 ? "object"
                                 : files.count(key) > 0   ? "file"
                                                          : "";
    REQUIRE(found(index, key) == expected);
    if (expected == "file") CHECK(index.find(key)->size == files[key]);
  }
  CHECK(index.published() == values.size());
  CHECK(index.objects() == objects.size());
  CHECK(index.files() == files.size());
}
