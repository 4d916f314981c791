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
  bool at_edge = false;           // @ start() or @ end()
  bool step_dependent = false;
};

bool UsesQueryRange(const Expr* expr) {
  if (!expr || expr->kind != ExprKind::kDurationExpr) return false;
  const auto& duration = expr->As<DurationExpr>();
  return duration.op == DurationOp::kStep || duration.op == DurationOp::kRange ||
         UsesQueryRange(duration.lhs.get()) || UsesQueryRange(duration.rhs.get());
}

void Inspect(Expr& expr, std::optional<TimeMs> at, bool below_subquery, Traits* traits);

void InspectModifiers(Modifiers& modifiers, std::optional<TimeMs> at, bool below_subquery,
                      Traits* traits) {
  if (modifiers.at_edge != AtEdge::kNone) traits->uses_query_range = traits->at_edge = true;
  if (UsesQueryRange(modifiers.offset_expr.get())) traits->uses_query_range = true;
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
      if (UsesQueryRange(matrix.range_expr.get())) traits->uses_query_range = true;
      return Inspect(*matrix.selector, at, below_subquery, traits);
    }
    case ExprKind::kSubquery: {
      auto& subquery = expr.As<SubqueryExpr>();
      if (UsesQueryRange(subquery.range_expr.get()) || UsesQueryRange(subquery.step_expr.get())) {
        traits->uses_query_range = true;
      }
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
      report_.written.failed = 1;
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
  // Both count; what an evaluation expects is compared with what comes of `query` at `t`.
  bool RunInstant(const EvalCommand& eval, const std::string& query, TimeMs t, FormReport* form);
  void RunInARange(const EvalCommand& eval, const std::string& query, TimeMs t);
  void RunFixed(const EvalCommand& eval, Expr& expr, const Traits& traits);
  void Count(const EvalCommand& eval, std::string_view what, const std::string& difference,
             FormReport* form);

  EngineOptions options_;
  Engine engine_;
  testing::TestStorage storage_;
  ScriptReport report_;
};

