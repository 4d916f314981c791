#include "promql/plan/memory_budget.h"

#include <thread>

#include "promql/plan/context.h"

namespace watchfire::promql {
namespace {

std::string ErrorOf(MemoryBudget& budget, uint64_t bytes) {
  try {
    budget.Reserve(bytes);
  } catch (const QueryError& error) {
    EXPECT_EQ(error.failure().kind, QueryErrorKind::kExecution);
    return error.what();
  }
  return "";
}

TEST(MemoryBudget, RefusesWhatIsBeyondTheQuerysLimitAndTakesNothing) {
  MemoryBudget budget(nullptr, 1 << 20);
  EXPECT_EQ(ErrorOf(budget, 1 << 20), "");
  EXPECT_EQ(ErrorOf(budget, 1),
            "query needs more than 1MiB of memory (--query.max-memory); ask for fewer series, a "
            "shorter range or a wider step");
  EXPECT_EQ(budget.used(), 1u << 20);
  budget.Release(1);
  EXPECT_EQ(ErrorOf(budget, 1), "");
  EXPECT_NE(ErrorOf(budget, UINT64_MAX), "");
  EXPECT_EQ(budget.used(), 1u << 20);
}

TEST(MemoryBudget, QueriesShareThePool) {
  auto pool = std::make_shared<MemoryPool>(1000);
  MemoryBudget one(pool, 800);
  EXPECT_EQ(ErrorOf(one, 700), "");
  {
    MemoryBudget two(pool, 800);
    EXPECT_EQ(ErrorOf(two, 300), "");
    EXPECT_EQ(ErrorOf(two, 1),
              "all running queries together need more than 1000B of memory "
              "(--query.max-total-memory); try again when others have ended");
    EXPECT_EQ(two.used(), 300u);
    EXPECT_EQ(pool->used(), 1000u);
  }
  EXPECT_EQ(pool->used(), 700u);  // an ended query gives back what it had
  EXPECT_EQ(ErrorOf(one, 100), "");
}

TEST(MemoryBudget, ChargesBeyondTheLimitsLeaveNothingForOthers) {
  auto pool = std::make_shared<MemoryPool>(1000);
  MemoryBudget answer(pool, 500);
  answer.Charge(2000);
  MemoryBudget other(pool, 500);
  EXPECT_NE(ErrorOf(other, 1), "");
  answer.Release(1500);
  EXPECT_EQ(ErrorOf(other, 500), "");
  EXPECT_NE(ErrorOf(answer, 1), "");
}

TEST(MemoryBudget, ZeroMeansWithoutLimit) {
  auto pool = std::make_shared<MemoryPool>(0);
  MemoryBudget budget(pool, 0);
  EXPECT_EQ(ErrorOf(budget, 1ULL << 50), "");
}

TEST(MemoryBudget, RemembersItsPeak) {
  MemoryBudget budget(nullptr, 0);
  budget.Reserve(100);
  budget.Release(60);
  budget.Reserve(50);
  EXPECT_EQ(budget.peak(), 100u);
  budget.Reserve(20);
  EXPECT_EQ(budget.peak(), 110u);
}

TEST(MemoryBudget, ThreadsNeverGetMoreThanTheLimitTogether) {
  auto pool = std::make_shared<MemoryPool>(100'000);
  MemoryBudget budget(pool, 90'000);
  std::atomic<uint64_t> granted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        while (true) {
          budget.Reserve(7);
          granted += 7;
        }
      } catch (const QueryError&) {
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(granted.load(), 90'000u);
  EXPECT_GT(granted.load(), 90'000u - 7);
  EXPECT_EQ(pool->used(), granted.load());
}

TEST(HeldBytes, CountsInSlicesAndGivesAllBack) {
  auto pool = std::make_shared<MemoryPool>(0);
  MemoryBudget budget(pool, 256 << 20);
  {
    HeldBytes held(budget);
    for (int i = 0; i < 100; ++i) held.Add(1000);
    EXPECT_EQ(held.used(), 100'000u);
    EXPECT_GE(budget.used(), 100'000u);
    EXPECT_LE(budget.used(), 200'000u);
    held.Add(10 << 20);
    held.Shrink(10 << 20);
    EXPECT_LE(budget.used(), 300'000u);
    EXPECT_EQ(held.used(), 100'000u);
  }
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_EQ(pool->used(), 0u);
}

TEST(HeldBytes, IsExactUnderASmallLimit) {
  MemoryBudget budget(nullptr, 1000);
  HeldBytes held(budget);
  held.Add(990);
  held.Add(10);
  EXPECT_THROW(held.Add(1), QueryError);
  EXPECT_EQ(held.used(), 1000u);
}

TEST(FormatMemory, ChoosesTheUnit) {
  EXPECT_EQ(FormatMemory(999), "999B");
  EXPECT_EQ(FormatMemory(1 << 20), "1MiB");
  EXPECT_EQ(FormatMemory(1536ULL << 20), "1.5GiB");
}

}  // namespace
}  // namespace watchfire::promql
