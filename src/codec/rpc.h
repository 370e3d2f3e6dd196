// MessagePack-RPC between a client and its peer: requests [0, id, method, params], answers
// [1, id, error, result], and hits that stream ahead of an answer as [2, "hit", [id, hit]].
// Methods, parameters and results are listed in codec/README.md.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "message/client.h"

namespace oxbow {

/// [1, id, nil, result], the result a map by field name.
void append_answer(std::uint32_t id, const ClientAnswer& answer, std::string& out);
/// [1, id, {code, message, needed, got}, nil]
void append_error(std::uint32_t id, const Error& error, std::string& out);
/// [2, "closing", [{code, message, needed, got}]]: why the connection is about to be closed.
void append_closing(const Error& why, std::string& out);
/// [2, "hit", [id, hit]]
void append_hit(std::uint32_t id, const SearchHit& hit, std::string& out);

struct RpcServerState;

/// The peer's side: what comes in from one client. Feed it bytes, then take requests until next()
/// says `more`. Notifications are ignored.
class RpcServerStream {
 public:
  enum class Next {
    request,
    more,
    error,  ///< not MessagePack-RPC, or beyond a limit: the connection is to be closed
  };

  RpcServerStream();
  ~RpcServerStream();
  RpcServerStream(RpcServerStream&&) noexcept;
  RpcServerStream& operator=(RpcServerStream&&) noexcept;

  /// Copies `bytes`. A request that arrives in many reads is scanned once.
  void feed(std::string_view bytes);
  Next next();

  std::uint32_t id() const;          ///< of the request
  std::size_t request_size() const;  ///< its bytes
  /// Bytes that have come and were not used: of a request that is not whole, or of further ones.
  std::size_t held() const;
  /// An Error here is to be answered and ends nothing: unknown-method, or bad-parameter (unknown,
  /// missing, ill-typed, out of range), naming it.
  const Result<ClientRequest>& request() const;
  const Error& error() const;  ///< after Next::error
  /// After Next::error: of the request that was being read, if that much of it has come.
  std::optional<std::uint32_t> failed_id() const;

 private:
  std::unique_ptr<RpcServerState> state_;
};

struct RpcClientState;

/// The client's side: requests out, answers and hits in.
class RpcClientStream {
 public:
  enum class Next {
    answer,
    hit,  ///< for a request made with `stream`, ahead of its answer
    more,
    error,  ///< not MessagePack-RPC, or an answer that was not asked for: the end
  };

  RpcClientStream();
  ~RpcClientStream();
  RpcClientStream(RpcClientStream&&) noexcept;
  RpcClientStream& operator=(RpcClientStream&&) noexcept;

  /// Draws the request's id and remembers which answer belongs to it.
  std::uint32_t append_request(const ClientRequest& request, std::string& out);

  void feed(std::string_view bytes);
  Next next();

  std::uint32_t id() const;        ///< of the request that the answer or hit belongs to
  Result<ClientAnswer>& answer();  ///< after Next::answer; may be moved from
  SearchHit& hit();                ///< after Next::hit; may be moved from
  /// What the peer has said before it closes the connection; nothing: it has not.
  const std::optional<Error>& closing() const;
  const Error& error() const;  ///< after Next::error

 private:
  std::unique_ptr<RpcClientState> state_;
};

}  // namespace oxbow
