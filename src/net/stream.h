// One TCP connection: bytes in as they come, bytes out gathered into one write at a time. What it
// carries is the business of its user.
//
// Output has two lanes. What is prompt goes ahead of data that has not been handed to the system
// yet, between two appended frames of it; and the system is handed no more than it can soon send.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/ids.h"
#include "message/lanes.h"
#include "net/loop.h"

namespace oxbow::net {

/// Hears about all streams that were attached to it. A stream may be destroyed from within.
class StreamUser {
 public:
  /// `bytes` end with the call.
  virtual void stream_read(ConnectionId id, std::string_view bytes) = 0;
  /// Nothing more can be read: the other side has closed (`cleanly`: it may still be reading), or
  /// the connection broke.
  virtual void stream_ended(ConnectionId id, std::string_view reason, bool cleanly) = 0;
  /// Bytes that had to wait were written.
  virtual void stream_written(ConnectionId id) = 0;

 protected:
  ~StreamUser() = default;
};

struct StreamHandle;

class Stream {
 public:
  /// A TCP handle without a connection yet: to be accepted into or connected through tcp().
  explicit Stream(Loop& loop);
  /// Closes at once; what was not written is lost.
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  uv_tcp_t* tcp();
  /// The system's number of it; -1: none yet.
  int descriptor() const;
  /// The other end; all zero if there is none.
  Address remote() const;
  /// This end's.
  Address local() const;

  /// Names it to `user`, who must outlive it, and begins to read.
  void attach(ConnectionId id, StreamUser& user);
  void pause_reading();
  void resume_reading();

  /// Append here what is to be written at the next flush(): whole frames, to Lane::data one at a
  /// time.
  std::string& output(Lane lane = Lane::prompt);
  /// Bytes appended since the last flush(), or left over by it.
  std::size_t appended() const;
  /// Hands what was appended to the system, unless an earlier write is still waiting: then it goes
  /// when that is done. 0, or libuv's error: the connection is lost.
  int flush();
  /// Once everything is written, tells the other side that nothing follows.
  void finish();

  /// Bytes appended that the system has not taken.
  std::size_t queued() const;
  /// Bytes that the system has taken, ever.
  std::uint64_t written() const;
  /// Bytes that the other end's system has confirmed, ever; and those appended that it has not.
  std::uint64_t confirmed() const;
  std::size_t unconfirmed() const;

  /// Once it is connected: it ends, with an error, when the other end has vanished (its machine is
  /// off, or the network is cut), also while nothing is sent.
  void notice_a_vanished_end();

 private:
  struct Close {
    void operator()(StreamHandle* handle) const;
  };
  std::unique_ptr<StreamHandle, Close> handle_;
};

}  // namespace oxbow::net
