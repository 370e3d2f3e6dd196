#!/usr/bin/env python3
"""Dynamo (DeCandia et al., SOSP 2007), section 6.2: load balance of three partitioning strategies.

Published: 30 members, 3 copies; efficiency is the load of the mean member by that of the most loaded
one. Of random tokens (1), random tokens with equal partitions (2) and equal partitions, as many for
each member (3), the third balances best and the second worst, where each may keep an equally large table
of members: a curve each, in its figure 8.
Here: the same members and copies, 20 rings each. Keys asked for alike, first with equally many tokens,
then with equally large tables; then keys asked for unevenly.
"""

from simulation import listed, options, simulate, table

given = options(__doc__.splitlines()[0])
plan = {"members": 30, "copies": 3, "rings": 2 if given.quick else 20}
members = plan["members"]


def efficiency(strategy, tokens, **more):
    """In %."""
    row = simulate("balance", strategy=strategy, tokens=tokens, **more, **plan)["rows"][0]
    return 100 * row["efficiency"]


print("Efficiency in %, with equally many tokens")
alike = [[tokens, efficiency(1, tokens), efficiency(2, tokens, partitions=2 * members * tokens),
          efficiency(2, tokens, partitions=64 * members * tokens), efficiency(3, tokens)]
         for tokens in ((1, 4, 16) if given.quick else (1, 2, 4, 8, 16, 32, 64, 128, 256))]
table(["tokens", "1: random tokens", "2: Q = 2ST", "2: Q = 64ST", "3: equal partitions"], alike)

print("\nEfficiency in %, with equally large tables: S T entries for 1, Q for 2 and 3")
tables = [[members * tokens, efficiency(1, tokens),
           efficiency(2, tokens // 2, partitions=members * tokens),
           efficiency(2, tokens // 8, partitions=members * tokens), efficiency(3, tokens)]
          for tokens in ((8, 16) if given.quick else (8, 16, 32, 64, 128, 256, 512))]
table(["entries", "1: random tokens", "2: Q = 2ST", "2: Q = 8ST", "3: equal partitions"], tables)

keys, seeds = (10_000, range(1, 3)) if given.quick else (100_000, range(1, 6))
print(f"\nEfficiency in %, {keys:,} keys asked for by Zipf's law, 64 tokens (2: Q = 8ST), mean over {len(seeds)} seeds")
uneven, leads = [], {}
for exponent in (0.0, 0.5, 0.8, 1.0):
    by_seed = [[efficiency(strategy, 64, keys=keys, zipf=exponent, seed=seed) for strategy in (1, 2, 3)]
               for seed in seeds]
    leads[exponent] = [third - max(first, second) for first, second, third in by_seed]
    uneven.append([exponent, *(sum(each) / len(seeds) for each in zip(*by_seed)),
                   f"{min(leads[exponent]):+.1f} to {max(leads[exponent]):+.1f}"])
table(["exponent", "1: random tokens", "2: equal partitions", "3: equal, dealt", "lead of 3, by seed"], uneven)

best = all(row[-1] == max(row[1:]) for row in alike + tables)
worst = all(max(row[2:4]) < min(row[1], row[4]) for row in tables)
print(f"""
Asked for alike, strategy 3 balances best {"in every row" if best else "not in every row"}, and with equally large tables strategy 2
worst {"in every row" if worst else "not in every row"}. Published: the same order; the values of the paper's figure are not in its
text, and not quoted.""")
for exponent, *shares, _ in uneven:
    order = sorted((1, 2, 3), key=lambda strategy: -shares[strategy - 1])
    sure = all(lead > 0 for lead in leads[exponent]) or all(lead < 0 for lead in leads[exponent])
    print(f"Exponent {exponent}: the order is {listed(order)}; where 3 stands is {'the same with every seed' if sure else 'chance'}.")
if not given.quick:
    print("""
Why: with equally many tokens 2 and 1 are the same but for the edges. A partition of strategy 2 goes to the
members of the tokens behind it, so each gets the partitions between its tokens and those before them: as
much of the ring as strategy 1 gives it, rounded to partitions. But strategy 2 needs many more
partitions than tokens, and each peer knows them all; a table that is as large leaves it fewer tokens, and
tokens are what balances. The size of a table is our reading (an entry a token, or a partition): the paper
gives it in relative units.
The more uneven the requests, the less it matters how the ring is cut: the members of the most wanted key
decide. 1 and 2 hardly differ.
The paper's requests are those of a real service.
With one copy of each key strategy 3 would be perfect; with three, a partition's copies go to the members
that follow it, and chance decides who they are (with one token each, the member's two predecessors).
The rings of this project use strategy 1 with 128 tokens.""")
