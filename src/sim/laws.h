// What theory says that one lookup costs, to be set beside what the simulator counts.
#pragma once

#include <optional>
#include <string>

#include "sim/lookup.h"

namespace oxbow::sim {

/// Query messages, on average, and the law as people write it.
struct Law {
  double messages = 0;
  std::string text;
};

/// Nothing where no law holds: with loss or churn; for floods that do not cover the network, or
/// whose duplicates go on; for rings of several tokens a member; where searches leave copies, or
/// one search asks for what it asks for. Of what searches find, the law knows how many copies there
/// are, not where: expanding searches and walks come close to it, the others meet it.
std::optional<Law> law_of(LookupVia via, const Graph& graph, const LookupPlan& plan);

}  // namespace oxbow::sim
