// The engine against the naive evaluator of promql/oracle: thousands of generated expressions, as
// instant and as range queries on several grids, over the map of vectors and over a real database.
//
// Values must be equal to the bit, unless the expression holds a function whose additions may be
// done in another order (or that picks one of 0 and -0); then to 1e-12. Where the operands of
// some part differ in their last bits for that reason, what comes of a comparison or a rounding of
// them may differ at will: such cases are counted, and there may be few.
//
// WATCHFIRE_DIFFERENTIAL_SEEDS=500 looks longer; WATCHFIRE_DIFFERENTIAL_FIRST=17 begins there.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "promql/engine/engine.h"
#include "promql/oracle/data_generator.h"
#include "promql/oracle/expression_generator.h"
#include "promql/oracle/naive_evaluator.h"
#include "promql/oracle/shrink.h"
#include "promql/parser/parser.h"
#include "testing/test_storage.h"
#include "tsdb/db/db.h"

namespace watchfire::promql {
namespace {

using model::Labels;
using model::Sample;
using SeriesMap = std::map<Labels, std::vector<Sample>>;

constexpr TimeMs kStart = 1'699'999'200'000;  // a multiple of two hours

bool Same(double a, double b) {
  return model::SameBits(a, b) || (std::isnan(a) && std::isnan(b));
}
bool Close(double a, double b, double tolerance) {
  if (tolerance > 1e-9 && !std::isfinite(a) && !std::isfinite(b)) return true;
  return Same(a, b) || a == b ||
         std::fabs(a - b) <= tolerance * std::max(std::fabs(a), std::fabs(b));
}

// True if some number depends on an order that the language does not tell: of additions, or of 0
// and -0 among the values of which one is taken.
bool OrderMatters(const std::string& query) {
  for (const char* name :
       {"sum", "avg", "std", "quantile", "mad", "min(", "min ", "max(", "max "}) {
    if (query.find(name) != std::string::npos) return true;
  }
  return false;
}

// Deviations of numbers that are large and near each other, like times, lose most of their digits
// on the way, each order others; and what overflows in one order may cancel in another.
double ToleranceFor(const std::string& query) {
  return query.find("std") == std::string::npos ? 1e-12 : 1e-6;
}

struct EngineAnswer {
  std::string error;
  SeriesMap series;
  std::vector<double> order;  // first values as they came
};

EngineAnswer Ask(Engine& engine, storage::Queryable& storage, const std::string& query,
                 const NaiveRequest& asked) {
  QueryRequest request;
  request.query = query;
  request.start = asked.start;
  request.end = asked.end;
  request.step_ms = asked.step_ms;
  auto outcome = engine.Exec(storage, request);
  EngineAnswer answer;
  if (auto* failure = std::get_if<QueryFailure>(&outcome)) {
    answer.error = failure->message;
    return answer;
  }
  QueryValue& value = std::get<QueryResult>(outcome).value;
  if (value.type == ValueType::kScalar) {
    answer.series[Labels()].push_back({value.scalar.t, value.scalar.v});
  }
  for (const ResultSeries& series : value.series) {
    auto [at, fresh] = answer.series.try_emplace(series.labels);
    if (!fresh) answer.error = "the answer has two series " + series.labels.ToMetricString();
    for (size_t i = 0; i < series.t.size(); ++i) {
      at->second.push_back({series.t[i], series.v[i]});
    }
    if (!series.v.empty()) answer.order.push_back(series.v[0]);
  }
  return answer;
}

// Whether an instant answer comes in the order that its outermost function promises.
bool InOrder(const Expr& root, const std::vector<double>& values) {
  const Expr& bare = Unparen(root);
  std::string_view name;
  if (bare.kind == ExprKind::kCall) name = bare.As<Call>().function->name;
  if (bare.kind == ExprKind::kAggregate && bare.As<AggregateExpr>().grouping.empty() &&
      !bare.As<AggregateExpr>().without) {
    name = AggregateOpName(bare.As<AggregateExpr>().op);
  }
  bool down = name == "sort_desc" || name == "topk";
  if (!down && name != "sort" && name != "bottomk") return true;
  return std::is_sorted(values.begin(), values.end(), [down](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return down ? a > b : a < b;
  });
}

enum class Verdict { kEqual, kBothFail, kOpen, kRounding, kDifferent };

struct Comparison {
  Verdict verdict = Verdict::kEqual;
  std::string what;
  bool to_the_bit = true;
  double tolerance = 0;
};

std::string SeriesDifference(const std::vector<Sample>& want, const std::vector<Sample>& got,
                             Comparison* out) {
  for (size_t i = 0; i < std::max(want.size(), got.size()); ++i) {
    if (i >= got.size() || (i < want.size() && want[i].t < got[i].t)) {
      return fmt::format("no value at {} (naive: {})", want[i].t, want[i].v);
    }
    if (i >= want.size() || got[i].t < want[i].t) {
      return fmt::format("a value too many at {}: {}", got[i].t, got[i].v);
    }
    if (!Same(want[i].v, got[i].v)) out->to_the_bit = false;
    if (!Close(want[i].v, got[i].v, out->tolerance)) {
      return fmt::format("at {}: naive {}, engine {}", want[i].t, want[i].v, got[i].v);
    }
  }
  return {};
}

// Sets `what` if they are not even close.
void CompareSeries(const SeriesMap& want, const SeriesMap& got, Comparison* out) {
  for (const auto& [labels, samples] : want) {
    auto found = got.find(labels);
    out->what = found == got.end() ? fmt::format("no series (naive: {} values)", samples.size())
                                   : SeriesDifference(samples, found->second, out);
    if (out->what.empty()) continue;
    out->what = labels.ToMetricString() + ": " + out->what;
    return;
  }
  for (const auto& [labels, samples] : got) {
    if (want.contains(labels)) continue;
    out->what = "a series too many: " + labels.ToMetricString();
    return;
  }
}

// One set of data in one storage, and everything that is asked of it.
class Differential {
 public:
  Differential(const testing::TestSeriesMap& data, storage::Queryable& storage)
      : data_(data), storage_(storage), engine_(Options(), nullptr, nullptr, Clock::System()) {}

