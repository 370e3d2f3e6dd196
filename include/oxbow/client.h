// A client of one running peer, for programs that look for keys and download what was found, or
// keep values in the replica layer:
//
//   auto client = oxbow::Client::connect("127.0.0.1:7400");
//   if (!client) return complain(client.error().message);
//
//   oxbow::FindRequest request;
//   request.key = "licenses/GPL-3";
//   auto answer = client->find(request);
//   if (answer && answer->found) client->fetch(answer->hits, {"GPL-3"});
//
//   auto cart = client->get("cart/7");  // all siblings, and one context (oxbow/versions.h)
//   if (cart) client->put("cart/7", merged(cart->values), cart->context);
//
// Every call blocks until the peer has answered, or until its time is up; nothing else happens in
// the background. A Client is one connection and is not thread-safe: use one for each thread.
// Many requests at a time over one connection: oxbow/async_client.h.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>
#include <oxbow/versions.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oxbow {

/// Where a download goes, and how.
struct FetchOptions {
  std::string path;        ///< of the file to be made; `path`.part exists while it is incomplete
  bool overwrite = false;  ///< replace a file of that name; otherwise it is an error ("exists")
  std::uint64_t max_size = 0;  ///< in bytes: what is larger is not downloaded; 0: no such limit
};

struct FetchProgress {
  std::uint64_t done = 0;  ///< bytes that are there, those of an earlier download included
  std::uint64_t size = 0;
  std::string holder;  ///< address of who is asked at the moment
};

/// A holder that was given up, and why.
struct FailedHolder {
  std::string holder;  ///< address
  std::string reason;
};

struct FetchSummary {
  std::string path;
  std::string key;
  std::uint64_t size = 0;
  std::string sha256;         ///< of the file as it was written: checked
  std::uint64_t resumed = 0;  ///< bytes that an earlier download had left in `path`.part
  std::string holder;         ///< address of who sent the last piece; empty: nothing was missing
  std::string holder_name;
  std::vector<FailedHolder> failed;
  double elapsed_ms = 0;
};

class Client {
 public:
  /// Connects to the peer at `address` (`IP:PORT` or `HOST:PORT`). Errors: "bad-address",
  /// "unreachable".
  static Result<Client> connect(const std::string& address,
                                std::chrono::milliseconds timeout = std::chrono::seconds(5));
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// The address that was connected to.
  const std::string& address() const;

  // Errors of all calls: "peer-lost" (the connection ended: make a new Client), "timeout" (its time
  // was up; or, after 5 s, the peer hangs: it does not even answer a ping), and what the peer
  // itself answers.

  /// Locates a key, or keys by a pattern. `on_hit` sees each hit as it comes; the answer has them
  /// all.
  Result<FindAnswer> find(const FindRequest& request,
                          const std::function<void(const SearchHit&)>& on_hit = {});
  /// Downloads what a search has found: the content of the first hit, from its holder and, should
  /// that fail, from the holders of the same content among the other hits. The pieces go to
  /// `path`.part, which a later call goes on with; the SHA-256 of the whole is checked before the
  /// file gets its name. Errors: "exists", "in-progress" (another download writes to it),
  /// "wrong-digest", "no-holder" (all failed), "bad-file" (it cannot be made there),
  /// "over-max-size", "no-room" (the announced size does not fit on the disk with some room left
  /// for others, or that is used up meanwhile), "file" (the system's reason).
  Result<FetchSummary> fetch(const std::vector<SearchHit>& hits, const FetchOptions& options,
                             const std::function<void(const FetchProgress&)>& on_progress = {});
  Result<PieceAnswer> piece(const PieceCall& request);
  Result<PublishAnswer> publish(const std::string& key, const std::string& value);
  Result<UnpublishAnswer> unpublish(const std::string& key);
  Result<PeersAnswer> peers();
  Result<PeerAddAnswer> peer_add(const std::string& address);
  Result<PeerRemoveAnswer> peer_remove(const std::string& address_id_or_name);
  Result<StatusAnswer> status();
  /// Not being ready in time is an answer, not an error.
  Result<WaitReadyAnswer> wait_ready(std::chrono::milliseconds timeout);
  Result<TraceAnswer> trace(const TraceRequest& request);
  /// The smallest round trip.
  Status ping();

  // The replica layer. Further errors: "no-ring" (nobody is a member), and where a quorum was not
  // met what was needed and what was got. Such a put or delete *may* have been done nevertheless:
  // repeating it loses nothing, but may leave the value there twice, as siblings. A get shows them.

  /// All siblings of a key and their context. Neither "never heard of" nor "deleted" is an error:
  /// `found` is false then, and there are no values.
  Result<GetAnswer> get(const std::string& key);
  Result<GetAnswer> get(const GetRequest& request);
  /// Replaces the siblings that `context` covers; without one it adds a sibling. The answer's
  /// context covers the new value too: with it one can go on without a get, at any peer. What a
  /// context names and nobody reachable knows of is not replaced: it becomes a sibling again.
  Result<PutAnswer> put(const std::string& key, const std::string& value,
                        const std::string& context = {});
  Result<PutAnswer> put(const PutRequest& request);
  /// Deletes the siblings that `context` covers. Without one nothing is deleted: get it first.
  Result<DeleteAnswer> remove(const std::string& key, const std::string& context);
  Result<DeleteAnswer> remove(const DeleteRequest& request);
  /// Get, merge, put: writes what `merge` makes of the siblings that the ring has (none, if it has
  /// no value). When somebody else wrote in the meantime the siblings are merged again, five times
  /// at the most; PutAnswer::siblings says how many are left: 1, unless the key is that busy.
  Result<PutAnswer> update(const std::string& key, const Merge& merge);

  /// Who owns a key, asked from member to member in one of three ways.
  Result<LookupAnswer> lookup(const std::string& key, RingWay via = RingWay::one_hop);
  Result<LookupAnswer> lookup(const LookupRequest& request);
  Result<RingAnswer> ring();                          ///< members and buckets
  Result<OwnerAnswer> owner(const std::string& key);  ///< its preference list
  /// Makes the asked peer a member, or ends that.
  Result<RingJoinAnswer> ring_join(const RingJoinRequest& request = {});
  Result<RingLeaveAnswer> ring_leave(const RingLeaveRequest& request = {});
  /// Shows or changes what a bucket promises. Errors: "not-found" (there is none to be shown),
  /// "bad-bucket" (no such policy can be kept, or N would grow by too much at a time: the error
  /// says how far it may), "no-room".
  Result<RingBucketAnswer> ring_bucket(const RingBucketRequest& request);

  /// How long a peer may take to answer beyond the time that a request itself allows; 10 s at
  /// first.
  void set_patience(std::chrono::milliseconds patience);

 private:
  class Implementation;
  explicit Client(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace oxbow
