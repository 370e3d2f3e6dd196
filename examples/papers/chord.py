#!/usr/bin/env python3
"""Chord (Stoica, Morris, Karger, Kaashoek, Balakrishnan, SIGCOMM 2001): the path length of a lookup.

Published: in a network of N = 2^k members, k = 3 to 14, that store 100 * 2^k keys, a lookup visits
about half of log2 N members on average.
Here: the same N; each member has one token; random members look up random keys of 100 * N (at most
100,000). Three rings for each N.
"""

from math import log2

from simulation import options, simulate, table

given = options(__doc__.splitlines()[0])
rings = 1 if given.quick else 3
rows = []
for k in range(3, 9 if given.quick else 15):
    members = 2**k
    figures = [simulate("lookup", topology=f"ring:{members}", via="finger", zipf=0,
                        objects=min(100 * members, 100_000), copies=1 / members,
                        queries=500 if given.quick else 10_000, seed=seed)["rows"][0]["query_messages"]
               for seed in range(1, rings + 1)]
    mean = sum(figure["mean"] for figure in figures) / rings
    tail = max(figure["p99"] for figure in figures)
    rows.append([members, mean, log2(members) / 2, mean - log2(members) / 2, int(tail), k])
table(["members", "mean forwards", "paper: 1/2 log2 N", "difference", "99th percentile", "log2 N"], rows)
print("""
Where it differs: ours lies 0.1 to 0.2 of a forward below the rule from N = 16 on, by about the same
amount in small and large rings. That a member may own the key that it asks for costs nothing here, but
happens once in N lookups, so it cannot be the reason in large rings; the reason has not been looked
into. The paper says "about", and may count the last step to the owner otherwise. The 99th percentile
is at most log2 N in every ring; the paper's is in a figure, and not quoted here.""")
