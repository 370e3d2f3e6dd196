#include "sim/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/limits.h"
#include "overlay/expanding.h"
#include "sim/lookup_figures.h"
#include "sim/ring_search.h"
#include "sim/walk_search.h"

namespace oxbow::sim {

namespace {

constexpr std::size_t kRingBatch = 4096;

double wall_clock() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// The streams of randomness of one run: each purpose has its own.
Random stream(std::uint64_t seed, std::uint64_t purpose) {
  return Random(seed ^ (purpose + 1) * 0xd6e8feb86659fd93ULL);
}
constexpr std::uint64_t kPlacing = 101;
constexpr std::uint64_t kAsking = 102;
constexpr std::uint64_t kReplicating = 103;
constexpr std::uint64_t kComing = 104;
constexpr std::uint64_t kStoring = 105;

struct Asked {
  PeerNumber origin = 0;
  ObjectNumber object = 0;
};

/// Selection sampling (Knuth, algorithm 3.4.2S): by object, whether the ring has it.
std::vector<bool> stored_objects(std::uint32_t objects, double share, Random random) {
  std::vector<bool> stored(objects);
  auto wanted = static_cast<std::uint32_t>(share * objects + 1e-9);
  for (ObjectNumber object = 0; object < objects; ++object) {
    if (random.below(objects - object) >= wanted) continue;
    stored[object] = true;
    --wanted;
  }
  return stored;
}

std::vector<Position> positions_of(std::uint32_t objects) {
  std::vector<Position> positions(objects);
  for (ObjectNumber object = 0; object < objects; ++object) {
    positions[object] = position_of(key_of(object));
  }
  return positions;
}

/// One way's run through all queries.
class Run {
 public:
  Run(const Graph& graph, const LookupPlan& plan, const Popularity& popularity, Copies copies,
      LookupVia via, const LookupWatch& watch)
      : plan_(plan),
        watch_(watch),
        popularity_(popularity),
        copies_(std::move(copies)),
        via_(via),
        network_{graph,
                 plan.latency,
                 frame_sizes(),
                 stream(plan.seed, std::uint64_t(via)),
                 plan.loss,
                 nullptr,
                 0,
                 nullptr},
        asking_(stream(plan.seed, kAsking)),
        replicating_(stream(plan.seed, kReplicating)),
        holders_(graph.peers()) {
    network_.handled = watch.handled;
    if (plan.churn > 0) {
      availability_.emplace(graph.peers(), plan.churn, stream(plan.seed, kComing).next());
      network_.availability = &*availability_;
    }
  }

  LookupRow run(const LookupProgress& progress);

 private:
  std::uint64_t queries() const { return plan_.single ? 1 : plan_.workload.queries; }
  Asked next();
  std::span<const PeerNumber> holders_of(ObjectNumber object) const;
  bool is_ring() const {
    return via_ == LookupVia::one_hop || via_ == LookupVia::finger || via_ == LookupVia::successor;
  }
  RingWay ring_way() const;

  template <class Search>
  void search_all(LookupRow& row, const LookupProgress& progress, Search search);
  void look_up_all(LookupRow& row, const LookupProgress& progress);
  SearchOutcome flood(FloodSearch& search, PeerNumber origin);
  SearchOutcome expand(FloodSearch& search, PeerNumber origin);
  void search_by_floods(LookupRow& row, const LookupProgress& progress);
  void get_all(LookupRow& row, const LookupProgress& progress);
  SearchOutcome ask_directory(const Asked& asked);
  void count(const SearchOutcome& outcome);
  void replicate(ObjectNumber object, std::span<const PeerNumber> path,
                 std::span<const PeerNumber> reached);
  std::vector<PeerNumber> way_to_holder(const FloodSearch& search) const;

