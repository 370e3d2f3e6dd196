// The node's part of the replica layer.
#include "node/handlers.h"

namespace oxbow {

void start_replicas(Turn&) {}
void look_after_replicas(Turn&) {}
Instant replica_deadline(const NodeState&) { return kNever; }
void cancel_replica(Turn&, RequestHandle) {}
void writes_are_durable(Turn&, WriteSequence) {}
void replica_lost(Turn&, const PeerId&) {}
void move_objects(Turn&, const TokenRing&) {}

void receive_object_read(Turn&, Connection&, const ObjectRead&) {}
void receive_object_reply(Turn&, Connection&, const ObjectReply&) {}
void receive_object_write(Turn&, Connection&, const ObjectWrite&) {}
void receive_write_reply(Turn&, Connection&, const WriteReply&) {}
void receive_coordinate(Turn&, Connection&, const Coordinate&) {}
void receive_coordinated(Turn&, Connection&, const Coordinated&) {}

namespace {
void not_yet(Turn& turn, RequestHandle handle) {
  reply(turn, handle, Error{"no-ring", "this peer knows of no ring", "", ""});
}
}  // namespace

void request_get(Turn& turn, RequestHandle handle, const GetRequest&) { not_yet(turn, handle); }
void request_put(Turn& turn, RequestHandle handle, const PutRequest&) { not_yet(turn, handle); }
void request_delete(Turn& turn, RequestHandle handle, const DeleteRequest&) {
  not_yet(turn, handle);
}

void adopt(Turn& turn, std::uint64_t adoption, std::string_view, std::string_view) {
  adopted(turn, adoption, Error{"no-ring", "this peer knows of no ring", "", ""});
}

}  // namespace oxbow
