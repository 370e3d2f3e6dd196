// Sums of slices: equal for equal contents, whatever the order of the writes.
#include "store/slice_sums.h"

#include <doctest/doctest.h>

#include "base/hash.h"
#include "store/sums_rebuild.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

TEST_CASE("an object's hash covers its key, its clock and its dots, and no value") {
  const Object object = put({}, "v", {}, 'a', at(1));
  CHECK(object_hash("key", object) == object_hash("key", put({}, "w", {}, 'a', at(2))));
  CHECK(object_hash("key", object) != object_hash("other", object));
  CHECK(object_hash("key", object) != object_hash("key", put({}, "v", {}, 'b')));
  CHECK(object_hash("key", object) != object_hash("key", put(object, "v", {}, 'a')));
  // The same clock, with and without the sibling.
  CHECK(object_hash("key", object) !=
        object_hash("key", Object::from_parts({}, clock_of({{'a', 1}})).value()));
  CHECK(object_hash("key", {}) == 0);
}

TEST_CASE("a sum is that of what lies in the slice, whatever the way there") {
  const Object first = put({}, "v", {}, 'a');
  const Object second = put(first, "w", first.context(), 'b');
  SliceSums there, here;
  there.change("key", {}, second);
  here.change("other", {}, first);
  here.change("key", {}, first);
  here.change("key", first, second);
  here.change("other", first, {});
  const std::uint32_t slice = SliceSums::slice_of(hash64("key"));
  CHECK(here[slice] == object_hash("key", second));
  for (std::uint32_t i = 0; i < SliceSums::kSlices; ++i) REQUIRE(here[i] == there[i]);
}

TEST_CASE("the first 16 bits of the hash name the slice") {
  CHECK(SliceSums::slice_of(0) == 0);
  CHECK(SliceSums::slice_of(0x0000'ffff'ffff'ffff) == 0);
  CHECK(SliceSums::slice_of(0x0001'0000'0000'0000) == 1);
  CHECK(SliceSums::slice_of(~std::uint64_t{0}) == SliceSums::kSlices - 1);
}

TEST_CASE("a rebuild takes away what is no longer there") {
  SliceSums sums;
  sums.change("rotten", {}, put({}, "v", {}, 'a'));
  SumsRebuild rebuild;
  rebuild.begin();
  CHECK(rebuild.is_running());
  rebuild.meet("key", put({}, "v", {}, 'a'), sums);
  rebuild.end(sums);
  CHECK_FALSE(rebuild.is_running());
  CHECK(rebuild.objects() == 1);
  CHECK(sums[SliceSums::slice_of(hash64("rotten"))] == 0);
  CHECK(sums[SliceSums::slice_of(hash64("key"))] == object_hash("key", put({}, "v", {}, 'a')));
}
