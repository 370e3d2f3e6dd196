#include "replica/put_tally.h"

#include <fmt/format.h>

#include "replica/quorum_need.h"

namespace oxbow {

Error PutTally::missed() const {
  return {"unknown",
          "too few members confirmed the write; it may have been stored all the same (get the key "
          "to see)",
          counted(need_, "copy"), counted(acknowledged(), "copy")};
}

Error too_few_members(std::uint32_t need, std::size_t reachable, Quorum quorum,
                      std::string_view option) {
  const bool strict = quorum == Quorum::strict;
  const char* who = strict ? "primary" : "member";
  return {"quorum-not-met",
          fmt::format("too few {} can be reached (start members: oxbow ring show; or ask for fewer "
                      "with {}{})",
                      strict ? "of the key's primaries" : "members", option,
                      strict ? ", or without --strict" : ""),
          counted(need, who), counted(reachable, who) + " reachable"};
}

}  // namespace oxbow
