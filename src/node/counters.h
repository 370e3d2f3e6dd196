// What a peer counts since its start, for `status` and for tests.
#pragma once

#include <cstdint>

namespace oxbow {

// name in the program, name in `status`
#define OXBOW_COUNTERS(X)                                 \
  X(queries_received, "queries received")                 \
  X(queries_sent, "queries sent")                         \
  X(queries_answered, "queries answered")                 \
  X(duplicates, "duplicates")                             \
  X(refused_rate, "refused: rate")                        \
  X(refused_congested, "refused: congested")              \
  X(refused_full, "refused: table full")                  \
  X(skipped_links, "links skipped")                       \
  X(copies_lost, "copies lost")                           \
  X(copies_timed_out, "copies timed out")                 \
  X(dones_received, "dones received")                     \
  X(dones_sent, "dones sent")                             \
  X(dones_unasked, "dones unasked")                       \
  X(dones_implausible, "dones implausible")               \
  X(hits_received, "hits received")                       \
  X(hits_sent, "hits sent")                               \
  X(hits_unasked, "hits unasked")                         \
  X(hits_not_sent_to, "hits of one not sent to")          \
  X(hits_no_route, "hits without a route")                \
  X(hits_repeated, "hits repeated")                       \
  X(hits_dropped, "hits dropped: queue long")             \
  X(walk_steps, "walk steps received")                    \
  X(walk_reports, "walk reports sent")                    \
  X(pieces_sent, "pieces sent")                           \
  X(pieces_received, "pieces received")                   \
  X(gossip_sent, "gossip sent")                           \
  X(gossip_received, "gossip received")                   \
  X(records_refused, "records refused")                   \
  X(ring_changes, "ring changes")                         \
  X(lookups, "lookups asked")                             \
  X(lookup_steps, "lookup steps received")                \
  X(gets, "gets")                                         \
  X(puts, "puts")                                         \
  X(gets_searched, "gets searched")                       \
  X(values_adopted, "values adopted")                     \
  X(coordinated, "operations coordinated")                \
  X(handed_over, "operations handed over")                \
  X(operations_waited, "operations that waited for room") \
  X(quorums_missed, "quorums missed")                     \
  X(operations_unknown, "puts unknown")                   \
  X(object_reads, "object reads")                         \
  X(object_writes, "object writes")                       \
  X(writes_refused, "object writes refused")              \
  X(replica_timeouts, "replica timeouts")                 \
  X(read_repairs, "read repairs")                         \
  X(copies_restored, "copies restored")                   \
  X(hints_kept, "hints kept")                             \
  X(hints_delivered, "hints delivered")                   \
  X(hints_expired, "hints expired")                       \
  X(hints_damaged, "hints damaged")                       \
  X(hints_refused, "hints refused")                       \
  X(hints_missed, "hints kept by nobody")                 \
  X(objects_moved, "objects moved")                       \
  X(objects_dropped, "objects dropped")                   \
  X(objects_offered, "objects offered")                   \
  X(peers_refused, "peers refused a place")               \
  X(offences, "offences")                                 \
  X(neighbor_probes, "neighbor probes")                   \
  X(neighbors_dropped, "neighbors dropped")               \
  X(refusals, "peers refused")                            \
  X(named_refused, "addresses not dialled")               \
  X(hangups, "hangups")

struct Counters {
#define OXBOW_COUNTER(member, text) std::uint64_t member = 0;
  OXBOW_COUNTERS(OXBOW_COUNTER)
#undef OXBOW_COUNTER
};

}  // namespace oxbow
