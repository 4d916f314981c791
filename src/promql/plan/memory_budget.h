#pragma once
// How much memory queries may take. A MemoryPool is what all of them share; a MemoryBudget is one
// query's account with it. Operators ask before they grow what they keep (result columns, held
// rows, accumulators, hash tables) and give back when it goes, so that a query which needs too much
// ends with an error that says so, and the process lives on.
//
//   auto pool = std::make_shared<MemoryPool>(total_limit);   // engine, one
//   MemoryBudget budget(pool, per_query_limit);              // a query, outlives its operators
//   HeldBytes held(budget);                                  // an operator or a shard, one thread
//   held.Add(rows * sizeof(double));                         // throws QueryError beyond a limit
//
// Estimates are enough: 16 bytes for a point, the text of labels, the capacity of a column. Only
// what grows with data counts. MemoryPool and MemoryBudget are thread-safe, so the shards of one
// query share its budget; HeldBytes belongs to one thread and asks the budget for 64 KiB at a time,
// which makes an Add two instructions. Nothing here allocates.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace watchfire::promql {

class MemoryPool {
 public:
  // 0: without limit.
  explicit MemoryPool(uint64_t limit) : limit_(limit == 0 ? UINT64_MAX : limit) {}
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // False if it would be too much; then nothing was taken.
  bool TryReserve(uint64_t bytes);
  void Charge(uint64_t bytes) { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void Release(uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t limit() const { return limit_; }

 private:
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

class MemoryBudget {
 public:
  // Shared, since an answer may live longer than its engine. May be null: only the query's own
  // limit counts. `limit` 0: only the pool's.
  MemoryBudget(std::shared_ptr<MemoryPool> pool, uint64_t limit)
      : pool_(std::move(pool)), limit_(limit == 0 ? UINT64_MAX : limit) {}
  // Whatever was not given back goes back to the pool.
  ~MemoryBudget();
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // Throws QueryError (execution) when the query or all queries together would have too much; then
  // nothing was taken.
  void Reserve(uint64_t bytes);
  void Release(uint64_t bytes);
  // Counts what is there already, whatever the limits say: an answer that waits to be sent. Those
  // who come later find less.
  void Charge(uint64_t bytes);
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  // The most that was in use at once.
  uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  uint64_t limit() const { return limit_; }

 private:
  const std::shared_ptr<MemoryPool> pool_;
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
  std::atomic<uint64_t> peak_{0};
};

// Bytes that count as long as this lives.
class HeldBytes {
 public:
  explicit HeldBytes(MemoryBudget& budget) : budget_(&budget) {}
  ~HeldBytes() { Reset(); }
  HeldBytes(const HeldBytes&) = delete;
  HeldBytes& operator=(const HeldBytes&) = delete;

  void Add(uint64_t bytes) {
    if (bytes > reserved_ - used_) Grow(bytes);
    used_ += bytes;
  }
  // Gives back what the holder let go of; at most what was added.
  void Shrink(uint64_t bytes);
  void Reset();
  uint64_t used() const { return used_; }

 private:
  void Grow(uint64_t bytes);

  MemoryBudget* budget_;
  uint64_t used_ = 0;
  uint64_t reserved_ = 0;  // ≥ used_
};

// "256MiB", "1.5GiB": bytes for people.
std::string FormatMemory(uint64_t bytes);

}  // namespace watchfire::promql
