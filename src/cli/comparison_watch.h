// One flood on a running network, message by message, and the ring lookups of the same key, as the
// peers themselves tell it (oxbow trace).
#pragma once

#include "cli/comparison.h"
#include "report/json.h"

namespace oxbow::cli {

/// Writes the fields `watch` and `load` of report/comparison_page.h into the object that is open;
/// neither where no peer remembers anything. What is drawn is the key of the plan that shows most;
/// the load is that of all its keys, or the first ten.
Status write_watch(JsonWriter& json, Client& client, const ComparisonPlan& plan);

}  // namespace oxbow::cli
