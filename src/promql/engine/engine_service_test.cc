// The engine as others use it: what it refuses for lack of memory or time, and what it leaves
// behind about the queries it ran.
#include <atomic>
#include <filesystem>

#include "promql/engine/engine.h"
#include "testing/test_storage.h"

namespace watchfire::promql {
namespace {

using model::Labels;

// Cancels the query at the nth look at the clock.
class CancellingClock final : public Clock {
 public:
  TimeMs Now() const override { return 1'700'000'000'000; }
  int64_t MonotonicNs() const override {
    if (++looks_ == cancel_at) flag->store(true);
    return looks_;
  }
  std::shared_ptr<std::atomic<bool>> flag = std::make_shared<std::atomic<bool>>(false);
  int64_t cancel_at = INT64_MAX;

 private:
  mutable std::atomic<int64_t> looks_{0};
};

class EngineServiceTest : public ::testing::Test {
 protected:
  EngineServiceTest() {
    for (int series = 0; series < 100; ++series) {
      Labels labels = Labels::Of({{"__name__", "up"}, {"n", std::to_string(series)}});
      for (int64_t minute = 0; minute <= 60; ++minute) {
        storage_.Add(labels, minute * 60'000, static_cast<double>(minute));
      }
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "engine-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~EngineServiceTest() override { std::filesystem::remove_all(directory_); }

  Engine& engine() {
    if (!engine_) engine_ = std::make_unique<Engine>(options_, nullptr, nullptr, &clock_);
    return *engine_;
  }
  std::variant<QueryResult, QueryFailure> Exec(const std::string& query, int64_t step_ms = 15'000) {
    QueryRequest request = request_;
    request.query = query;
    request.start = 600'000;
    request.end = step_ms == 0 ? 600'000 : 3'600'000;
    request.step_ms = step_ms;
    return engine().Exec(storage_, request);
  }
  std::string ErrorOf(const std::string& query, int64_t step_ms = 15'000) {
    auto outcome = Exec(query, step_ms);
    auto* failure = std::get_if<QueryFailure>(&outcome);
    return failure == nullptr ? "" : failure->message;
  }
  std::string Path(const std::string& name) { return JoinPath(directory_, name); }
  std::string File(const std::string& name) {
    return FileSystem::Local()->ReadFile(Path(name)).value();
  }

  testing::TestStorage storage_;
  EngineOptions options_;
  QueryRequest request_;
  CancellingClock clock_;
  std::string directory_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineServiceTest, AQueryEndsAtItsMemoryLimitAndGivesAllBack) {
  options_.max_memory = 200'000;  // the answer has 100 × 201 points of 16 bytes
  for (const char* query : {"up", "up + on(n) up", "up or up", "sort(up)", "-up", "up[50m]"}) {
    int64_t step_ms = std::string_view(query) == "up[50m]" ? 0 : 15'000;
    if (step_ms == 0) options_.max_memory = 20'000;
    engine_.reset();
    EXPECT_TRUE(ErrorOf(query, step_ms).starts_with("query needs more than ")) << query;
    EXPECT_EQ(engine().memory_in_use(), 0u);
  }
  options_.max_memory = 200'000;
  engine_.reset();
  EXPECT_EQ(ErrorOf("sum(up)"), "");
  EXPECT_EQ(ErrorOf("up", 0), "");
}

TEST_F(EngineServiceTest, AnAnswerIsCountedUntilItsOwnerDropsIt) {
  options_.max_total_memory = 500'000;
  {
    auto first = Exec("up");
    ASSERT_TRUE(std::holds_alternative<QueryResult>(first));
    EXPECT_GT(engine().memory_in_use(), 321'600u);
    EXPECT_TRUE(ErrorOf("up").starts_with("all running queries together need more than 488.3KiB"));
    EXPECT_EQ(ErrorOf("sum(up)"), "");
  }
  EXPECT_EQ(engine().memory_in_use(), 0u);
  EXPECT_EQ(ErrorOf("up"), "");
}

TEST_F(EngineServiceTest, AnAnswerMayOutliveItsEngine) {
  auto answer = Exec("up");
  engine_.reset();
  EXPECT_EQ(std::get<QueryResult>(answer).value.series.size(), 100u);
}

TEST_F(EngineServiceTest, TheTimeoutCountsFromTheArrivalOfTheRequest) {
  options_.timeout_ms = 1000;
  request_.received_ns = 1;
  EXPECT_EQ(ErrorOf("up"), "");
  request_.received_ns = -2'000'000'000;  // it waited for two seconds
  EXPECT_EQ(ErrorOf("up"), "query timed out in expression evaluation");
}

TEST_F(EngineServiceTest, NoTimeAtAllIsNotTheEnginesOwn) {
  request_.timeout_ms = -1;
  EXPECT_EQ(ErrorOf("up"), "query timed out in expression evaluation");
}

// One series, each of whose steps looks at an hour of seconds: nothing but the kernel itself can
// notice that the client has left.
TEST_F(EngineServiceTest, SamplesAreCountedByStepWhenAskedFor) {
  options_.per_step_stats = true;
  request_.per_step_stats = true;
  auto outcome = Exec("sum(up) + sum_over_time(up[5m])");
  const QueryStats& stats = std::get<QueryResult>(outcome).stats;
  ASSERT_EQ(stats.queryable_per_step.size(), 201u);
  EXPECT_EQ(stats.steps.at(200), 3'600'000);
  uint64_t sum = 0;
  for (uint64_t count : stats.queryable_per_step) sum += count;
  EXPECT_EQ(sum, stats.total_queryable_samples);
  EXPECT_GT(sum, 0u);
  for (size_t i = 0; i < 201; ++i) {
    EXPECT_LE(stats.read_per_step[i], stats.queryable_per_step[i]);
  }
}

TEST_F(EngineServiceTest, AQueryEndsAmidOneLongSeries) {
  options_.parse.experimental_functions = true;
  for (const char* function : {"quantile_over_time(0.5, ", "mad_over_time(", "deriv(",
                               "stddev_over_time(", "predict_linear("}) {
    std::string query = "vector(1)[1h:1s]";
    query = function + query + (std::string_view(function) == "predict_linear(" ? ", 1)" : ")");
    engine_.reset();
    clock_.flag->store(false);
    request_.cancelled = clock_.flag;
    int64_t before = clock_.MonotonicNs();
    clock_.cancel_at = INT64_MAX;
    auto whole = Exec(query, 10'000);
    ASSERT_TRUE(std::holds_alternative<QueryResult>(whole)) << query;
    int64_t looks = clock_.MonotonicNs() - before;
    EXPECT_GT(looks, 10) << query;
    clock_.cancel_at = clock_.MonotonicNs() + looks / 2;
    EXPECT_EQ(ErrorOf(query, 10'000), "query was canceled in expression evaluation") << query;
  }
}

TEST_F(EngineServiceTest, RunningQueriesAreNotedAndFinishedOnesLogged) {
  engine().TrackActive(
      ActiveQueries::Open(Path("active"), 2, *FileSystem::Local(), &clock_).value());
  ASSERT_TRUE(engine().SetQueryLog(Path("log"), *FileSystem::Local()).ok());
  EXPECT_EQ(ErrorOf("sum(up)"), "");
  EXPECT_EQ(File("active")[1], '\0');
  options_.max_samples = 1;
  request_.timeout_ms = -1;
  request_.origin.rule_group = "g";
  EXPECT_NE(ErrorOf("up", 0), "");
  EXPECT_NE(ErrorOf("up("), "");  // not a query yet
  std::string log = File("log");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
  std::string first = log.substr(0, log.find('\n'));
  EXPECT_NE(first.find(R"j("params":{"end":"1970-01-01T01:00:00.000Z","query":"sum(up)",)j"
                       R"j("start":"1970-01-01T00:10:00.000Z","step":15},"stats":)j"),
            std::string::npos)
      << first;
  std::string second = log.substr(first.size() + 1);
  EXPECT_NE(second.find(R"("error":"query timed out in expression evaluation")"), std::string::npos)
      << second;
  EXPECT_NE(second.find(R"("ruleGroup":{"file":"","name":"g"})"), std::string::npos) << second;
}

}  // namespace
}  // namespace watchfire::promql
