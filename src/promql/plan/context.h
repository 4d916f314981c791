#pragma once
// What one running query carries: its limits, its annotations, its querier and its counters; and
// the grid of steps that an operator works on. A QueryContext belongs to one query and outlives
// its operators; one thread uses it. A part of the query that runs on another thread has a context
// of its own (a shard), whose notes and figures are taken over when it is done.
//
// QueryError is the only exception of the program. It is thrown inside the engine when the query
// cannot go on, and caught in Engine::Exec; nothing else may see it.

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/thread.h"
#include "promql/kernels/grid.h"
#include "promql/plan/annotations.h"
#include "promql/plan/memory_budget.h"
#include "promql/plan/profile.h"
#include "promql/plan/query.h"
#include "storage/querier.h"

namespace watchfire::promql {

class QueryError final : public std::exception {
 public:
  explicit QueryError(std::string message, QueryErrorKind kind = QueryErrorKind::kExecution)
      : failure_{kind, std::move(message)} {}
  const char* what() const noexcept override { return failure_.message.c_str(); }
  const QueryFailure& failure() const { return failure_; }

 private:
  QueryFailure failure_;
};

// A part of the language that parses but is not evaluated: `<what> is not supported yet`.
[[noreturn]] void ThrowUnsupported(std::string_view what);
// True for messages made by the function above.
bool IsUnsupportedMessage(std::string_view message);

[[noreturn]] void ThrowStorageError(const Error& error);

struct PlanNode;

class QueryContext {
 public:
  QueryContext(const EngineOptions& engine_options, const QueryRequest& query_request,
               const Clock* clock, std::shared_ptr<MemoryPool> memory_pool = nullptr);
  // A shard of `parent`, which must outlive it: same limits and data.
  explicit QueryContext(QueryContext* parent);
  // Takes over what a shard noted and counted.
  void Absorb(QueryContext& shard);

  const EngineOptions& options;
  const QueryRequest& request;
  int64_t lookback_ms;
  int64_t default_subquery_step_ms;
  bool instant;
  Annotations notes;
  storage::Querier* querier = nullptr;
  QueryStats stats;
  std::shared_ptr<MemoryBudget> memory;  // of the whole query; its shards share it
  ThreadPool* pool = nullptr;            // for shards; null: everything on this thread
  std::unique_ptr<Profile> profile;      // null unless the query is being explained

  // Rows of shared parts by their number, once computed; what they are is the operators' business.
  std::vector<std::shared_ptr<void>> shared_rows;

  // A leaf whose series were opened before its operator is made, all of them or a shard's part.
  const PlanNode* opened_leaf = nullptr;
  std::unique_ptr<storage::SeriesSet> opened_set;

  // Throws when the query was cancelled or its time is up. Cheap: looks at the clock once per
  // `kCheckEvery` units of work (samples or steps).
  void Tick(size_t work) {
    work_ += work + 16;
    if (work_ >= kCheckEvery) CheckNow("expression evaluation");
  }
  void CheckNow(std::string_view where);
  const Clock* clock() const { return clock_; }

  // For stats by step: samples that step `i` of `grid` looks at, and those it is the first to look
  // at. What a subquery looks at counts for the last step, as upstream has it; what all steps
  // share, for each.
  bool counts_steps() const { return !stats.queryable_per_step.empty(); }
  void CountStep(const Grid& grid, size_t i, uint64_t queryable, uint64_t read);

  // Samples held in memory; throws when there are more than the limit, or when they take too much
  // memory.
  void Hold(size_t samples);
  void Release(size_t samples) {
    held_->fetch_sub(samples, std::memory_order_relaxed);
    bytes_.Shrink(samples * kSampleBytes);
  }
  static constexpr uint64_t kSampleBytes = 16;  // a time and a value

 private:
  static constexpr size_t kCheckEvery = 1 << 17;
  const Clock* clock_;
  int64_t deadline_ns_;
  size_t work_ = 0;
  std::atomic<uint64_t> own_held_ = 0;
  std::atomic<uint64_t>* held_ = &own_held_;  // the parent's in a shard
  HeldBytes bytes_;
};

// Samples counted against the limit as long as this lives.
class HeldSamples {
 public:
  explicit HeldSamples(QueryContext& context)
      : context_(&context), profiled_(context.profile.get()) {}
  ~HeldSamples() { context_->Release(count_); }
  HeldSamples(const HeldSamples&) = delete;
  HeldSamples& operator=(const HeldSamples&) = delete;
  void Add(size_t samples) {
    context_->Hold(samples);
    count_ += samples;
    profiled_.Set(count_ * QueryContext::kSampleBytes);
  }
  // As if all was given back and so many were added.
  void Set(size_t samples) {
    if (samples > count_) context_->Hold(samples - count_);
    if (samples < count_) context_->Release(count_ - samples);
    count_ = samples;
    profiled_.Set(count_ * QueryContext::kSampleBytes);
  }
  void Reset() { Set(0); }

 private:
  QueryContext* context_;
  ProfiledBytes profiled_;
  size_t count_ = 0;
};

}  // namespace watchfire::promql
