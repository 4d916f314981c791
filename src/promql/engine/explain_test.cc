#include "promql/engine/explain.h"

#include <stdlib.h>

#include <atomic>

#include <gtest/gtest.h>

#include "base/file.h"

#include "promql/engine/engine.h"
#include "testing/test_storage.h"
#include "tsdb/db/db.h"

namespace watchfire::promql {
namespace {

using model::Labels;

// Time that moves by a microsecond at every look.
class TickingClock final : public Clock {
 public:
  TimeMs Now() const override { return 0; }
  int64_t MonotonicNs() const override { return now_ns_ += 1000; }

 private:
  mutable std::atomic<int64_t> now_ns_{0};
};

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    for (int64_t minute = 0; minute <= 60; ++minute) {
      for (const char* job : {"a", "b", "c"}) {
        for (const char* name : {"x_total", "y_total"}) {
          storage_.Add(Labels::Of({{"__name__", name}, {"job", job}}), minute * 60'000,
                       static_cast<double>(minute));
        }
      }
    }
  }

  std::variant<Explanation, QueryFailure> Run(const std::string& query, TimeMs start, TimeMs end,
                                              int64_t step_ms) {
    Engine engine({}, nullptr, nullptr, &clock_);
    QueryRequest request;
    request.query = query;
    request.start = start;
    request.end = end;
    request.step_ms = step_ms;
    return engine.Explain(storage_, request);
  }
  Explanation Instant(const std::string& query) {
    return std::get<Explanation>(Run(query, 600'000, 600'000, 0));
  }
  // Eleven steps.
  Explanation Range(const std::string& query) {
    return std::get<Explanation>(Run(query, 600'000, 1'200'000, 60'000));
  }

  testing::TestStorage storage_;
  TickingClock clock_;
};

// "sum by (job)(rate(x_total[5m]))": labels as a tree.
std::string Shape(const ExplainNode& node) {
  std::string out = node.label;
  if (node.children.empty()) return out;
  out += "(";
  for (const ExplainNode& child : node.children) {
    if (&child != &node.children.front()) out += "; ";
    out += Shape(child);
  }
  return out + ")";
}

bool Says(const ExplainNode& node, std::string_view detail) {
  for (const std::string& text : node.details) {
    if (text.find(detail) != std::string::npos) return true;
  }
  return false;
}

double SumOfSelf(const ExplainNode& node) {
  double sum = node.self_seconds;
  for (const ExplainNode& child : node.children) sum += SumOfSelf(child);
  return sum;
}

TEST_F(ExplainTest, ShowsThePlanAsATreeOfNamedParts) {
  EXPECT_EQ(Shape(Range("sum by (job) (rate(x_total[5m]))").plan),
            "answer(sum by (job)(rate(x_total[5m])))");
  EXPECT_EQ(Shape(Range("x_total / on (job) group_left y_total").plan),
            "answer(/ on (job) group_left(x_total; y_total))");
  EXPECT_EQ(Shape(Instant("-max_over_time(rate(x_total[5m])[10m:2m])").plan),
            "answer(-(max_over_time(subquery [10m:2m](rate(x_total[5m])))))");
  EXPECT_EQ(Shape(Instant("{job=\"a\"} and ignoring (job) y_total").plan),
            "answer(and ignoring (job)({job=\"a\"}; y_total))");
}

TEST_F(ExplainTest, ConstantsAreNoPartsButStandInTheLabel) {
  EXPECT_EQ(Shape(Instant("x_total > bool 5").plan), "answer(> bool 5(x_total))");
  EXPECT_EQ(Shape(Instant("clamp(x_total, 0, 1)").plan), "answer(clamp(x_total))");
  EXPECT_EQ(Shape(Instant("1").plan), "answer(1)");
}

TEST_F(ExplainTest, CountsWhatEachPartYields) {
  Explanation explained = Range("sum(rate(x_total{job!=\"c\"}[5m]))");
  const ExplainNode& sum = explained.plan.children.at(0);
  EXPECT_EQ(sum.series, 1u);
  EXPECT_EQ(sum.points, 11u);
  const ExplainNode& rate = sum.children.at(0);
  EXPECT_EQ(rate.series, 2u);
  EXPECT_EQ(rate.points, 22u);
  const ExplainNode& range = rate.children.at(0);
  EXPECT_EQ(range.series, 2u);
  EXPECT_EQ(range.points, 2u * 15);
  EXPECT_EQ(range.samples_read, 2u * 15);
  EXPECT_EQ(rate.samples_read, 0u);
  EXPECT_EQ(explained.totals.series, 1u);
  EXPECT_EQ(explained.totals.points, 11u);
  EXPECT_EQ(explained.totals.samples_read, 2u * 15);
  EXPECT_EQ(explained.totals.total_queryable_samples, 2u * 11 * 5);
}

