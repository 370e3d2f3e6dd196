#include "client/endpoint.h"

#include <algorithm>

namespace oxbow {
namespace {

Error bad_address(const std::string& address) {
  return {"bad-address", "no address of a peer: " + address + " (give IP:PORT, as 127.0.0.1:7400)",
          "IP:PORT", address};
}

bool is_port(const std::string& text) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > 5 || !digits) return false;
  const int number = std::stoi(text);
  return number >= 1 && number <= 65'535;
}

}  // namespace

Result<Endpoint> parse_endpoint(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad_address(address);
  Endpoint endpoint{address.substr(0, colon), address.substr(colon + 1)};
  if (!is_port(endpoint.port)) return bad_address(address);
  std::string& host = endpoint.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return bad_address(address);
  }
  return endpoint;
}

Error peer_unreachable(const std::string& address, const std::string& reason) {
  return {"unreachable",
          "cannot reach a peer at " + address + ": " + reason +
              " (is oxbowd running? start one with: oxbowd)",
          "", reason};
}

Error peer_lost(const std::string& reason) { return {"peer-lost", reason, "", ""}; }

Error peer_closing(const Error& why) {
  return {"peer-lost", "the peer closed the connection: " + why.message, why.needed, why.got};
}

Error not_an_answer(const Error& error) {
  return {"peer-lost", "the peer sent something else than an answer: " + error.message,
          "MessagePack-RPC", error.got};
}

Error other_answer() { return peer_lost("the peer answered something else than it was asked"); }

namespace {

template <class... Kinds>
bool is_one_of(const ClientRequest& request) {
  return (std::holds_alternative<Kinds>(request) || ...);
}

std::string what_may_follow(Asks asks) {
  return asks == Asks::changes ? "; what it was asked to change it may still change" : "";
}

}  // namespace

Asks asks_of(const ClientRequest& request) {
  const bool changes =
      is_one_of<PutRequest, DeleteRequest, PublishRequest, UnpublishRequest, PeerAddRequest,
                PeerRemoveRequest, RingJoinRequest, RingLeaveRequest, RingBucketRequest>(request);
  return changes ? Asks::changes : Asks::reads;
}

Error peer_late(Asks asks) {
  return {"timeout", "the peer did not answer in time" + what_may_follow(asks), "an answer",
          "none"};
}

Error peer_hangs(Asks asks) {
  return {"timeout",
          "the peer hangs: it takes requests, and answers nothing, not even a ping (look whether "
          "its process is stopped or its machine too busy, or ask another peer)" +
              what_may_follow(asks),
          "an answer", "none"};
}

Error socket_late() { return {"timeout", "the peer did not answer in time", "an answer", "none"}; }

}  // namespace oxbow
