// Gets and puts across a ring: who coordinates, who stores, what the answers say.
#include <doctest/doctest.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

TEST_CASE("what is put at one member is read at every other, and at peers that are none") {
  SimNetwork network(1);
  Ring ring(network, 5, "key", SimNetwork::defaults(), 1);
  const auto put = ring.put(0, "value");
  REQUIRE(put.ok());
  CHECK(put->siblings == 1);
  CHECK(put->quorum.n == 3);
  CHECK(put->quorum.w == 2U);
  CHECK(put->quorum.acknowledged == 2);
  CHECK(put->quorum.hints == 0);
  CHECK(put->quorum.coordinator == to_string(network.address_of(ring[0])));
  for (std::size_t place = 0; place < 5; ++place) {
    CAPTURE(place);
    const auto got = ring.get(place);
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"value"});
    CHECK(got->quorum.r == 2U);
    CHECK(got->quorum.acknowledged == 2);
    CHECK(got->quorum.primaries == 2);
  }
  const auto outside = network.get(ring.outsiders[0], get_of("key"));
  REQUIRE(outside.ok());
  CHECK(values(*outside) == Texts{"value"});
  network.run_for(2s);
  for (std::size_t place = 0; place < 5; ++place) {
    CHECK(ring.copy_at(place) == (place < 3 ? Texts{"value"} : Texts{}));
  }
  CHECK(ring.all_hints() == 0);
}
