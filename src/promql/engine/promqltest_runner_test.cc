// Runs scripts of the promqltest language.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "promql/engine/promqltest_test.h"
#include "promql/parser/parser.h"
#include "promql/parser/printer.h"
#include "promql/plan/context.h"
#include "testing/test_storage.h"

namespace watchfire::promql {
namespace {

constexpr int64_t kMinuteMs = 60'000;

EngineOptions TestOptions(bool delayed_name_removal) {
  EngineOptions options;
  options.max_samples = 10'000;
  options.default_subquery_step_ms = kMinuteMs;
  options.parse = {true, true, true, true};
  options.use_start_timestamps = true;
  options.delayed_name_removal = delayed_name_removal;
  return options;
}

// What of an expression matters for the extra forms.
struct Traits {
  bool uses_query_range = false;  // start(), end(), step(), range(), @ start(), …
  bool step_dependent = false;
};

void Inspect(Expr& expr, std::optional<TimeMs> at, bool below_subquery, Traits* traits);

void InspectModifiers(Modifiers& modifiers, std::optional<TimeMs> at, bool below_subquery,
                      Traits* traits) {
  if (modifiers.at_edge != AtEdge::kNone || modifiers.offset_expr) traits->uses_query_range = true;
  bool free = !modifiers.at && modifiers.at_edge == AtEdge::kNone;
  if (at && free && !below_subquery) modifiers.at = at;
}

void InspectCall(Call& call, std::optional<TimeMs> at, bool below_subquery, Traits* traits) {
  static const std::vector<std::string_view> kQueryRange = {"start", "end", "step", "range"};
  static const std::vector<std::string_view> kStepDependent = {
      "days_in_month", "day_of_month", "day_of_week", "day_of_year",    "hour",           "minute",
      "month",         "year",         "time",        "timestamp",      "predict_linear", "start",
      "end",           "step",         "range",       "start_timestamp"};
  auto has = [&call](const std::vector<std::string_view>& list) {
    return std::find(list.begin(), list.end(), call.function->name) != list.end();
  };
  traits->uses_query_range = traits->uses_query_range || has(kQueryRange);
  traits->step_dependent = traits->step_dependent || has(kStepDependent);
  for (ExprPtr& arg : call.args) Inspect(*arg, at, below_subquery, traits);
}

// Sets @ `at`, if given, on every selector and outer subquery without one.
void Inspect(Expr& expr, std::optional<TimeMs> at, bool below_subquery, Traits* traits) {
  switch (expr.kind) {
    case ExprKind::kVectorSelector:
      return InspectModifiers(expr.As<VectorSelector>().modifiers, at, below_subquery, traits);
    case ExprKind::kMatrixSelector: {
      auto& matrix = expr.As<MatrixSelector>();
      if (matrix.range_expr) traits->uses_query_range = true;
      return Inspect(*matrix.selector, at, below_subquery, traits);
    }
    case ExprKind::kSubquery: {
      auto& subquery = expr.As<SubqueryExpr>();
      if (subquery.range_expr || subquery.step_expr) traits->uses_query_range = true;
      bool had_at = subquery.modifiers.at || subquery.modifiers.at_edge != AtEdge::kNone;
      InspectModifiers(subquery.modifiers, at, below_subquery, traits);
      return Inspect(*subquery.expr, at, below_subquery || at.has_value() || had_at, traits);
    }
    case ExprKind::kCall:
      return InspectCall(expr.As<Call>(), at, below_subquery, traits);
    case ExprKind::kAggregate: {
      auto& aggregate = expr.As<AggregateExpr>();
      Inspect(*aggregate.expr, at, below_subquery, traits);
      if (aggregate.param) Inspect(*aggregate.param, at, below_subquery, traits);
      return;
    }
    case ExprKind::kBinary:
      Inspect(*expr.As<BinaryExpr>().lhs, at, below_subquery, traits);
      return Inspect(*expr.As<BinaryExpr>().rhs, at, below_subquery, traits);
    case ExprKind::kUnary:
      return Inspect(*expr.As<UnaryExpr>().expr, at, below_subquery, traits);
    case ExprKind::kParen:
      return Inspect(*expr.As<ParenExpr>().expr, at, below_subquery, traits);
    default:
      return;
  }
}

class Runner {
 public:
  explicit Runner(bool delayed_name_removal)
      : options_(TestOptions(delayed_name_removal)),
        engine_(options_, nullptr, nullptr, Clock::System()) {}