void Runner::Load(TestCommand& command) {
  if (command.with_nhcb) AddNhcbSeries(&command.series);
  for (TestSeriesLine& line : command.series) TellResets(&line.values);
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

void Runner::Count(const EvalCommand& eval, std::string_view what, const std::string& difference,
                   FormReport* form) {
  ++(difference.empty() ? form->passed : form->failed);
  if (difference.empty()) return;
  report_.failures.push_back(
      fmt::format("line {}: {}\n      {}{}", eval.line, eval.query, what, difference));
}

// Why an evaluation is not run in a range, if so.
std::string WhyNotInARange(const EvalCommand& eval, ValueType type, const Traits& traits) {
  if (eval.Expects(ExpectKind::kFail)) return "expects an error";
  if (eval.ordered) return "expects an order";
  if (type == ValueType::kString || type == ValueType::kMatrix) return "has no value a step";
  if (traits.uses_query_range) return "is about the query's own range";
  return {};
}

void Runner::Eval(const EvalCommand& eval) {
  if (eval.range) {
    Outcome outcome = Exec(eval.query, eval.start, eval.end, eval.step_ms);
    const auto* failure = std::get_if<QueryFailure>(&outcome);
    if (failure && IsUnsupportedMessage(failure->message)) {
      ++report_.written.skipped[failure->message];
      return;
    }
    return Count(eval, "", CompareOutcome(eval, outcome, true), &report_.written);
  }
  if (!RunInstant(eval, eval.query, eval.start, &report_.written)) return;
  Result<ExprPtr> parsed = Parse(eval.query, options_.parse);
  if (!parsed.ok()) {
    ++report_.fixed.skipped["does not parse, as expected"];
    ++report_.in_a_range.skipped["does not parse, as expected"];
    return;
  }
  Traits traits;
  Inspect(**parsed, std::nullopt, false, &traits);
  std::string why_not = WhyNotInARange(eval, (*parsed)->type(), traits);
  if (why_not.empty()) {
    RunInARange(eval, eval.query, eval.start);
  } else {
    ++report_.in_a_range.skipped[why_not];
  }
  if (traits.step_dependent) {
    ++report_.fixed.skipped["depends on the step's time"];
  } else {
    RunFixed(eval, **parsed, traits);
  }
}

// False if the evaluation needs what is not built.
bool Runner::RunInstant(const EvalCommand& eval, const std::string& query, TimeMs t,
                        FormReport* form) {
  Outcome outcome = Exec(query, t, t, 0);
  const auto* failure = std::get_if<QueryFailure>(&outcome);
  if (failure && IsUnsupportedMessage(failure->message)) {
    ++form->skipped[failure->message];
    return false;
  }
  EvalCommand moved = eval;
  if (!eval.range_vector) moved.start = t;
  bool as_written = form == &report_.written;
  std::string what = as_written ? "" : fmt::format("at {}, {}: ", t, query);
  // Elsewhere positions are other ones.
  Count(eval, what, CompareOutcome(moved, outcome, as_written), form);
  return true;
}

void Runner::RunFixed(const EvalCommand& eval, Expr& expr, const Traits& traits) {
  Traits ignored;
  Inspect(expr, eval.start, false, &ignored);
  std::string fixed = Print(expr);
  std::vector<TimeMs> times = {-10 * eval.start, 0, eval.start / 5, eval.start, 10 * eval.start};
  if (eval.start == 0) times = {-1000, 0, 1000};
  std::string why_not = WhyNotInARange(eval, expr.type(), traits);
  for (TimeMs t : times) {
    if (traits.at_edge && t != eval.start) {
      ++report_.fixed.skipped["is about the query's own range"];
      continue;
    }
    if (!RunInstant(eval, fixed, t, &report_.fixed)) continue;
    if (why_not.empty()) {
      RunInARange(eval, fixed, t);
    } else {
      ++report_.in_a_range.skipped[why_not];
    }
  }
}

QueryResult StepAt(const QueryResult& result, TimeMs t) {
  QueryResult step;
  step.value.type = ValueType::kVector;
  for (const ResultSeries& series : result.value.series) {
    ResultSeries one;
    one.labels = series.labels;
    for (size_t i = 0; i < series.t.size(); ++i) {
      if (series.t[i] != t) continue;
      one.t.push_back(t);
      one.v.push_back(series.v[i]);
    }
    for (size_t i = 0; i < series.histogram_t.size(); ++i) {
      if (series.histogram_t[i] != t) continue;
      one.histogram_t.push_back(t);
      one.histograms.push_back(series.histograms[i]);
    }
    if (!one.t.empty() || !one.histogram_t.empty()) step.value.series.push_back(std::move(one));
  }
  return step;
}

// The middle step of [t - 1m, t + 1m].
void Runner::RunInARange(const EvalCommand& eval, const std::string& query, TimeMs t) {
  std::string what = fmt::format("in a range around {}, {}: ", t, query);
  FormReport* form = &report_.in_a_range;
  Outcome outcome = Exec(query, t - kMinuteMs, t + kMinuteMs, kMinuteMs);
  const auto* result = std::get_if<QueryResult>(&outcome);
  if (!result) {
    const std::string& message = std::get<QueryFailure>(outcome).message;
    if (!IsUnsupportedMessage(message)) return Count(eval, what, message, form);
    ++form->skipped[message];
    return;
  }
  const std::vector<ResultSeries>& series = result->value.series;
  bool sorted = std::is_sorted(series.begin(), series.end(),
                               [](const auto& a, const auto& b) { return a.labels < b.labels; });
  if (!sorted) return Count(eval, what, "series are not sorted by labels", form);
  // Steps beside the middle may warn for reasons of their own.
  EvalCommand plain = eval;
  plain.expectations.clear();
  plain.start = t;
  if (plain.scalar) {
    TestSeriesLine line;
    line.values.push_back({true, *plain.scalar, std::nullopt, false});
    plain.series.push_back(line);
    plain.scalar.reset();
  }
  Count(eval, what, CompareOutcome(plain, StepAt(*result, t), false), form);
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

void PrintRow(std::string_view name, const ScriptReport& report) {
  auto show = [](const FormReport& form) {
    return fmt::format("{:>6}{:>7}{:>8}", form.passed, form.failed, form.skipped_total());
  };
  fmt::print("{:<28}{} {} {}\n", name, show(report.written), show(report.fixed),
             show(report.in_a_range));
}

void PrintForm(std::string_view name, const FormReport& form) {
  fmt::print("{}: {} ran, {} passed, {} failed, {} skipped\n", name, form.ran(), form.passed,
             form.failed, form.skipped_total());
  for (const auto& [reason, count] : form.skipped) {
    fmt::print("  skipped {:>5}: {}\n", count, reason);
  }
}

void RunFolder(const std::filesystem::path& folder) {
  ScriptReport total;
  fmt::print("{:<28}{:>21} {:>21} {:>21}\n", "", "as written", "with @", "in a range");
  fmt::print("{:<28}", "script");
  for (int i = 0; i < 3; ++i) fmt::print("{:>6}{:>7}{:>8} ", "passed", "failed", "skipped");
  fmt::print("\n");
  for (const std::filesystem::path& path : Scripts(folder)) {
    std::string name = path.filename().string();
    ScriptReport report = RunScript(ReadFile(path), !name.starts_with("immediate_"));
    PrintRow(name, report);
    for (const std::string& failure : report.failures) fmt::print("    {}\n", failure);
    EXPECT_TRUE(report.failures.empty()) << name;
    total.written.Absorb(report.written);
    total.fixed.Absorb(report.fixed);
    total.in_a_range.Absorb(report.in_a_range);
  }
  PrintRow("total", total);
  PrintForm("as written", total.written);
  PrintForm("with @ at other times", total.fixed);
  PrintForm("in a range", total.in_a_range);
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