TEST_F(ExplainTest, SeriesWithoutAValueAreNotCounted) {
  Explanation explained = Instant("x_total > 5 * y_total");
  EXPECT_EQ(explained.plan.children.at(0).series, 0u);
  EXPECT_EQ(explained.plan.children.at(0).children.at(0).series, 3u);
  EXPECT_EQ(explained.totals.series, 0u);
}

TEST_F(ExplainTest, EveryNanosecondIsChargedToOnePart) {
  Explanation explained =
      Range("sum by (job) (rate(x_total[5m])) / on (job) max by (job) (y_total)");
  EXPECT_NEAR(explained.plan.seconds, SumOfSelf(explained.plan), 1e-12);
  EXPECT_LE(explained.plan.seconds, explained.totals.seconds);
  EXPECT_GT(explained.plan.seconds, 0.9 * explained.totals.seconds);
  const ExplainNode& join = explained.plan.children.at(0);
  EXPECT_GT(join.self_seconds, 0);
  EXPECT_GT(join.seconds, join.children.at(0).seconds + join.children.at(1).seconds);
  EXPECT_GT(join.children.at(0).children.at(0).children.at(0).self_seconds, 0);
}

TEST_F(ExplainTest, AStepInvariantPartIsOnePartThatWasComputedOnce) {
  Explanation explained = Range("x_total - on () group_left sum(y_total @ 900)");
  const ExplainNode& sum = explained.plan.children.at(0).children.at(1);
  EXPECT_EQ(sum.label, "sum");
  EXPECT_TRUE(Says(sum, "computed once for all 11 steps"));
  EXPECT_EQ(sum.points, 1u);
  EXPECT_TRUE(Says(sum.children.at(0), "at 1970-01-01T00:15:00"));
}

TEST_F(ExplainTest, APartThatIsWrittenTwiceIsComputedInOnePlace) {
  Explanation explained = Range("rate(x_total[5m]) / on (job) (rate(x_total[5m]) + 1)");
  size_t computed = 0;
  size_t shared = 0;
  auto count = [&](auto&& self, const ExplainNode& node) -> void {
    if (node.label == "rate") {
      computed += Says(node, "computed once, used in 2 places") ? 1u : 0u;
      shared += Says(node, "shared") ? 1u : 0u;
      EXPECT_EQ(node.children.size(), Says(node, "shared") ? 0u : 1u);
    }
    for (const ExplainNode& child : node.children) self(self, child);
  };
  count(count, explained.plan);
  EXPECT_EQ(computed, 1u);
  EXPECT_EQ(shared, 1u);
}

TEST_F(ExplainTest, TellsHowSelectorsAreRead) {
  EXPECT_TRUE(Says(Instant("x_total").plan.children.at(0), "newest samples of the last 5m"));
  EXPECT_TRUE(Says(Range("x_total offset 1m").plan.children.at(0), "newest sample of each step"));
  EXPECT_TRUE(Says(Range("x_total offset -1m").plan.children.at(0), "offset -1m"));
  EXPECT_TRUE(Says(Range("sum(x_total)").plan.children.at(0), "fused with its input"));
  EXPECT_FALSE(Says(Range("topk(2, x_total)").plan.children.at(0), "fused with its input"));
}

TEST_F(ExplainTest, MatchersThatAJoinPushesAreTold) {
  Explanation explained = Range("y_total * on (job) sum by (job) (x_total{job=\"a\"})");
  const ExplainNode& other = explained.plan.children.at(0).children.at(0);
  EXPECT_TRUE(Says(other, "also selected by {job=\"a\"}"));
  EXPECT_EQ(other.series, 1u);
}

TEST_F(ExplainTest, TellsWhatAPartHeldInMemory) {
  Explanation explained = Range("quantile(0.5, x_total)");
  EXPECT_GE(explained.plan.children.at(0).memory_bytes, 3u * 11 * 16);
  EXPECT_GT(explained.totals.peak_memory_bytes, 0u);
}