  ScriptReport Run(std::string_view text) {
    Result<std::vector<TestCommand>> commands = ParseScript(text);
    if (!commands.ok()) {
      report_.failed = 1;
      report_.failures.push_back(commands.error().message());
      return report_;
    }
    for (TestCommand& command : *commands) {
      switch (command.kind) {
        case TestCommand::Kind::kClear:
          storage_.Clear();
          break;
        case TestCommand::Kind::kLoad:
          Load(command);
          break;
        case TestCommand::Kind::kEval:
          Eval(command.eval);
          break;
      }
    }
    return report_;
  }

 private:
  using Outcome = std::variant<QueryResult, QueryFailure>;

  void Load(TestCommand& command);
  void Eval(const EvalCommand& eval);
  Outcome Exec(const std::string& query, TimeMs start, TimeMs end, int64_t step_ms) {
    QueryRequest request;
    request.query = query;
    request.start = start;
    request.end = end;
    request.step_ms = step_ms;
    return engine_.Exec(storage_, request);
  }
  std::string RunExtraForms(const EvalCommand& eval);
  std::string RunAroundRange(const EvalCommand& eval);
  void Skip(const std::string& feature) { ++report_.skipped[feature]; }
  void Fail(const EvalCommand& eval, const std::string& why) {
    ++report_.failed;
    report_.failures.push_back(fmt::format("line {}: {}\n      {}", eval.line, eval.query, why));
  }

