#!/usr/bin/env python3
"""Replication strategies in unstructured networks (Cohen, Shenker, SIGCOMM 2002).

Published: searches that probe random peers look at equally many of them on average whether copies
are uniform or proportional to the queries; all that lies between is better, and the square root is
the best.
Here: one random walker on a complete graph probes random peers; 50 objects, Zipf 1, 4 % of the peers
hold one on average.
"""

from math import sqrt
from statistics import mean, stdev

from simulation import options, simulate, span, table

given = options(__doc__.splitlines()[0])
peers, queries = (300, 2000) if given.quick else (1000, 20_000)
objects, fraction = 50, 0.04
asked = [1 / (i + 1) for i in range(objects)]
asked = [share / sum(asked) for share in asked]
weights = {"uniform": [1] * objects, "proportional": asked, "square-root": [sqrt(q) for q in asked]}

seeds = range(1, 3) if given.quick else range(1, 11)


def looked_at(rule, seed):
    walk = simulate("lookup", topology=f"complete:{peers}", via="walk", walkers=1, steps=65535, zipf=1,
                    objects=objects, copies=fraction, placement=rule, queries=queries, seed=seed)["rows"][0]
    return float(walk["peers_reached"]["mean"])


rows = []
for rule, weight in weights.items():
    held = [w / sum(weight) * fraction * objects for w in weight]  # fraction of the peers, by object
    endless = sum(q / p for q, p in zip(asked, held))
    # In a network of N peers nobody is probed twice: (N + 1) / (copies + 1) on average.
    finite = sum(q * (peers + 1) / (p * peers + 1) for q, p in zip(asked, held))
    found = [looked_at(rule, seed) for seed in seeds]
    rows.append([rule, mean(found), stdev(found), mean(found) - finite, finite, endless])
print(f"Means over {len(seeds)} seeds, {queries:,} searches each")
table(["copies", "peers looked at", "deviation of a seed", "from theory", "theory, this network",
       "theory, endless network"], rows)
(_, uniform, *_), (_, proportional, *_), (_, root, *_) = rows
apart = 100 * abs(uniform / proportional - 1)
errors = [abs(row[3]) / (row[2] / sqrt(len(seeds))) for row in rows]
print(f"""
Published: the square root is best, uniform and proportional are equal. Here the square root needs {root:.2f},
{100 * (1 - root / min(uniform, proportional)):.0f} % less than the better of the two; these lie {apart:.1f} % apart,
{100 * abs(rows[0][4] / rows[1][4] - 1):.1f} % in theory.
The paper's network is endless; in ours a peer that has been looked at is not looked at again, which
lowers all three and is in the column "theory, this network".""")
if not given.quick:
    print(f"""What is left, {span([abs(row[3]) / row[4] * 100 for row in rows])} % of it, is {span(errors)} times the error of the mean: {"chance" if max(errors) < 2.5 else "more than chance"}.""")
