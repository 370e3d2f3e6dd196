// Asks one running peer for a key, way by way, and adds what that cost to the way's figures. One
// account for all ways, the simulator's too: hops and the first hit are of questions that found
// something; what an answer leaves unknown is left out of a figure, never taken for nothing.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/comparison.h"
#include "cli/ring_holding.h"

namespace oxbow::cli {

struct RingPart;

class ComparisonAsker {
 public:
  /// Both must live as long as this.
  ComparisonAsker(Client& client, const ComparisonPlan& plan) : client_(client), plan_(plan) {}

  /// Whether `way` found the key; its figures have grown by one question.
  Result<bool> ask(ComparedWay& way, const std::string& key);

 private:
  Result<bool> search(ComparedWay& way, const std::string& key, Via via);
  Result<bool> look_up(ComparedWay& way, const std::string& key, RingWay via);
  Result<bool> get(ComparedWay& way, const std::string& key);
  Result<bool> get_by_flood(ComparedWay& way, const std::string& key, const RingPart& ring);

  /// Asks once for each key.
  Result<std::optional<RingHolding>> held(const std::string& key);
  Result<std::string> own_id();  ///< of the asked peer

  Client& client_;
  const ComparisonPlan& plan_;
  std::map<std::string, std::optional<RingHolding>> held_;
  std::string own_id_;
};

}  // namespace oxbow::cli
