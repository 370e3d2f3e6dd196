// Gets that fall back to a search, and the ring's objects in the local index.
#include "node/handlers.h"

namespace oxbow {

void ring_answered(Turn& turn, RequestHandle handle, const GetRequest&, GetAnswer answer,
                   WriteSequence after) {
  turn.out.replies.push_back({handle, ClientAnswer(std::move(answer)), after});
}
void adopted(Turn&, std::uint64_t, const Status&) {}
void look_after_adoptions(Turn&) {}
Instant adoption_deadline(const NodeState&) { return kNever; }
void cancel_adoption(Turn&, RequestHandle) {}
void start_object_index(Turn&) {}
void object_changed(Turn&, std::string_view, const Object&) {}

}  // namespace oxbow
