#include <doctest/doctest.h>

#include "config_helpers.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

constexpr const char* kId = "--id=000102030405060708090a0b0c0d0e0f";

BucketPolicy bucket_of(const std::string& text) {
  const auto options = load({"--bucket=" + text});
  REQUIRE_MESSAGE(options.ok(), message_of(options));
  REQUIRE(options->buckets.size() == 1);
  return options->buckets[0];
}

std::string bucket_error(const std::string& text) { return message_of(load({"--bucket=" + text})); }

}  // namespace

TEST_CASE("a member needs an identity that stays") {
  CHECK(message_of(load({"--member"})) ==
        "member = yes needs an identity that stays: set data = DIR, which keeps one (and the "
        "objects), or id = HEX");
  CHECK(load({"--member", kId})->member);
  CHECK(load({"--member", "--data=state"})->member);
  CHECK_FALSE(load({"--member=no"})->member);
  const TemporaryFolder folder;
  const std::string file = folder.write("a.conf", "ttl = 3\nmember = yes\n");
  CHECK(message_of(load({file})).starts_with(file + ":2: member = yes needs an identity"));
  CHECK(load({file, "--data=state"})->member);
}

TEST_CASE("a relative data folder is beside the file that names it, and else where one stands") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.conf", "data = some/dir\n");
  CHECK(load({file})->data == folder.path() + "/some/dir");
  CHECK(load({file}, {{"OXBOW_DATA", "there"}})->data == "there");
  CHECK(load({file, "--data=here"})->data == "here");
  CHECK(load({file, "--data="})->data == "");
  CHECK(load({folder.write("b.conf", "data = /var/lib/oxbow\n")})->data == "/var/lib/oxbow");
}

TEST_CASE("a size is a number of bytes, or one with a unit") {
  CHECK(load({})->cache == limits::kObjectCache);
  CHECK(load({"--cache=0"})->cache == 0);
  CHECK(load({"--cache=1000"})->cache == 1000);
  CHECK(load({"--cache=3KiB"})->cache == 3072);
  CHECK(load({"--cache=64 MiB"})->cache == std::size_t{64} << 20);
  CHECK(load({"--cache=2GiB"})->cache == std::size_t{2} << 30);
  for (const std::string wrong :
       {"", "-1", "64MB", "MiB", "1.5GiB", "2000GiB", "99999999999999999999"}) {
    CAPTURE(wrong);
    CHECK(message_of(load({"--cache=" + wrong})).find("not a size up to 1024GiB, such as 500KiB") !=
          std::string::npos);
  }
}

TEST_CASE("all but the name of a bucket may be left out, in any order") {
  CHECK(bucket_of("carts") == BucketPolicy{"carts", 3, 2, 2, Conflicts::siblings, Sync::yes});
  CHECK(bucket_of(" sync=off  w=1 carts\tconflict=lww n=4 r=3 ") ==
        BucketPolicy{"carts", 4, 3, 1, Conflicts::lww, Sync::no});
  CHECK(bucket_of("default conflict=siblings") == BucketPolicy());
}

TEST_CASE("without r and w a bucket asks a majority of n") {
  CHECK(bucket_of("a n=1") == BucketPolicy{"a", 1, 1, 1});
  CHECK(bucket_of("a n=2") == BucketPolicy{"a", 2, 2, 2});
  CHECK(bucket_of("a n=4 w=1") == BucketPolicy{"a", 4, 3, 1});
  CHECK(bucket_of("a n=5") == BucketPolicy{"a", 5, 3, 3});
}

TEST_CASE("an error in a bucket names the word and what would be right") {
  const std::string form =
      "NAME n=3 r=2 w=2 conflict=siblings|lww sync=yes|no, where all but NAME may be left out";
  CHECK(bucket_error("n=3") == "--bucket=n=3: names no bucket: write " + form);
  CHECK(bucket_error(" ") == "--bucket= : names no bucket: write " + form);
  CHECK(bucket_error("a b") == "--bucket=a b: unknown word b: write " + form);
  CHECK(bucket_error("a q=3") == "--bucket=a q=3: unknown word q=3: write " + form);
  CHECK(bucket_error("a/b") ==
        "--bucket=a/b: a/b names no bucket: its name is the part of a key before the first /");
  CHECK(bucket_error("a n=0") == "--bucket=a n=0: n=0: not a whole number from 1 to 64");
  CHECK(bucket_error("a r=x") == "--bucket=a r=x: r=x: not a whole number from 1 to 64");
  CHECK(bucket_error("a r=4") ==
        "--bucket=a r=4: r=4 cannot be met with n=3 copies: lower r, or raise n");
  CHECK(bucket_error("a n=2 w=3") ==
        "--bucket=a n=2 w=3: w=3 cannot be met with n=2 copies: lower w, or raise n");
  CHECK(bucket_error("a w=1 w=1") == "--bucket=a w=1 w=1: w is given twice; keep one of them");
  CHECK(bucket_error("a conflict=last") ==
        "--bucket=a conflict=last: conflict=last: neither siblings nor lww");
  CHECK(bucket_error("a sync=maybe") == "--bucket=a sync=maybe: sync=maybe: neither yes nor no");
  CHECK(message_of(load({"--bucket=a", "--bucket=b", "--bucket=a n=5"})) ==
        "bucket a is given twice; keep one of them");
}

TEST_CASE("buckets in the environment are separated by commas") {
  const auto options = load({}, {{"OXBOW_BUCKET", "carts n=5, logs conflict=lww"}});
  REQUIRE_MESSAGE(options.ok(), message_of(options));
  CHECK(options->buckets == std::vector<BucketPolicy>{
                                {"carts", 5, 3, 3}, {"logs", 3, 2, 2, Conflicts::lww, Sync::yes}});
}

TEST_CASE("an error in the other options of the replica layer says what would be right") {
  CHECK(message_of(load({"--weight=0"})) ==
        "--weight=0: not a weight from 0.01 to 8, where 1 is a usual share");
  CHECK(message_of(load({"--weight=8.1"})) ==
        "--weight=8.1: not a weight from 0.01 to 8, where 1 is a usual share");
  CHECK(message_of(load({"--adopt=yes"})) == "--adopt=yes: neither on-find nor never");
  CHECK(message_of(load({"--zone=" + std::string(64, 'z')})) ==
        "--zone=" + std::string(64, 'z') + ": not a name of 1 to 63 printable bytes");
  CHECK(load({"--adopt=on-find"})->adopt_on_find);
  CHECK_FALSE(load({"--adopt=never"})->adopt_on_find);
}
