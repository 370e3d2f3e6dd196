// What a Node keeps for gets that fall back to a search: located data on its way into the ring.
#pragma once

namespace oxbow {

struct AdoptionState {};

}  // namespace oxbow