  Comparison Compare(const std::string& query, const NaiveRequest& request) {
    Result<ExprPtr> expr = Parse(query, ParseOptionsFor({}));
    if (!expr.ok()) return {Verdict::kDifferent, expr.error().message()};
    NaiveResult naive = EvaluateNaively(data_, **expr, request);
    if (!naive.open.empty()) return {Verdict::kOpen, naive.open};
    EngineAnswer answer = Ask(engine_, storage_, query, request);
    Comparison result;
    result.tolerance = ToleranceFor(query);
    if (naive.error.empty() != answer.error.empty()) {
      result.what =
          fmt::format("naive: {}, engine: {}", naive.error.empty() ? "no error" : naive.error,
                      answer.error.empty() ? "no error" : answer.error);
    } else if (!naive.error.empty()) {
      result.verdict = Verdict::kBothFail;
      return result;
    } else {
      CompareSeries(naive.series, answer.series, &result);
      if (result.what.empty() && !result.to_the_bit && !OrderMatters(query)) {
        result.what = "not equal to the bit";
      }
      if (request.step_ms == 0 && !InOrder(**expr, answer.order)) result.what = "out of order";
    }
    if (result.what.empty()) return result;
    result.verdict =
        PartsDifferByRounding(**expr, request) ? Verdict::kRounding : Verdict::kDifferent;
    return result;
  }

  // What a reader needs to find the bug.
  std::string Report(const std::string& query, const NaiveRequest& request) {
    std::string smallest = Shrink(query, ParseOptionsFor({}), [&](const std::string& smaller) {
      return Compare(smaller, request).verdict == Verdict::kDifferent;
    });
    return fmt::format("  {}\n  from {} to {} every {} ms: {}\n  smallest: {}\n  {}", query,
                       request.start, request.end, request.step_ms, Compare(query, request).what,
                       smallest, Compare(smallest, request).what);
  }

 private:
  static EngineOptions Options() {
    EngineOptions options;
    options.parse = ParseOptionsFor({});
    return options;
  }
  bool PartsDifferByRounding(const Expr& expr, const NaiveRequest& request) {
    for (const Part& part : PartsOf(expr, request)) {
      if (!OrderMatters(part.query)) continue;
      Result<ExprPtr> tree = Parse(part.query, ParseOptionsFor({}));
      if (!tree.ok()) continue;
      NaiveResult naive = EvaluateNaively(data_, **tree, part.request);
      EngineAnswer answer = Ask(engine_, storage_, part.query, part.request);
      if (!naive.error.empty() || !naive.open.empty() || !answer.error.empty()) continue;
      Comparison comparison;
      comparison.tolerance = ToleranceFor(part.query);
      CompareSeries(naive.series, answer.series, &comparison);
      if (comparison.what.empty() && !comparison.to_the_bit) return true;
    }
    return false;
  }

