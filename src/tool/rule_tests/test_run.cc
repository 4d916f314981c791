#include "tool/rule_tests/test_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <variant>

#include "base/numbers.h"
#include "base/text.h"
#include "base/thread.h"
#include "model/duration.h"
#include "model/histogram_buckets.h"
#include "model/histogram_math.h"
#include "promql/engine/engine.h"
#include "promql/parser/series_desc.h"
#include "rules/group.h"
#include "rules/loader.h"
#include "tsdb/db/db.h"

namespace watchfire::tool {
namespace {

using model::FloatHistogram;

// Time stands still but for what the test moves.
class StepClock final : public Clock {
 public:
  TimeMs Now() const override { return now; }
  int64_t MonotonicNs() const override { return now * 1'000'000; }
  TimeMs now = 0;
};

std::string Indent(const std::string& text, const std::string& by) {
  std::string out;
  for (char c : text) {
    out.push_back(c);
    if (c == '\n') out += by;
  }
  return out;
}

struct ShownAlert {
  model::Labels labels;
  model::Labels annotations;
  bool operator==(const ShownAlert&) const = default;
  bool operator<(const ShownAlert& other) const {
    int order = model::Labels::Compare(labels, other.labels);
    return order != 0 ? order < 0 : model::Labels::Compare(annotations, other.annotations) < 0;
  }
  std::string ToString() const {
    return "Labels:" + labels.ToString() + "\nAnnotations:" + annotations.ToString();
  }
};

std::string Shown(const std::vector<ShownAlert>& alerts) {
  if (alerts.empty()) return "[]";
  std::string out = "[";
  for (size_t i = 0; i < alerts.size(); ++i) {
    if (i != 0) out += ",";
    out += fmt::format("\n{}:", i);
    out += Indent("\n" + alerts[i].ToString(), "  ");
  }
  return out + "\n]";
}

struct ShownSample {
  model::Labels labels;
  double value = 0;
  std::string histogram;  // as printed; "" for a float
  std::string ToString() const {
    std::string text = labels.ToString();
    if (!histogram.empty()) return text + " " + histogram;
    return text + " " + ExponentText(value);
  }
  // The shortest digits, with an exponent, as Go's 'E' format.
  static std::string ExponentText(double v) {
    if (std::isnan(v)) return "NaN";
    if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
    std::string text = fmt::format("{:E}", v);
    for (int digits = 0; digits <= 17; ++digits) {
      text = fmt::format("{:.{}E}", v, digits);
      if (ParseFloat(text) == v) break;
    }
    return text;
  }
};

std::string Shown(const std::vector<ShownSample>& samples) {
  if (samples.empty()) return "nil";
  std::string out;
  for (const ShownSample& sample : samples) {
    if (!out.empty()) out += ", ";
    out += sample.ToString();
  }
  return out;
}

model::Labels LabelsOf(const std::map<std::string, std::string>& map) {
  model::LabelsBuilder builder;
  for (const auto& [name, value] : map) builder.Set(name, value);
  return builder.Build();
}

std::string HistogramText(FloatHistogram histogram) {
  model::Compact(histogram);
  return model::ToString(histogram);
}

class Run {
 public:
  Run(const TestFile& file, const TestGroup& test, const TestRunOptions& options)
      : file_(file),
        test_(test),
        options_(options),
        pool_("test", 1),
        engine_(EngineOptions(), &pool_, nullptr, &clock_),
        named_(test.name.empty() ? "" : fmt::format("    name: {},\n", test.name)) {}

  std::vector<std::string> Execute(const std::string& directory) {
    Result<void> done = Prepare(directory);
    if (done.ok()) done = Evaluate();
    if (done.ok()) CompareExpressions();
    if (!done.ok()) failures_.push_back(done.error().message());
    return std::move(failures_);
  }

 private:
  struct Source {
    model::Labels labels;
    std::vector<promql::SeriesValue> values;
    size_t next = 0;
    storage::SeriesRef ref = 0;
    FloatHistogram histogram;  // the last that a run made
  };

  promql::EngineOptions EngineOptions() const {
    promql::EngineOptions options;
    options.parse = options_.parse;
    options.default_subquery_step_ms = file_.evaluation_interval_ms;
    return options;
  }

  Result<void> Prepare(const std::string& directory) {
    for (const InputSeries& input : test_.input_series) {
      promql::SeriesDescription series =
          TRY(promql::ParseSeries(input.series + " " + input.values));
      Source source;
      source.labels = std::move(series.labels);
      source.values = std::move(series.values);
      sources_.push_back(std::move(source));
    }
    tsdb::DbOptions options;
    options.path = directory;
    options.clock = &clock_;
    options.no_lockfile = true;
    options.background = false;
    options.min_block_ms = std::numeric_limits<int32_t>::max();
    db_ = TRY(tsdb::Db::Open(options));
    services_.engine = &engine_;
    services_.queryable = db_.get();
    services_.appendable = db_.get();
    services_.clock = &clock_;
    services_.external_url = test_.external_url;
    return LoadGroups();
  }

