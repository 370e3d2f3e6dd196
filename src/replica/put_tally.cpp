#include "replica/put_tally.h"

#include "replica/quorum_need.h"

namespace oxbow {

Error PutTally::missed() const {
  return {"unknown",
          "too few members confirmed the write; it may have been stored all the same (get the key "
          "to see)",
          counted(need_, "copy"), counted(acknowledged(), "copy")};
}

Error too_few_members(std::uint32_t need, std::size_t reachable, Quorum quorum) {
  const char* who = quorum == Quorum::strict ? "primary" : "member";
  return {"quorum-not-met",
          quorum == Quorum::strict
              ? "too few of the key's primaries can be reached (try again without --strict)"
              : "too few members can be reached (start members, or ask for fewer with --r or --w)",
          counted(need, who), counted(reachable, who) + " reachable"};
}

}  // namespace oxbow