  const testing::TestSeriesMap& data_;
  storage::Queryable& storage_;
  Engine engine_;
};

struct Tally {
  int equal = 0;
  int both_fail = 0;
  int open = 0;
  int rounding = 0;
  int different = 0;
  void Add(Verdict verdict) {
    equal += verdict == Verdict::kEqual;
    both_fail += verdict == Verdict::kBothFail;
    open += verdict == Verdict::kOpen;
    rounding += verdict == Verdict::kRounding;
    different += verdict == Verdict::kDifferent;
  }
  int total() const { return equal + both_fail + open + rounding + different; }
};

// Each expression is asked once as an instant and once as a range query.
std::vector<NaiveRequest> GridsOf(Random& random) {
  // Whole minutes, where the edges of windows meet samples, and any millisecond.
  auto time = [&random](int from_minute, int to_minute) {
    TimeMs t = kStart + random.Between(from_minute, to_minute) * 60'000;
    return random.Chance(50) ? t : t + random.Below(60'000);
  };
  NaiveRequest instant;
  instant.start = instant.end = time(2, 66);
  NaiveRequest range;
  const int64_t steps[] = {15'000, 60'000, 97'000, 7'001, 300'000, 240'000};
  range.step_ms = steps[random.Below(6)];
  range.start = time(-3, 50);
  range.end = range.start + range.step_ms * random.Between(0, 14) + random.Below(5'000);
  return {instant, range};
}

uint64_t FromEnvironment(const char* name, uint64_t fallback) {
  const char* set = std::getenv(name);
  return set ? std::strtoull(set, nullptr, 10) : fallback;
}

void CompareMany(uint64_t seed, int expressions, const testing::TestSeriesMap& data,
                 const DataDescription& description, storage::Queryable& storage, Tally* tally) {
  Differential differential(data, storage);
  ExpressionGenerator generator(description, {}, seed);
  Random grids(seed);
  for (int i = 0; i < expressions; ++i) {
    std::string query = generator.Next();
    for (const NaiveRequest& request : GridsOf(grids)) {
      Comparison comparison = differential.Compare(query, request);
      tally->Add(comparison.verdict);
      if (comparison.verdict != Verdict::kDifferent || tally->different > 10) continue;
      ADD_FAILURE() << "seed " << seed << ", expression " << i << "\n"
                    << differential.Report(query, request);
    }
  }
}

void Judge(const char* over, const Tally& tally) {
  fmt::print(
      "over {}: {} evaluations: {} equal, {} fail on both sides, {} left open by the "
      "language, {} after rounding, {} different\n",
      over, tally.total(), tally.equal, tally.both_fail, tally.open, tally.rounding,
      tally.different);
  EXPECT_EQ(tally.different, 0);
  EXPECT_GT(tally.equal, tally.total() * 3 / 4);
  EXPECT_LT(tally.rounding, tally.total() / 50);
}

TEST(Differential, TheEngineAgreesWithTheNaiveEvaluator) {
  uint64_t first = FromEnvironment("WATCHFIRE_DIFFERENTIAL_FIRST", 1);
  uint64_t seeds = FromEnvironment("WATCHFIRE_DIFFERENTIAL_SEEDS", 30);
  Tally tally;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    DataOptions options;
    options.seed = seed;
    options.start = kStart;
    GeneratedData data = GenerateData(options);
    testing::TestStorage storage;
    ASSERT_TRUE(Append(data.series, storage));
    CompareMany(seed, 400, data.series, data.description, storage, &tally);
  }
  Judge("a map of vectors", tally);
}

TEST(Differential, TheEngineAgreesWithTheNaiveEvaluatorOverARealDatabase) {
  std::string pattern = ::testing::TempDir() + "/differential-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  DataOptions options;
  options.seed = FromEnvironment("WATCHFIRE_DIFFERENTIAL_FIRST", 1) + 1000;
  options.start = kStart;
  GeneratedData data = GenerateData(options);
  Tally tally;
  {
    tsdb::DbOptions db_options;
    db_options.path = pattern;
    db_options.background = false;
    auto db = tsdb::Db::Open(db_options);
    ASSERT_TRUE(db.ok()) << db.error().message();
    ASSERT_TRUE(Append(data.series, **db));
    CompareMany(options.seed, 600, data.series, data.description, **db, &tally);
    EXPECT_TRUE((*db)->Close().ok());
  }
  std::filesystem::remove_all(pattern);
  Judge("a database", tally);
}

}  // namespace
}  // namespace watchfire::promql
