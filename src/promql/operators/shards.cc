#include "promql/operators/shards.h"

#include <algorithm>
#include <optional>
#include <thread>

#include "promql/operators/scan.h"

namespace watchfire::promql {
namespace {

// About how many nanoseconds' work is worth waking another thread.
constexpr size_t kWorthSharing = 200'000;

// Pools may have more threads than the machine has cores, which would only split for nothing.
size_t Cores() {
  static const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return cores;
}

// What a series costs, roughly, in nanoseconds.
size_t CostOfSeries(const PlanNode& leaf, const Grid& grid) {
  if (grid.count == 1 && leaf.kind == NodeKind::kSelector) return 5;
  return 200 + 5 * grid.count;
}

struct Shard {
  explicit Shard(QueryContext* parent) : context(parent) {}
  QueryContext context;
  std::optional<QueryFailure> failure;
};

}  // namespace

bool RunInShards(QueryContext& context, const PlanNode& leaf, const Grid& grid,
                 const std::function<void(size_t)>& prepare,
                 const std::function<void(QueryContext&, size_t)>& work) {
  if (context.pool == nullptr || context.pool->size() < 2) return false;
  std::unique_ptr<storage::SeriesSet> set;
  {
    Profile* profile = context.profile.get();
    ProfileScope scope(profile, profile != nullptr ? &profile->Of(&leaf) : nullptr);
    set = OpenSeries(context, leaf, grid, false);
  }
  std::vector<std::unique_ptr<storage::SeriesSet>> parts;
  if (set->size_estimate() * CostOfSeries(leaf, grid) > kWorthSharing) {
    parts = set->Split(std::min(context.pool->size(), Cores()));
  }
  if (parts.size() < 2) {
    context.opened_leaf = &leaf;
    context.opened_set = parts.empty() ? std::move(set) : std::move(parts[0]);
    return false;
  }
  prepare(parts.size());
  std::vector<std::unique_ptr<Shard>> shards;
  for (std::unique_ptr<storage::SeriesSet>& part : parts) {
    shards.push_back(std::make_unique<Shard>(&context));
    shards.back()->context.opened_leaf = &leaf;
    shards.back()->context.opened_set = std::move(part);
  }
  Profile* profile = context.profile.get();
  if (profile != nullptr && profile->running() != nullptr) {
    profile->running()->shards = static_cast<uint32_t>(shards.size());
  }
  ProfileScope waiting(profile, nullptr);  // what the shards take they count themselves
  context.pool->ParallelFor(shards.size(), [&](size_t i) {
    QueryContext& shard = shards[i]->context;
    Profile* own = shard.profile.get();
    ProfileScope scope(own, own != nullptr ? own->entry() : nullptr);
    try {
      work(shard, i);
    } catch (const QueryError& error) {
      shards[i]->failure = error.failure();
    }
  });
  for (const std::unique_ptr<Shard>& shard : shards) context.Absorb(shard->context);
  for (const std::unique_ptr<Shard>& shard : shards) {
    if (shard->failure) throw QueryError(shard->failure->message, shard->failure->kind);
  }
  return true;
}

}  // namespace watchfire::promql
