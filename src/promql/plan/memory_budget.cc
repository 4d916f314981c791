#include "promql/plan/memory_budget.h"

#include <fmt/core.h>

#include <algorithm>

#include "promql/plan/context.h"

namespace watchfire::promql {
namespace {

// What a holder takes at once. Small against any sensible limit, large against a row.
constexpr uint64_t kSlice = 64 << 10;

// Adds if the sum stays within the limit; returns the sum, or 0 if it does not.
uint64_t AddWithin(std::atomic<uint64_t>& used, uint64_t bytes, uint64_t limit) {
  uint64_t now = used.load(std::memory_order_relaxed);
  do {
    if (bytes > limit || now > limit - bytes) return 0;
  } while (!used.compare_exchange_weak(now, now + bytes, std::memory_order_relaxed));
  return now + bytes;
}

}  // namespace

bool MemoryPool::TryReserve(uint64_t bytes) {
  return bytes == 0 || AddWithin(used_, bytes, limit_) != 0;
}

MemoryBudget::~MemoryBudget() {
  if (pool_ != nullptr) pool_->Release(used());
}

void MemoryBudget::Reserve(uint64_t bytes) {
  if (bytes == 0) return;
  uint64_t now = AddWithin(used_, bytes, limit_);
  if (now == 0) {
    throw QueryError(
        fmt::format("query needs more than {} of memory (--query.max-memory); ask for "
                    "fewer series, a shorter range or a wider step",
                    FormatMemory(limit_)));
  }
  if (pool_ != nullptr && !pool_->TryReserve(bytes)) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    throw QueryError(
        fmt::format("all running queries together need more than {} of memory "
                    "(--query.max-total-memory); try again when others have ended",
                    FormatMemory(pool_->limit())));
  }
  uint64_t peak = peak_.load(std::memory_order_relaxed);
  while (peak < now && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

void MemoryBudget::Release(uint64_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (pool_ != nullptr) pool_->Release(bytes);
}

void MemoryBudget::Charge(uint64_t bytes) {
  used_.fetch_add(bytes, std::memory_order_relaxed);
  if (pool_ != nullptr) pool_->Charge(bytes);
}

void HeldBytes::Grow(uint64_t bytes) {
  uint64_t missing = bytes - (reserved_ - used_);
  // The slice is a convenience; near a limit only what is needed is asked for.
  uint64_t slice = budget_->limit() / 64 < kSlice ? 1 : kSlice;
  uint64_t more = (missing + slice - 1) / slice * slice;
  budget_->Reserve(more);
  reserved_ += more;
}

void HeldBytes::Shrink(uint64_t bytes) {
  used_ -= std::min(bytes, used_);
  uint64_t spare = reserved_ - used_;
  if (spare < 2 * kSlice) return;
  budget_->Release(spare - kSlice);
  reserved_ -= spare - kSlice;
}

void HeldBytes::Reset() {
  if (reserved_ > 0) budget_->Release(reserved_);
  used_ = reserved_ = 0;
}

std::string FormatMemory(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  bool whole = value == static_cast<double>(static_cast<uint64_t>(value));
  return whole ? fmt::format("{:.0f}{}", value, kUnits[unit])
               : fmt::format("{:.1f}{}", value, kUnits[unit]);
}

}  // namespace watchfire::promql