  Result<void> LoadGroups() {
    config::Config config;
    config.global.evaluation_interval_ms = file_.evaluation_interval_ms;
    config.global.external_labels = LabelsOf(test_.external_labels);
    rules::GroupSpecs specs;
    for (const std::string& path : file_.rule_files) {
      rules::GroupSpecs more = TRY(rules::LoadGroups(
          path, config, options_.parse, *FileSystem::Local(), options_.ignore_unknown_fields));
      specs.insert(specs.end(), more.begin(), more.end());
    }
    std::map<std::string, size_t> order;
    for (const std::string& name : file_.group_eval_order) {
      if (!order.emplace(name, order.size()).second) {
        return Error::Invalid("group name repeated in evaluation order: {}", name);
      }
    }
    auto place = [&](const auto& spec) {
      auto found = order.find(spec->name);
      return found == order.end() ? size_t{0} : found->second;
    };
    std::stable_sort(specs.begin(), specs.end(),
                     [&](const auto& a, const auto& b) { return place(a) < place(b); });
    for (const auto& spec : specs) {
      groups_.push_back(std::make_unique<rules::Group>(spec, &services_));
    }
    return {};
  }

  int64_t LastEvaluation() const {
    int64_t last = 0;
    for (const AlertTest& test : test_.alert_rule_test) last = std::max(last, test.eval_time_ms);
    for (const ExpressionTest& test : test_.promql_expr_test) {
      last = std::max(last, test.eval_time_ms);
    }
    return last;
  }

  Result<void> Evaluate() {
    int64_t step = file_.evaluation_interval_ms;
    for (int64_t at = 0, last = LastEvaluation(); at <= last; at += step) {
      clock_.now = test_.start_timestamp + at;
      TRY(Feed(clock_.now));
      for (const auto& group : groups_) {
        group->Evaluate(clock_.now);
        TRY(CheckHealth(*group, at));
      }
      for (const AlertTest& test : test_.alert_rule_test) {
        if (at <= test.eval_time_ms && test.eval_time_ms < at + step) CompareAlerts(test);
      }
    }
    // Expressions may look at series after the last evaluation.
    return Feed(test_.start_timestamp + LastEvaluation());
  }

  Result<void> CheckHealth(const rules::Group& group, int64_t at) {
    for (const rules::RuleView& rule : group.View(false).rules) {
      if (rule.last_error.empty()) continue;
      return Error::Invalid("    rule: {}, time: {}, err: {}", rule.spec->name,
                            model::FormatDuration(at), rule.last_error);
    }
    return {};
  }

  // Everything that the series have up to `t`.
  Result<void> Feed(TimeMs t) {
    auto appender = db_->NewAppender();
    for (Source& source : sources_) {
      for (; source.next < source.values.size(); ++source.next) {
        TimeMs at = test_.start_timestamp + static_cast<TimeMs>(source.next) * test_.interval_ms;
        if (at > t) break;
        TRY(Append(*appender, source, source.values[source.next], at));
      }
    }
    return appender->Commit();
  }

  Result<void> Append(storage::Appender& appender, Source& source, const promql::SeriesValue& value,
                      TimeMs at) {
    if (value.omitted) return {};
    if (value.run == nullptr) {
      source.ref = TRY(appender.Append(source.ref, source.labels, at, value.value));
      return {};
    }
    const promql::HistogramRun& run = *value.run;
    if (value.steps == 0) {
      source.histogram = run.base;
    } else if (run.sign > 0) {
      model::Add(source.histogram, run.increment);
    } else if (run.sign < 0) {
      model::Subtract(source.histogram, run.increment);
    }
    source.ref =
        TRY(appender.AppendFloatHistogram(source.ref, source.labels, at, source.histogram));
    return {};
  }

  void CompareAlerts(const AlertTest& test) {
    std::vector<ShownAlert> expected;
    for (const ExpectedAlert& alert : test.exp_alerts) {
      std::map<std::string, std::string> labels = alert.exp_labels;
      labels["alertname"] = test.alertname;  // nobody writes it
      expected.push_back({LabelsOf(labels), LabelsOf(alert.exp_annotations)});
    }
    std::vector<ShownAlert> got;
    for (const auto& group : groups_) {
      for (const rules::RuleView& rule : group->View(true).rules) {
        if (!rule.spec->alerting || rule.spec->name != test.alertname) continue;
        for (const rules::AlertView& alert : rule.alerts) {
          if (alert.state != rules::AlertState::kFiring) continue;
          model::LabelsBuilder annotations;
          for (const auto& [name, value] : *alert.annotations) annotations.Set(name, value);
          got.push_back({alert.labels, annotations.Build()});
        }
      }
    }
    std::sort(expected.begin(), expected.end());
    std::sort(got.begin(), got.end());
    if (expected == got) return;
    constexpr const char* kDeep = "            ";
    failures_.push_back(
        fmt::format("{}    alertname: {}, time: {}, \n        exp:{}, \n        got:{}", named_,
                    test.alertname, model::FormatDuration(test.eval_time_ms),
                    Indent(Shown(expected), kDeep), Indent(Shown(got), kDeep)));
  }

