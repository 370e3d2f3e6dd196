// Messages as short lines for people and for golden traces: `query q1 ttl 3 hops 0 #0`.
#pragma once

#include <map>
#include <string>

#include "message/messages.h"

namespace oxbow {

/// Gives request ids (random, so unreadable) short labels in the order of their first appearance.
class RequestLabels {
 public:
  std::string label(const RequestId& id);

 private:
  std::map<RequestId, std::size_t> numbers_;
};

/// One line, without its end.
std::string describe(const Message& message, RequestLabels& labels);

/// "query", "hit", …: the message's type by its position in the variant.
const char* message_name(std::size_t index);

}  // namespace oxbow
