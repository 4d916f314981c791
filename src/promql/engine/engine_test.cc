#include "promql/engine/engine.h"

#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "client/text_writer.h"
#include "promql/engine/gate.h"
#include "promql/plan/context.h"
#include "testing/test_storage.h"

namespace watchfire::promql {
namespace {

using model::Labels;

// Time that moves by `step_ns` at every look.
class TickingClock final : public Clock {
 public:
  TimeMs Now() const override { return 0; }
  int64_t MonotonicNs() const override { return now_ns_ += step_ns; }
  int64_t step_ns = 1000;

 private:
  mutable std::atomic<int64_t> now_ns_{0};
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    for (int64_t minute = 0; minute <= 60; ++minute) {
      for (const char* job : {"a", "b"}) {
        storage_.Add(Labels::Of({{"__name__", "up"}, {"job", job}}), minute * 60'000,
                     static_cast<double>(minute));
      }
    }
  }

  std::variant<QueryResult, QueryFailure> Exec(const std::string& query, TimeMs start = 600'000,
                                               TimeMs end = 0, int64_t step_ms = 0) {
    request_.query = query;
    request_.start = start;
    request_.end = step_ms > 0 ? end : start;
    request_.step_ms = step_ms;
    Engine engine(options_, nullptr, &registry_, &clock_);
    return engine.Exec(storage_, request_);
  }
  QueryResult Ok(const std::string& query, TimeMs start = 600'000, TimeMs end = 0,
                 int64_t step_ms = 0) {
    auto outcome = Exec(query, start, end, step_ms);
    if (auto* failure = std::get_if<QueryFailure>(&outcome)) {
      ADD_FAILURE() << query << ": " << failure->message;
      return {};
    }
    return std::get<QueryResult>(std::move(outcome));
  }
  QueryFailure Fails(const std::string& query, TimeMs start = 600'000, TimeMs end = 0,
                     int64_t step_ms = 0) {
    auto outcome = Exec(query, start, end, step_ms);
    if (auto* failure = std::get_if<QueryFailure>(&outcome)) return *failure;
    ADD_FAILURE() << query << " succeeded";
    return {};
  }

