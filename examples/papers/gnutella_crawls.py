#!/usr/bin/env python3
"""Two real Gnutella networks, crawled in August 2002: whom a flood reaches, and what that costs.

Published: Ripeanu, Foster and Iamnitchi (2002) found 95 % of all pairs of peers of their crawls (2000
and 2001) at most 7 hops apart, which was the usual TTL. The collection that these two crawls are from
(SNAP: p2p-Gnutella04, p2p-Gnutella31) gives for the first 10,876 peers in the largest component, a longest
shortest path of 9, and 5.4 hops within which 90 % of all pairs lie; for the second 62,561 peers in the
largest component.
Here: floods from random peers that no holder ends, for every TTL; and the same figures of ours.
"""

from simulation import crawl, options, simulate, table


def read_links(path):
    neighbors = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            a, b = map(int, line.split())
            neighbors.setdefault(a, []).append(b)
            neighbors.setdefault(b, []).append(a)
    return neighbors


def distances(neighbors, origin):
    far, ring = {origin: 0}, [origin]
    while ring:
        last, ring = ring, []
        for peer in last:
            for other in neighbors[peer]:
                if other not in far:
                    far[other] = far[peer] + 1
                    ring.append(other)
    return far


def largest_component(neighbors):
    left, largest = set(neighbors), {}
    while left:
        far = distances(neighbors, next(iter(left)))
        left -= far.keys()
        largest = max(largest, far, key=len)
    return set(largest)


def longest_shortest_path(neighbors, component):
    """Exact, by bounds on how far each peer is from the farthest (Takes, Kosters 2011)."""
    least, most, longest, take_most = dict.fromkeys(component, 0), dict.fromkeys(component, len(component)), 0, True
    while most:
        peer = max(most, key=lambda p: (most[p], len(neighbors[p]))) if take_most else min(most, key=least.get)
        take_most = not take_most
        far = distances(neighbors, peer)
        farthest = max(far.values())
        longest = max(longest, farthest)
        for other in list(most):
            least[other] = max(least[other], far[other], farthest - far[other])
            most[other] = min(most[other], farthest + far[other])
            if most[other] <= longest or other == peer:
                del most[other]
    return longest


def hops_of_90_percent(within):
    """Between two TTLs it lies where a straight line does."""
    for (_, before), (ttl, share) in zip(within, within[1:]):
        if before < 90 <= share:
            return ttl - (share - 90) / (share - before)
    return float("nan")


given = options(__doc__.splitlines()[0], data=True)
compared, seven = [], []
for day, components, path_length, ninety in (("04", 10_876, 9, 5.4), ("31", 62_561, "-", "-")):
    path = crawl(given.data, day)
    rows, within = [], [(0, 0.0)]
    for ttl in (1, 7) if given.quick else range(1, 13):
        run = simulate("lookup", topology=path, via="flood", ttl=ttl, all=True, objects=1, copies=1e-9,
                       queries=5 if given.quick else 100)
        flood, network = run["rows"][0], run["topology"]
        mean = {name: float(flood[name]["mean"]) for name in ("peers_reached", "query_messages", "duplicates")}
        within.append((ttl, 100 * (mean["peers_reached"] - 1) / (network["peers"] - 1)))
        rows.append([ttl, mean["peers_reached"], within[-1][1], mean["query_messages"], mean["duplicates"],
                     100 * mean["duplicates"] / mean["query_messages"]])
        if ttl == 7:
            seven.append(within[-1][1])
    print(f"2002-08-{day}: {network['peers']:,} peers, {network['links']:,} links")
    table(["TTL", "peers reached", "% of all pairs", "messages", "duplicates", "% duplicates"], rows)
    print()
    neighbors = read_links(path)
    component = largest_component(neighbors)
    single = 100 * sum(len(others) == 1 for others in neighbors.values()) / len(neighbors)
    # Of the second crawl it would take hours.
    longest = longest_shortest_path(neighbors, component) if day == "04" else "-"
    compared.append([f"2002-08-{day}", len(component), components, longest, path_length,
                     hops_of_90_percent(within) if not given.quick else "-", ninety, single])
table(["crawl", "largest component", "published", "longest shortest path", "published", "90 % of pairs within",
       "published", "% with one link"], compared)
print(f"""
TTL 7 joins {seven[0]:.2f} % and {seven[1]:.2f} % of all pairs. Published, of earlier crawls by the same authors, of other
sizes: 95 %. Each crawled connection is a link both ways here.""")
if not given.quick:
    outside = int(network["peers"]) - len(component)
    print(f"""From TTL 7 on nearly all that is added is duplicates.
{outside} peers of the second crawl lie outside its largest component, so that no TTL reaches all. Where our longest
shortest path is longer than the published one: ours is exact; if that was taken from a sample of the
peers, as is usual for networks of this size, it is a lower bound.""")
