// What a Client is made of: the channel, and how a call waits for its answer.
#pragma once

#include <oxbow/client.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <variant>

#include "client/channel.h"
#include "client/endpoint.h"
#include "message/client.h"

namespace oxbow {

class Client::Implementation {
 public:
  Implementation(std::string peer, Socket socket)
      : address(std::move(peer)), channel(std::move(socket)) {}

  Deadline deadline_after(std::chrono::milliseconds allowed) const {
    return std::chrono::steady_clock::now() + allowed + patience;
  }

  /// Sends `request` and waits for its answer. Answers to requests that were given up are skipped.
  Result<ClientAnswer> call(const ClientRequest& request, std::chrono::milliseconds allowed,
                            const std::function<void(const SearchHit&)>& on_hit = {});

  template <class Answer>
  Result<Answer> ask(const ClientRequest& request,
                     std::chrono::milliseconds allowed = std::chrono::milliseconds(0),
                     const std::function<void(const SearchHit&)>& on_hit = {}) {
    Result<ClientAnswer> answer = call(request, allowed, on_hit);
    if (!answer) return answer.error();
    if (auto* expected = std::get_if<Answer>(&*answer)) return std::move(*expected);
    return other_answer();
  }

  std::string address;
  Channel channel;
  std::chrono::milliseconds patience{10'000};
};

}  // namespace oxbow