  testing::TestStorage storage_;
  EngineOptions options_;
  QueryRequest request_;
  client::Registry registry_;
  TickingClock clock_;
};

TEST_F(EngineTest, AnInstantVectorHasOnePointASeriesAtTheEvaluationTime) {
  QueryResult result = Ok("up", 601'000);
  ASSERT_EQ(result.value.type, ValueType::kVector);
  ASSERT_EQ(result.value.series.size(), 2u);
  EXPECT_EQ(result.value.series[0].t, std::vector<TimeMs>{601'000});
  EXPECT_EQ(result.value.series[0].v, std::vector<double>{10});
}

TEST_F(EngineTest, ARangeQueryYieldsASortedMatrix) {
  QueryResult result = Ok("-up or vector(time())", 0, 120'000, 60'000);
  ASSERT_EQ(result.value.type, ValueType::kMatrix);
  ASSERT_EQ(result.value.series.size(), 3u);
  EXPECT_TRUE(result.value.series[0].labels.empty());
  EXPECT_EQ(result.value.series[0].v, (std::vector<double>{0, 60, 120}));
  EXPECT_EQ(result.value.series[2].labels, Labels::Of({{"job", "b"}}));
  EXPECT_EQ(result.value.series[2].t, (std::vector<TimeMs>{0, 60'000, 120'000}));
}

TEST_F(EngineTest, ScalarsAndStringsKeepTheirTypes) {
  QueryResult scalar = Ok("1 + 1");
  EXPECT_EQ(scalar.value.type, ValueType::kScalar);
  EXPECT_EQ(scalar.value.scalar.v, 2);
  EXPECT_EQ(scalar.value.scalar.t, 600'000);
  QueryResult string = Ok("(\"x\")");
  EXPECT_EQ(string.value.type, ValueType::kString);
  EXPECT_EQ(string.value.string.v, "x");
  QueryResult range = Ok("2", 0, 120'000, 60'000);
  EXPECT_EQ(range.value.type, ValueType::kMatrix);
  EXPECT_EQ(range.value.series.at(0).v, (std::vector<double>{2, 2, 2}));
}

TEST_F(EngineTest, ARangeVectorIsAnsweredWithItsOwnTimes) {
  QueryResult result = Ok("up{job=\"a\"}[2m]", 601'000);
  ASSERT_EQ(result.value.type, ValueType::kMatrix);
  EXPECT_EQ(result.value.series.at(0).t, (std::vector<TimeMs>{540'000, 600'000}));
}

TEST_F(EngineTest, ARangeQueryOfARangeVectorIsBadData) {
  QueryFailure failure = Fails("up[5m]", 0, 60'000, 60'000);
  EXPECT_EQ(failure.kind, QueryErrorKind::kBadData);
  EXPECT_EQ(failure.message,
            "invalid expression type \"range vector\" for range query, must be Scalar or instant "
            "Vector");
}

TEST_F(EngineTest, AParseErrorIsBadData) {
  QueryFailure failure = Fails("up{");
  EXPECT_EQ(failure.kind, QueryErrorKind::kBadData);
  EXPECT_NE(failure.message.find("parse error"), std::string::npos);
}

TEST_F(EngineTest, ADurationThatComesOutAsZeroIsBadData) {
  QueryFailure failure = Fails("rate(up[step()])");
  EXPECT_EQ(failure.kind, QueryErrorKind::kBadData);
  EXPECT_NE(failure.message.find("duration must be greater than 0"), std::string::npos);
}

TEST_F(EngineTest, TooManySamplesEndTheQuery) {
  options_.max_samples = 50;
  QueryFailure failure = Fails("up", 0, 3'600'000, 60'000);
  EXPECT_EQ(failure.kind, QueryErrorKind::kExecution);
  EXPECT_EQ(failure.message,
            "query processing would load too many samples into memory in query execution");
  EXPECT_EQ(Fails("rate(up[1h])", 3'600'000).message, failure.message);
  EXPECT_EQ(Fails("max_over_time(vector(1)[1h:1s])").message, failure.message);
}

TEST_F(EngineTest, AnAggregationOverManySeriesHoldsItsGroupsOnly) {
  options_.max_samples = 40;
  for (int i = 0; i < 1000; ++i) {
    std::string id = std::to_string(i);
    storage_.Add(Labels::Of({{"__name__", "wide_total"}, {"id", id}}), 500'000, 1);
    storage_.Add(Labels::Of({{"__name__", "wide_total"}, {"id", id}}), 560'000, 2);
  }
  QueryResult result = Ok("sum(rate(wide_total[5m]))", 600'000, 660'000, 6'000);
  EXPECT_EQ(result.value.series.at(0).v.size(), 11u);
  EXPECT_LE(result.stats.peak_samples, 40u);
}

TEST_F(EngineTest, AnExceededDeadlineEndsTheQuery) {
  options_.timeout_ms = 1;
  clock_.step_ns = 10'000'000;
  QueryFailure failure = Fails("up");
  EXPECT_EQ(failure.kind, QueryErrorKind::kTimeout);
  EXPECT_EQ(failure.message, "query timed out in expression evaluation");
}

TEST_F(EngineTest, TheRequestsTimeoutCanOnlyShortenTheEngines) {
  options_.timeout_ms = 1;
  request_.timeout_ms = 1'000'000;
  clock_.step_ns = 10'000'000;
  EXPECT_EQ(Fails("up").kind, QueryErrorKind::kTimeout);
}

TEST_F(EngineTest, ACancelledQueryEnds) {
  request_.cancelled = std::make_shared<const std::atomic<bool>>(true);
  QueryFailure failure = Fails("up");
  EXPECT_EQ(failure.kind, QueryErrorKind::kCanceled);
  EXPECT_EQ(failure.message, "query was canceled in expression evaluation");
}

TEST_F(EngineTest, AQueryThatWaitsForTheGateGivesUpWhenItIsCancelled) {
  EngineOptions options;
  QueryRequest request;
  QueryGate gate(1);
  QueryContext running(options, request, Clock::System());
  QueryGate::Pass pass(gate, running);
  QueryRequest late = request;
  late.cancelled = std::make_shared<const std::atomic<bool>>(true);
  QueryContext waiting(options, late, Clock::System());
  try {
    QueryGate::Pass second(gate, waiting);
    FAIL() << "entered a full gate";
  } catch (const QueryError& error) {
    EXPECT_STREQ(error.what(), "query was canceled in query queue");
  }
}

TEST_F(EngineTest, TheGateLetsQueriesInInOrderOfArrival) {
  EngineOptions options;
  QueryRequest request;
  QueryGate gate(1);
  std::vector<int> order;
  Mutex mutex;
  std::vector<std::thread> threads;
  {
    QueryContext running(options, request, Clock::System());
    QueryGate::Pass pass(gate, running);
    for (int i = 0; i < 4; ++i) {
      size_t waiting = static_cast<size_t>(i) + 1;
      threads.emplace_back([&, i] {
        QueryContext context(options, request, Clock::System());
        QueryGate::Pass mine(gate, context);
        MutexLock lock(mutex);
        order.push_back(i);
      });
      while (gate.waiting() < waiting) std::this_thread::yield();
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(EngineTest, ALimitCutsTheAnswerAndSaysSo) {
  request_.limit = 1;
  QueryResult result = Ok("up");
  EXPECT_EQ(result.value.series.size(), 1u);
  EXPECT_EQ(result.warnings, std::vector<std::string>{"results truncated due to limit"});
}

TEST_F(EngineTest, AnnotationsComeOnceWithTheFirstPosition) {
  QueryResult result = Ok("rate(up[5m]) + rate(up[5m])");
  EXPECT_EQ(result.infos,
            std::vector<std::string>{"PromQL info: metric might not be a counter, name does not "
                                     "end in _total/_sum/_count/_bucket: \"up\" (1:6)"});
  EXPECT_TRUE(result.warnings.empty());
}

TEST_F(EngineTest, MonotonicityFixesOfOneMetricAreOneInfo) {
  for (TimeMs t : {60'000, 120'000}) {
    auto add = [&](const char* le, double v) {
      storage_.Add(Labels::Of({{"__name__", "h_bucket"}, {"le", le}}), t, v);
    };
    add("1", 10);
    add("2", t == 60'000 ? 8 : 9);
    add("+Inf", 12);
  }
  QueryResult result = Ok("histogram_quantile(0.5, h_bucket)", 60'000, 120'000, 60'000);
  ASSERT_EQ(result.infos.size(), 1u);
  EXPECT_EQ(result.infos[0],
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
            "https://prometheus.io/docs/prometheus/latest/querying/functions/"
            "#histogram_quantile) for metric name \"h_bucket\", from buckets 2 to 2, with a max "
            "diff of 2, over 2 samples from 1970-01-01T00:01:00Z to 1970-01-01T00:02:00Z (1:25)");
}

TEST_F(EngineTest, NativeHistogramsPassThroughSelectors) {
  model::FloatHistogram histogram;
  histogram.count = 7;
  storage_.AddHistogram(Labels::Of({{"__name__", "native"}}), 600'000, histogram);
  QueryResult result = Ok("native", 600'000, 660'000, 60'000);
  ASSERT_EQ(result.value.series.size(), 1u);
  EXPECT_TRUE(result.value.series[0].t.empty());
  EXPECT_EQ(result.value.series[0].histogram_t, (std::vector<TimeMs>{600'000, 660'000}));
  EXPECT_EQ(result.value.series[0].histograms[1].count, 7);
}

TEST_F(EngineTest, ExtremeTimesAndRangesAreHarmless) {
  EXPECT_TRUE(Ok("up @ 2e15 offset 200y").value.series.empty());
  EXPECT_TRUE(Ok("sum_over_time(up[290y] @ -2e15)").value.series.empty());
  EXPECT_TRUE(Ok("up", INT64_MIN).value.series.empty());
  EXPECT_TRUE(Ok("rate(up[5m])", INT64_MAX).value.series.empty());
  EXPECT_EQ(Fails("max_over_time(up[290y:1ms])").kind, QueryErrorKind::kExecution);
  EXPECT_EQ(Fails("up", INT64_MIN, INT64_MAX, 1).kind, QueryErrorKind::kExecution);
}

TEST_F(EngineTest, DeeplyNestedExpressionsAreEvaluated) {
  std::string query = "up";
  for (int i = 0; i < 400; ++i) query = "abs(" + query + ")";
  EXPECT_EQ(Ok(query).value.series.size(), 2u);
}

TEST_F(EngineTest, SeriesThatDifferOnlyInDroppedLabelsAreRefused) {
  for (const char* type : {"counter", "gauge"}) {
    Labels labels = Labels::Of({{"__name__", "typed_total"}, {"__type__", type}});
    storage_.Add(labels, 540'000, 1);
    storage_.Add(labels, 600'000, 2);
  }
  EXPECT_EQ(Fails("rate(typed_total[5m])").message,
            "vector cannot contain metrics with the same labelset");
}

TEST_F(EngineTest, TheSubqueryStepOfTheEngineCanBeChanged) {
  Engine engine(options_, nullptr, nullptr, &clock_);
  request_.query = "count_over_time(vector(1)[1m:])";
  request_.start = request_.end = 600'000;
  auto count = [&] {
    auto outcome = engine.Exec(storage_, request_);
    return std::get<QueryResult>(outcome).value.series.at(0).v.at(0);
  };
  EXPECT_EQ(count(), 1);
  engine.SetDefaultSubqueryStep(15'000);
  EXPECT_EQ(count(), 4);
}

TEST_F(EngineTest, StatisticsCountWhatTheQueryLookedAt) {
  QueryResult result = Ok("sum_over_time(up[5m])", 600'000, 720'000, 60'000);
  EXPECT_EQ(result.stats.total_queryable_samples, 2u * 3 * 5);
  EXPECT_EQ(result.stats.samples_read, 2u * 7);
  EXPECT_GT(result.stats.exec_total_seconds, 0);
}

TEST_F(EngineTest, TheEngineMeasuresItself) {
  Ok("up");
  std::string page = client::WriteText(registry_.Gather());
  EXPECT_NE(page.find("prometheus_engine_queries 0\n"), std::string::npos);
  EXPECT_NE(page.find("prometheus_engine_queries_concurrent_max 20\n"), std::string::npos);
  EXPECT_NE(page.find("prometheus_engine_query_samples_total 2\n"), std::string::npos);
  EXPECT_NE(page.find("prometheus_engine_query_duration_seconds_count{slice=\"inner_eval\"} 1\n"),
            std::string::npos);
}

class FailingStorage final : public storage::Queryable {
 public:
  Result<std::unique_ptr<storage::Querier>> NewQuerier(TimeMs, TimeMs) override {
    return Error::Io("disk is gone");
  }
};

TEST_F(EngineTest, AStorageErrorIsInternal) {
  FailingStorage broken;
  Engine engine(options_, nullptr, nullptr, &clock_);
  request_.query = "up";
  auto outcome = engine.Exec(broken, request_);
  EXPECT_EQ(std::get<QueryFailure>(outcome).kind, QueryErrorKind::kInternal);
  EXPECT_EQ(std::get<QueryFailure>(outcome).message, "disk is gone");
}

}  // namespace
}  // namespace watchfire::promql
