// The comparison of flood and ring as one page that any browser opens, without network access: the
// table, charts, and a flood to watch beside the ring lookup of the same key. The page's own source
// is in report/page/; this puts the data in.
//
// The data is one JSON object. Figures are numbers, null where they are not known, or, for many
// queries, objects with `mean`, `p50` and `p99`. What is left out is not shown.
//
//   title, subtitle, footer   texts; notes: a list of texts on how it was counted
//   rows     [{via, ttl, queries, found, existing, query_messages, duplicates, hit_messages,
//            done_messages, bytes, peers_reached, hops_first_hit, latency_first_hit_ms,
//            latency_over_ms, pattern: whether the way can search by pattern}]
//   recall   [{via, points: [[ttl, share found from 0 to 1, messages per query], …]}]
//   growth   [{via, points: [[peers, messages per query], …], theory: [[peers, messages], …], law}]
//   hops     [{via, counts: [queries whose first hit had 0 hops, 1 hop, …]}], or where they go far
//            [{via, within: [[hops, share of the first hits that had at most so many], …]}]
//   load     [{via, quantiles: [[share of peers, messages per query], …]}]: from the least loaded
//   watch    {key, ttl, origin, holders: [peer], peers: [{label}], links: [[peer, peer]],
//            unit: "ms" or "hops",
//            events: [{kind: "query", "duplicate" or "hit", from, to, sent, arrives, hops}],
//            ring: {members: [{label, tokens: [position from 0 to 1]}], key: position,
//                   holds: what the ring has under the key: "value", "tombstone" or "nothing"
//                   (left out: not known), owner: member,
//                   ways: [{via, path: [member, or null: no member],
//                   arrives: [when the lookup is at each of them], answered: when the owner's
//                   answer is at the asking peer, or null where that is the owner}]}}
//            with peers and members by their place in the lists; ring may be left out
#pragma once

#include <string>
#include <string_view>

namespace oxbow {

/// `json` must be valid JSON; any text may be in it.
std::string comparison_page(std::string_view json);

}  // namespace oxbow