TEST_F(ExplainTest, PartsHaveTheirPlaceInTheQueryAndANumber) {
  std::string query = " sum( rate(x_total[5m]) )";
  Explanation explained = Range(query);
  const ExplainNode& sum = explained.plan.children.at(0);
  const ExplainNode& rate = sum.children.at(0);
  EXPECT_EQ(query.substr(rate.position.start, rate.position.end - rate.position.start),
            "rate(x_total[5m])");
  EXPECT_EQ(rate.expr, "rate(x_total[5m])");
  EXPECT_EQ(explained.plan.id, 0u);
  EXPECT_EQ(sum.id, 1u);
  EXPECT_EQ(rate.id, 2u);
  EXPECT_EQ(rate.children.at(0).id, 3u);
}

TEST_F(ExplainTest, AnswersOfEveryTypeAreCounted) {
  EXPECT_EQ(Instant("x_total").type, ValueType::kVector);
  EXPECT_EQ(Instant("time()").type, ValueType::kScalar);
  EXPECT_EQ(Instant("\"text\"").type, ValueType::kString);
  Explanation matrix = Instant("x_total[5m]");
  EXPECT_EQ(matrix.type, ValueType::kMatrix);
  EXPECT_EQ(matrix.totals.points, 3u * 5);
  EXPECT_EQ(Range("time()").totals.points, 11u);
}

TEST_F(ExplainTest, NotesOfTheQueryComeAlong) {
  Explanation explained = Instant("rate(x_total[5m]) + on (job) quantile by (job) (7, x_total)");
  EXPECT_EQ(explained.warnings.size(), 1u);
}

// Only a storage that can split its series is read in shards.
TEST_F(ExplainTest, ShardsAreAddedUp) {
  constexpr uint64_t kSeries = 3000;
  std::string directory = ::testing::TempDir() + "/explain_XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  tsdb::DbOptions options;
  options.path = directory;
  options.background = false;
  auto db = tsdb::Db::Open(options).value();
  auto appender = db->NewAppender();
  for (uint64_t i = 0; i < kSeries; ++i) {
    Labels labels = Labels::Of({{"__name__", "z"}, {"i", std::to_string(i)}});
    for (TimeMs t = 60'000; t <= 600'000; t += 60'000) {
      appender->Append(0, labels, t, static_cast<double>(t)).value();
    }
  }
  appender->Commit().value();
  ThreadPool pool("explain", 2);
  Engine engine({}, &pool, nullptr, Clock::System());
  QueryRequest request;
  request.query = "sum(rate(z[3m]))";
  request.start = 300'000;
  request.end = 600'000;
  request.step_ms = 10'000;
  Explanation explained = std::get<Explanation>(engine.Explain(*db, request));
  const ExplainNode& sum = explained.plan.children.at(0);
  const ExplainNode& rate = sum.children.at(0);
  EXPECT_EQ(explained.totals.threads, 2u);
  EXPECT_TRUE(Says(sum, "2 shards"));
  EXPECT_EQ(sum.series, 1u);
  EXPECT_EQ(rate.series, kSeries);
  EXPECT_EQ(rate.points, kSeries * 31);
  EXPECT_EQ(rate.children.at(0).samples_read, explained.totals.samples_read);
  EXPECT_GT(rate.children.at(0).self_seconds, 0);
  EXPECT_GT(rate.self_seconds, 0);
  EXPECT_GT(sum.self_seconds, 0);
  // Nobody is charged for waiting.
  EXPECT_LT(explained.plan.seconds, 2 * explained.totals.seconds);
  ASSERT_TRUE(db->Close().ok());
  db.reset();
  FileSystem::Local()->RemoveRecursively(directory).value();
}

TEST_F(ExplainTest, AQueryThatFailsFailsHereInTheSameWay) {
  auto outcome = Run("x_total + on () y_total", 600'000, 600'000, 0);
  ASSERT_TRUE(std::holds_alternative<QueryFailure>(outcome));
  EXPECT_EQ(std::get<QueryFailure>(outcome).kind, QueryErrorKind::kExecution);
  EXPECT_TRUE(std::get<QueryFailure>(outcome).message.starts_with("multiple matches for labels"))
      << std::get<QueryFailure>(outcome).message;
  outcome = Run("sum(", 600'000, 600'000, 0);
  EXPECT_EQ(std::get<QueryFailure>(outcome).kind, QueryErrorKind::kBadData);
}

}  // namespace
}  // namespace watchfire::promql