  const LookupPlan& plan_;
  const LookupWatch& watch_;
  const Popularity& popularity_;
  Copies copies_;
  LookupVia via_;
  std::optional<Availability> availability_;
  SearchNetwork network_;
  Random asking_;
  Random replicating_;
  PeerSet holders_;
  LookupFigures figures_;
  std::uint64_t found_ = 0;
};

Asked Run::next() {
  if (plan_.single) return {plan_.single->origin, 0};
  const auto origin = static_cast<PeerNumber>(asking_.below(network_.graph.peers()));
  return {origin, popularity_.draw(asking_)};
}

std::span<const PeerNumber> Run::holders_of(ObjectNumber object) const {
  if (plan_.single) return plan_.single->holders;
  return copies_.holders(object);
}

RingWay Run::ring_way() const {
  if (via_ == LookupVia::one_hop) return RingWay::one_hop;
  return via_ == LookupVia::finger ? RingWay::finger : RingWay::successor;
}

void Run::count(const SearchOutcome& outcome) {
  figures_.add(outcome);
  if (watch_.ended) watch_.ended(via_, outcome);
  found_ += outcome.found ? 1 : 0;
}

/// `search(asked)` gives the outcome; the peers that hold the object are marked meanwhile.
template <class Search>
void Run::search_all(LookupRow& row, const LookupProgress& progress, Search search) {
  const double began = wall_clock();
  for (std::uint64_t i = 0; i < queries(); ++i) {
    const Asked asked = next();
    network_.seconds = static_cast<double>(i);
    if (availability_) availability_->bring(asked.origin, network_.seconds);
    for (const PeerNumber holder : holders_of(asked.object)) holders_.insert(holder);
    count(search(asked));
    for (const PeerNumber holder : holders_of(asked.object)) holders_.erase(holder);
    if (progress) progress(via_, i + 1, queries());
  }
  row.wall_seconds = wall_clock() - began;
}

SearchOutcome Run::flood(FloodSearch& search, PeerNumber origin) {
  return search.run(origin, holders_, plan_.ttl);
}

/// `search` must report, for the end of a wave to be known.
SearchOutcome Run::expand(FloodSearch& search, PeerNumber origin) {
  SearchOutcome sum;
  std::optional<FloodTtl> ttl = FloodTtl{1};
  while (ttl) {
    const SearchOutcome wave = search.run(origin, holders_, *ttl);
    add_wave(sum, wave);
    ttl = next_wave(*ttl, plan_.ttl, wave.found);
  }
  return sum;
}

SearchOutcome Run::ask_directory(const Asked& asked) {
  const PeerNumber directory = network_.graph.peers();  // a peer of its own
  SearchOutcome outcome;
  outcome.query_messages = 1;
  outcome.bytes = network_.frames.query;
  if (network_.loses_one()) {
    outcome.lost = 1;
    return outcome;
  }
  network_.handles_one(directory);
  outcome.peers_reached = 2;
  outcome.max_hops = 1;
  const auto holders = holders_of(asked.object);
  const bool knows = std::any_of(holders.begin(), holders.end(),
                                 [&](PeerNumber holder) { return network_.is_there(holder, 0); });
  ++(knows ? outcome.hit_messages : outcome.done_messages);
  outcome.bytes += knows ? network_.frames.hit : network_.frames.query_done;
  if (network_.loses_one()) return outcome;
  network_.handles_one(asked.origin);
  outcome.elapsed_ms =
      (network_.latency(asked.origin, directory) + network_.latency(directory, asked.origin)) *
      network_.latency.tick_ms;
  outcome.found = knows;
  if (!knows) return outcome;
  outcome.hops_first_hit = 1;
  outcome.latency_first_hit_ms = outcome.elapsed_ms;
  return outcome;
}

std::vector<PeerNumber> Run::way_to_holder(const FloodSearch& search) const {
  std::vector<PeerNumber> way;
  if (search.first_holder() == kNoPeer) return way;
  for (PeerNumber peer = search.upstream_of(search.first_holder()); peer != kNoPeer;
       peer = search.upstream_of(peer)) {
    way.push_back(peer);
  }
  return way;
}

/// `path`: the originator and all between it and the holder, in any order, some perhaps twice.
void Run::replicate(ObjectNumber object, std::span<const PeerNumber> path,
                    std::span<const PeerNumber> reached) {
  const Replication rule = plan_.workload.replication;
  if (rule == Replication::none || plan_.single || path.empty()) return;
  std::vector<PeerNumber> chosen;
  const auto take = [&](PeerNumber peer) {
    if (holders_.insert(peer)) chosen.push_back(peer);
  };
  if (rule == Replication::owner) take(reached.front());
  if (rule != Replication::owner) {
    for (const PeerNumber peer : path) take(peer);
  }
  const std::size_t count = chosen.size();
  for (const PeerNumber peer : chosen) holders_.erase(peer);
  if (rule == Replication::random) {
    chosen.clear();
    for (std::size_t tries = 0; chosen.size() < count && tries < 100 * count; ++tries) {
      take(reached[replicating_.below(reached.size())]);
    }
    for (const PeerNumber peer : chosen) holders_.erase(peer);
  }
  for (const PeerNumber holder : holders_of(object)) holders_.erase(holder);
  for (const PeerNumber peer : chosen) copies_.add(object, peer, replicating_);
}

void Run::look_up_all(LookupRow& row, const LookupProgress& progress) {
  RingSearch search(network_, plan_.tokens, ring_seed(plan_));
  const std::vector<Position> positions = positions_of(popularity_.objects());
  const bool is_known = !plan_.single || !plan_.single->holders.empty();
  const std::size_t batch = availability_ ? 1 : kRingBatch;
  std::vector<RingQuery> asked;
  std::vector<SearchOutcome> outcomes;
  const double began = wall_clock();
  for (std::uint64_t done = 0; done < queries();) {
    asked.clear();
    network_.seconds = static_cast<double>(done);
    while (asked.size() < batch && done + asked.size() < queries()) {
      const Asked query = next();
      if (availability_) availability_->bring(query.origin, network_.seconds);
      asked.push_back({query.origin, positions[query.object]});
    }
    search.run(ring_way(), asked, is_known, outcomes);
    for (const SearchOutcome& outcome : outcomes) count(outcome);
    done += asked.size();
    if (progress) progress(via_, done, queries());
  }
  row.wall_seconds = wall_clock() - began;
}

void Run::search_by_floods(LookupRow& row, const LookupProgress& progress) {
  row.ttl = plan_.ttl;
  FloodSettings settings = plan_.flood;
  settings.reports = settings.reports || via_ == LookupVia::expanding;
  FloodSearch search(network_, settings);
  search_all(row, progress, [&](const Asked& asked) {
    const SearchOutcome outcome =
        via_ == LookupVia::flood ? flood(search, asked.origin) : expand(search, asked.origin);
    if (outcome.found) replicate(asked.object, way_to_holder(search), search.reached());
    return outcome;
  });
}

/// A get asks the ring, which is one hop; what it has never heard of is flooded for.
void Run::get_all(LookupRow& row, const LookupProgress& progress) {
  row.ttl = plan_.ttl;
  RingSearch ring(network_, plan_.tokens, ring_seed(plan_));
  FloodSearch search(network_, plan_.flood);
  const std::uint32_t objects = popularity_.objects();
  const std::vector<Position> positions = positions_of(objects);
  const std::vector<bool> stored =
      stored_objects(objects, plan_.stored, stream(plan_.seed, kStoring));
  std::vector<SearchOutcome> outcomes;
  search_all(row, progress, [&](const Asked& asked) {
    const RingQuery query{asked.origin, positions[asked.object]};
    const bool is_known = stored[asked.object] && !holders_of(asked.object).empty();
    ring.run(RingWay::one_hop, std::span(&query, 1), is_known, outcomes);
    SearchOutcome outcome = outcomes.front();
    if (outcome.found) return outcome;
    add_wave(outcome, flood(search, asked.origin));
    if (outcome.found) replicate(asked.object, way_to_holder(search), search.reached());
    return outcome;
  });
}

LookupRow Run::run(const LookupProgress& progress) {
  LookupRow row;
  row.via = via_;
  row.queries = queries();
  if (is_ring()) {
    look_up_all(row, progress);
  } else if (via_ == LookupVia::central) {
    search_all(row, progress, [&](const Asked& asked) { return ask_directory(asked); });
  } else if (via_ == LookupVia::walk) {
    const bool keeps_paths = plan_.workload.replication != Replication::none && !plan_.single;
    WalkSearch search(network_, {plan_.flood.all, plan_.walkers, plan_.steps, keeps_paths});
    search_all(row, progress, [&](const Asked& asked) {
      const SearchOutcome outcome = search.run(asked.origin, holders_);
      if (outcome.found) replicate(asked.object, search.path(), search.reached());
      return outcome;
    });
  } else if (via_ == LookupVia::automatic) {
    get_all(row, progress);
  } else {
    search_by_floods(row, progress);
  }
  row.found = found_;
  figures_.summarise(row);
  return row;
}

}  // namespace

std::optional<LookupVia> parse_lookup_via(std::string_view name) {
  const auto found = std::find(kLookupVias.begin(), kLookupVias.end(), name);
  if (found == kLookupVias.end()) return std::nullopt;
  return static_cast<LookupVia>(found - kLookupVias.begin());
}

std::uint64_t ring_seed(const LookupPlan& plan) { return stream(plan.seed, kPlacing).next(); }

namespace {
Error usage(std::string message, std::string needed, std::string got) {
  return {"usage", std::move(message), std::move(needed), std::move(got)};
}
}  // namespace

Status check(const Graph& graph, const LookupPlan& plan) {
  if (plan.tokens > 1 && plan.churn > 0) {
    return usage("--tokens above 1 and --churn do not go together: leave one out",
                 "--tokens 1, or no --churn",
                 fmt::format("--tokens {} --churn {}", plan.tokens, plan.churn));
  }
  if (std::uint64_t{plan.tokens} * graph.peers() > limits::kSimTokens) {
    return usage(fmt::format("--tokens {}: {} peers have {} tokens at most together", plan.tokens,
                             graph.peers(), limits::kSimTokens),
                 fmt::format("at most {} tokens", limits::kSimTokens / graph.peers()),
                 std::to_string(plan.tokens));
  }
  const Workload& workload = plan.workload;
  const double copies = workload.copies * graph.peers() * workload.objects;
  if (!plan.single && copies > static_cast<double>(limits::kSimCopies)) {
    return usage(fmt::format("--objects {} --copies {}: {:.0f} copies are more than {}",
                             workload.objects, workload.copies, copies, limits::kSimCopies),
                 fmt::format("at most {} copies", limits::kSimCopies),
                 fmt::format("{:.0f}", copies));
  }
  if (workload.capacity > 0 && workload.replication == Replication::none) {
    return usage(fmt::format("--capacity {} without --replication: say which copies are made",
                             workload.capacity),
                 "--replication owner, path or random", "none");
  }
  if (std::uint64_t{workload.capacity} * graph.peers() > limits::kSimCopies) {
    return usage(fmt::format("--capacity {}: {} peers store {} copies at most together",
                             workload.capacity, graph.peers(), limits::kSimCopies),
                 fmt::format("at most {}", limits::kSimCopies / graph.peers()),
                 std::to_string(workload.capacity));
  }
  return oxbow::Done{};
}

LookupResult run_lookups(const Graph& graph, const LookupPlan& plan, const LookupProgress& progress,
                         const LookupWatch& watch) {
  OXBOW_ASSERT(graph.peers() > 0, "a network has peers");
  LookupResult result{graph.peers(), graph.links(), plan.single.has_value(), {}};
  const std::uint32_t objects = plan.single ? 1 : plan.workload.objects;
  const Popularity popularity(objects, plan.workload.zipf);
  Random placing = stream(plan.seed, kPlacing);
  const std::vector<std::uint32_t> numbers =
      plan.single ? std::vector<std::uint32_t>{1}
                  : allocate_copies(popularity, plan.workload.placement, graph.peers(),
                                    plan.workload.copies);
  const Copies copies(numbers, graph.peers(), placing, plan.single ? 0 : plan.workload.capacity);
  for (const LookupVia via : plan.vias) {
    result.rows.push_back(Run(graph, plan, popularity, copies, via, watch).run(progress));
  }
  return result;
}

}  // namespace oxbow::sim
