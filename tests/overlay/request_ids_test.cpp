#include "overlay/request_ids.h"

#include <doctest/doctest.h>

using namespace oxbow;

TEST_CASE("a peer recognises its own request ids, and nobody else's") {
  Random random(3);
  const SipKey mine{1, 2};
  const SipKey other{1, 3};
  const RequestId id = draw_request_id(random, mine);
  CHECK(is_own_request(id, mine));
  CHECK(!is_own_request(id, other));
  CHECK(!is_own_request({id.random, id.proof ^ 1}, mine));
}
