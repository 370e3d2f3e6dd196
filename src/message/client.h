// A client's requests and a peer's answers as variants. The structs are public (they are what the
// client library takes and gives); the variants are what passes between codec and node.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <variant>

namespace oxbow {

using ClientRequest =
    std::variant<PingRequest, FindRequest, PieceCall, PublishRequest, UnpublishRequest,
                 PeersRequest, PeerAddRequest, PeerRemoveRequest, StatusRequest, WaitReadyRequest,
                 TraceRequest, GetRequest, PutRequest, DeleteRequest, LookupRequest, RingRequest,
                 OwnerRequest, RingJoinRequest, RingLeaveRequest, RingBucketRequest>;

/// The answer at the same index belongs to the request there.
using ClientAnswer =
    std::variant<PingAnswer, FindAnswer, PieceAnswer, PublishAnswer, UnpublishAnswer, PeersAnswer,
                 PeerAddAnswer, PeerRemoveAnswer, StatusAnswer, WaitReadyAnswer, TraceAnswer,
                 GetAnswer, PutAnswer, DeleteAnswer, LookupAnswer, RingAnswer, OwnerAnswer,
                 RingJoinAnswer, RingLeaveAnswer, RingBucketAnswer>;

static_assert(std::variant_size_v<ClientRequest> == std::variant_size_v<ClientAnswer>);

}  // namespace oxbow