  void CompareExpressions() {
    for (const ExpressionTest& test : test_.promql_expr_test) {
      Result<void> compared = CompareExpression(test);
      if (compared.ok()) continue;
      failures_.push_back(fmt::format("    expr: {}, time: {}, err: {}", GoQuote(test.expr),
                                      model::FormatDuration(test.eval_time_ms),
                                      compared.error().message()));
    }
  }

  Result<std::vector<ShownSample>> Query(const ExpressionTest& test) {
    promql::QueryRequest request;
    request.query = test.expr;
    request.start = request.end = test_.start_timestamp + test.eval_time_ms;
    auto answer = engine_.Exec(*db_, request);
    if (auto* failure = std::get_if<promql::QueryFailure>(&answer)) {
      return Error::Invalid("{}", failure->message);
    }
    promql::QueryValue& value = std::get<promql::QueryResult>(answer).value;
    std::vector<ShownSample> out;
    if (value.type == promql::ValueType::kScalar) {
      out.push_back({{}, value.scalar.v, ""});
    } else if (value.type != promql::ValueType::kVector) {
      return Error::Invalid("rule result is not a vector or scalar");
    }
    for (const promql::ResultSeries& series : value.series) {
      if (!series.v.empty()) out.push_back({series.labels, series.v.front(), ""});
      if (!series.histograms.empty()) {
        out.push_back({series.labels, 0, HistogramText(series.histograms.front())});
      }
    }
    return out;
  }

  Result<std::vector<ShownSample>> Expected(const ExpressionTest& test) {
    std::vector<ShownSample> out;
    for (const ExpectedSample& sample : test.exp_samples) {
      ShownSample shown;
      shown.value = sample.value;
      if (!sample.labels.empty()) {
        Result<promql::SeriesDescription> parsed = promql::ParseSeries(sample.labels + " 0");
        if (!parsed.ok()) return parsed.error().With("labels {}", GoQuote(sample.labels));
        shown.labels = parsed->labels;
      }
      if (!sample.histogram.empty()) {
        auto values = TRY(promql::ParseSeriesValues(sample.histogram));
        if (values.size() != 1 || values[0].run == nullptr) {
          return Error::Invalid("expected 1 value, got {}", values.size());
        }
        shown.histogram = HistogramText(values[0].run->base);
      }
      out.push_back(std::move(shown));
    }
    return out;
  }

  bool SameValue(double a, double b) const {
    if (std::isnan(a) && std::isnan(b)) return true;
    if (a == b) return true;
    if (!file_.fuzzy_compare) return false;
    double inf = std::numeric_limits<double>::infinity();
    return std::nextafter(a, inf) == b || std::nextafter(a, -inf) == b;
  }

  Result<void> CompareExpression(const ExpressionTest& test) {
    std::vector<ShownSample> got = TRY(Query(test));
    std::vector<ShownSample> expected = TRY(Expected(test));
    auto before = [](const ShownSample& a, const ShownSample& b) {
      return model::Labels::Compare(a.labels, b.labels) < 0;
    };
    std::stable_sort(got.begin(), got.end(), before);
    std::stable_sort(expected.begin(), expected.end(), before);
    bool same = std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                           [this](const ShownSample& a, const ShownSample& b) {
                             return a.labels == b.labels && a.histogram == b.histogram &&
                                    SameValue(a.value, b.value);
                           });
    if (same) return {};
    failures_.push_back(fmt::format(
        "{}    expr: {}, time: {},\n        exp: {}\n        got: {}", named_, GoQuote(test.expr),
        model::FormatDuration(test.eval_time_ms), Shown(expected), Shown(got)));
    return {};
  }

  const TestFile& file_;
  const TestGroup& test_;
  const TestRunOptions options_;
  StepClock clock_;
  ThreadPool pool_;
  promql::Engine engine_;
  const std::string named_;
  std::unique_ptr<tsdb::Db> db_;
  rules::Services services_;
  std::vector<std::unique_ptr<rules::Group>> groups_;
  std::vector<Source> sources_;
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> RunTestGroup(const TestFile& file, const TestGroup& group,
                                      const TestRunOptions& options, const std::string& directory) {
  return Run(file, group, options).Execute(directory);
}

}  // namespace watchfire::tool