  EngineOptions options_;
  Engine engine_;
  testing::TestStorage storage_;
  ScriptReport report_;
};

void Runner::Load(TestCommand& command) {
  if (command.with_nhcb) AddNhcbSeries(&command.series);
  auto appender = storage_.NewAppender();
  struct Lines {
    const TestSeriesLine* values = nullptr;
    const TestSeriesLine* starts = nullptr;
  };
  std::map<model::Labels, Lines> last;  // of equal series the last line counts
  for (size_t i = 0; i < command.series.size(); ++i) {
    const TestSeriesLine& line = command.series[i];
    if (line.start_times) continue;
    bool has_starts = i > 0 && command.series[i - 1].start_times;
    last[line.labels] = {&line, has_starts ? &command.series[i - 1] : nullptr};
  }
  auto time_of = [&command](size_t i) { return static_cast<int64_t>(i) * command.step_ms; };
  for (const auto& [labels, lines] : last) {
    for (size_t i = 0; i < lines.values->values.size(); ++i) {
      const TestValue& value = lines.values->values[i];
      if (!value.present) continue;
      auto stored = value.histogram
                        ? appender->AppendFloatHistogram(0, labels, time_of(i), *value.histogram)
                        : appender->Append(0, labels, time_of(i), value.v);
      EXPECT_TRUE(stored.ok()) << stored.error().message();
    }
  }
  EXPECT_TRUE(appender->Commit().ok());
  for (const auto& [labels, lines] : last) {
    if (lines.starts == nullptr) continue;
    EXPECT_EQ(lines.starts->labels, labels);
    EXPECT_EQ(lines.starts->values.size(), lines.values->values.size()) << labels.ToString();
    for (size_t i = 0; i < lines.starts->values.size(); ++i) {
      const TestValue& start = lines.starts->values[i];
      if (!start.present) continue;
      storage_.SetStartTime(labels, time_of(i), time_of(i) + static_cast<int64_t>(start.v));
    }
  }
}

void Runner::Eval(const EvalCommand& eval) {
  Outcome outcome = Exec(eval.query, eval.start, eval.end, eval.step_ms);
  if (const auto* failure = std::get_if<QueryFailure>(&outcome)) {
    if (IsUnsupportedMessage(failure->message)) return Skip(failure->message);
  }
  std::string difference = CompareOutcome(eval, outcome, true);
  if (difference.empty() && !eval.range) difference = RunExtraForms(eval);
  if (difference.empty()) {
    ++report_.passed;
  } else {
    Fail(eval, difference);
  }
}

std::string Runner::RunExtraForms(const EvalCommand& eval) {
  Result<ExprPtr> parsed = Parse(eval.query, options_.parse);
  if (!parsed.ok()) return {};
  Traits traits;
  Inspect(**parsed, std::nullopt, false, &traits);
  if (!traits.step_dependent) {
    Traits ignored;
    Inspect(**parsed, eval.start, false, &ignored);
    std::string fixed = Print(**parsed);
    for (TimeMs t : {-10 * eval.start, TimeMs{0}, eval.start / 5, eval.start, 10 * eval.start}) {
      // `@ start()` and durations of the query are about the query's own times.
      if (traits.uses_query_range && t != eval.start) continue;
      EvalCommand moved = eval;
      moved.start = t;
      if (eval.range_vector) moved.start = eval.start;
      std::string difference = CompareOutcome(moved, Exec(fixed, t, t, 0), false);
      if (!difference.empty()) return fmt::format("at {}, {}: {}", t, fixed, difference);
      ++report_.extra_forms;
    }
  }
  ValueType type = (*parsed)->type();
  bool single = type == ValueType::kVector || type == ValueType::kScalar;
  if (!single || eval.ordered || traits.uses_query_range) return {};
  return RunAroundRange(eval);
}

// The middle step of [t - 1m, t + 1m].
std::string Runner::RunAroundRange(const EvalCommand& eval) {
  Outcome outcome = Exec(eval.query, eval.start - kMinuteMs, eval.start + kMinuteMs, kMinuteMs);
  auto* result = std::get_if<QueryResult>(&outcome);
  // Steps beside the middle may fail or warn for reasons of their own.
  if (!result || eval.Expects(ExpectKind::kFail)) {
    if (eval.Expects(ExpectKind::kFail)) return {};
    const std::string& message = std::get<QueryFailure>(outcome).message;
    return IsUnsupportedMessage(message) ? "" : "range around: " + message;
  }
  QueryResult middle;
  middle.value.type = ValueType::kVector;
  for (ResultSeries& series : result->value.series) {
    ResultSeries one;
    one.labels = series.labels;
    for (size_t i = 0; i < series.t.size(); ++i) {
      if (series.t[i] != eval.start) continue;
      one.t.push_back(series.t[i]);
      one.v.push_back(series.v[i]);
    }
    for (size_t i = 0; i < series.histogram_t.size(); ++i) {
      if (series.histogram_t[i] != eval.start) continue;
      one.histogram_t.push_back(series.histogram_t[i]);
      one.histograms.push_back(series.histograms[i]);
    }
    if (!one.t.empty() || !one.histogram_t.empty()) middle.value.series.push_back(std::move(one));
  }
  EvalCommand plain = eval;
  plain.expectations.clear();
  if (plain.scalar) {
    TestSeriesLine line;
    line.values.push_back({true, *plain.scalar, std::nullopt, false});
    plain.series.push_back(line);
    plain.scalar.reset();
  }
  std::string difference = CompareOutcome(plain, middle, false);
  if (!difference.empty()) return "range around: " + difference;
  ++report_.extra_forms;
  return {};
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> Scripts(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void RunFolder(const std::filesystem::path& folder) {
  ScriptReport total;
  fmt::print("{:<32}{:>8}{:>8}{:>9}{:>13}\n", "script", "passed", "failed", "skipped",
             "extra forms");
  for (const std::filesystem::path& path : Scripts(folder)) {
    std::string name = path.filename().string();
    ScriptReport report = RunScript(ReadFile(path), !name.starts_with("immediate_"));
    fmt::print("{:<32}{:>8}{:>8}{:>9}{:>13}\n", name, report.passed, report.failed,
               report.skipped_total(), report.extra_forms);
    for (const std::string& failure : report.failures) fmt::print("    {}\n", failure);
    EXPECT_EQ(report.failed, 0) << name;
    total.passed += report.passed;
    total.failed += report.failed;
    total.extra_forms += report.extra_forms;
    for (const auto& [feature, count] : report.skipped) total.skipped[feature] += count;
  }
  fmt::print("{:<32}{:>8}{:>8}{:>9}{:>13}\n", "total", total.passed, total.failed,
             total.skipped_total(), total.extra_forms);
  for (const auto& [feature, count] : total.skipped) {
    fmt::print("  skipped {:>4}: {}\n", count, feature);
  }
}

TEST(PromqlTest, UpstreamsScriptsPass) {
  const char* set = std::getenv("WATCHFIRE_CONFORMANCE");
  std::filesystem::path root = set ? set : "../shared/conformance";
  std::filesystem::path folder = root / "prometheus" / "promqltest";
  if (Scripts(folder).empty()) {
    GTEST_SKIP() << "no conformance data at " << folder << "; set WATCHFIRE_CONFORMANCE";
  }
  RunFolder(folder);
}

TEST(PromqlTest, OurScriptsPass) {
  ASSERT_FALSE(Scripts("tests/promql").empty()) << "run from the repository's root";
  RunFolder("tests/promql");
}

}  // namespace

ScriptReport RunScript(std::string_view text, bool delayed_name_removal) {
  return Runner(delayed_name_removal).Run(text);
}

}  // namespace watchfire::promql
