#!/usr/bin/env python3
"""Search and replication in unstructured networks (Lv, Cao, Cohen, Li, Shenker, ICS 2002).

Published: on random, power-law, Gnutella and grid graphs of about 10,000 peers (4,736 of Gnutella), 32
random walkers that ask back every 4 steps find what a flood finds with about two orders of magnitude
fewer messages; hops go up from 2 to 6 to 4 to 15. On the random graph, Zipf 1.2, 32 walkers, with at most
40 objects a peer, of which a random one makes room for a new one, owner replication costs 56.5 messages
a peer, path replication 19.2, and random replication 14.5: 2.95 and 3.91 times less.
Here: 100 objects on 0.125 % and on 1 % of the peers each, asked for by Zipf's law; a flood whose TTL covers
the network, an expanding ring (TTL 1, 2, 4, ...), and 32 walkers that ask back every 4 steps.
"""

from simulation import crawl, listed, options, simulate, span, table

given = options(__doc__.splitlines()[0], data=True)
peers, side = (1000, 32) if given.quick else (10_000, 100)
graphs = {"random": (f"random:{peers}:4", 20), "power-law": (f"power-law:{peers}:4.5", 20),
          "grid": (f"grid:{side}:{side}", 2 * side)}
if not given.quick:
    graphs["Gnutella"] = (crawl(given.data, "04"), 12)


def mean(row, figure="query_messages"):
    return float(row[figure]["mean"])


saved, walked, asked, again = {}, {}, [], {}
for copies in (0.01,) if given.quick else (0.00125, 0.01):
    rows = []
    for name, (topology, ttl) in graphs.items():
        flood, ring, walk = simulate("lookup", topology=topology, via="flood,expanding,walk", ttl=ttl, walkers=32, zipf=1,
                                     objects=100, copies=copies, queries=20 if given.quick else 200)["rows"]
        saved[copies, name] = mean(flood) / mean(walk)
        walked[copies, name] = mean(walk, "hops_first_hit")
        asked.append(100 * mean(walk, "done_messages") / mean(walk))
        again[copies, name] = 100 * mean(walk, "duplicates") / mean(walk)
        rows.append([name, mean(flood), mean(ring), mean(walk), mean(walk, "done_messages"), saved[copies, name],
                     "about 100", mean(ring) / mean(walk), mean(flood, "hops_first_hit"), "2 to 6",
                     walked[copies, name], "4 to 15", f"{100 * flood['found'] / flood['queries']:.0f} %, "
                                                      f"{100 * walk['found'] / walk['queries']:.0f} %"])
    print(f"{100 * copies:g} % of the peers have a copy: messages of one search, and hops to the first hit (mean)")
    table(["graph", "flood", "expanding", "32 walkers", "their questions", "flood/walk", "paper", "expanding/walk",
           "flood: hops", "paper", "walk: hops", "paper", "found: flood, walk"], rows)
    print()


def search(rule, **workload):
    """The row of 32 walkers on the random graph with Zipf 1.2 and that replication."""
    return simulate("lookup", topology=graphs["random"][0], via="walk", walkers=32, zipf=1.2, replication=rule,
                    **workload)["rows"][0]


RULES = ("owner", "path", "random")
print("Replication while 32 walkers search: random graph, Zipf 1.2, one copy of each object at first, copies"
      "\naccumulate, a peer stores 40 objects. Steps of one search, mean over those from the one to the other")
rows = []
for objects, ends in ([(50, (100, 300))] if given.quick else
                      [(100, (1000, 5000, 20_000)), (1000, (5000, 20_000, 60_000, 200_000))]):
    before, first = {rule: (0, 0, 0) for rule in RULES}, 1
    for last in ends:
        # One seed: the first searches of a longer run are those of the shorter one.
        ran = {rule: search(rule, objects=objects, copies=1 / peers, queries=last, capacity=40) for rule in RULES}
        sums = {rule: (mean(row) * last, mean(row, "hops_first_hit") * row["found"], row["found"])
                for rule, row in ran.items()}
        steps, hops = ({rule: (sums[rule][i] - before[rule][i]) / count(rule) for rule in RULES}
                       for i, count in ((0, lambda rule: last - first + 1),
                                        (1, lambda rule: sums[rule][2] - before[rule][2])))
        rows.append([objects, f"{first:,} to {last:,}", *steps.values(),
                     *(steps["owner"] / steps[rule] for rule in RULES[1:]),
                     *(hops["owner"] / hops[rule] for rule in RULES[1:])])
        before, first = sums, last + 1
published = ["paper", "messages a peer", 56.54, 19.16, 14.46, 2.95, 3.91, "-", "-"]
table(["objects", "searches", "owner", "path", "random", "owner/path", "owner/random", "hops: owner/path",
       "owner/random"], rows + [published])

print("\nThe same if each new copy takes the place of one drawn from all, so that their sum stays (100 objects)")
fixed = {}
for copies in (0.005, 0.02) if given.quick else (0.00125, 0.005, 0.02):
    fixed[copies] = [mean(search(rule, objects=100, copies=copies, queries=100 if given.quick else 3000))
                     for rule in ("none", *RULES)]
table(["copies", "none", *RULES, "owner/path", "owner/random"],
      [[f"{100 * copies:g} %", *cost, cost[1] / cost[2], cost[1] / cost[3]] for copies, cost in fixed.items()])

least, best_path, best_random = (pick(row[i] for row in rows) for pick, i in ((min, 4), (max, 5), (max, 6)))
print()
for copies in dict.fromkeys(copies for copies, _ in saved):
    here = {name: saved[copies, name] for name in graphs}
    near = listed(name for name, times in here.items() if times >= 10)
    far = listed(f"{name} ({times:.1f} times)" for name, times in here.items() if times < 10)
    print(f"With {100 * copies:g} % the walkers save {span(here.values(), 0)} times the messages of a flood that covers the network, "
          f"and take {span([walked[copies, name] for name in graphs], 0)} hops.\nTen times and more: {near}. Less: {far}.")
print(f"""Their questions to the originator are not among their steps: {span(asked, 0)} messages for each 100 of these.
With path replication a search takes {span([row[5] for row in rows])} times fewer steps than with owner replication
(published: 2.95), with random replication {span([row[6] for row in rows])} times fewer (published: 3.91).""")
if not given.quick:
    print(f"""
With 1 % hops and savings are those of the paper, so that its figures seem to be for about as many copies. Fewer
copies make walks longer and the savings smaller, most of all on the grid: there walkers keep to the surroundings
of the peer that they set out from, and {again[0.00125, "grid"]:.0f} % of their steps lead to a peer where one has been before.
What replication saves depends on when it is measured. At first each object has one copy, and finding it costs
all three the same. In the end nearly every search ends at the walkers' first steps, and 32 walkers that ask
after four steps cannot take much less than {least:.0f} each, whatever there is to save. In between path replication
saves what the paper says, or nearly ({best_path:.2f} and 2.95). Random replication does better than that in ours, too, but
by less than in the paper ({best_random:.2f} and 3.91), which is not explained: over which searches the paper takes its
mean, and of how many objects, is not known here.
Where the sum of the copies stays, few copies turn it round: a path of 30 peers then replaces 2 % of 1,250
copies at each search, and what is rarely asked for is worn down to its first copy.""")
