// Functions that look at a vector as a whole or change what kind of value it is: vector, absent,
// absent_over_time, timestamp, start_timestamp, sort….

#include <algorithm>
#include <cmath>
#include <set>

#include "promql/operators/scan.h"

namespace watchfire::promql {
namespace {

// The argument as it is written: `+x` is no selector, though nothing is computed for it.
const Expr& Written(const PlanNode& call) {
  return Unparen(*call.expr->As<Call>().args[0]);
}

// The labels that `=` matchers promise, of names with one matcher only.
model::Labels AbsentLabels(const Expr& arg) {
  const VectorSelector* selector = nullptr;
  if (arg.kind == ExprKind::kVectorSelector) selector = &arg.As<VectorSelector>();
  if (arg.kind == ExprKind::kMatrixSelector) selector = &arg.As<MatrixSelector>().vector();
  if (!selector) return {};
  model::LabelsBuilder builder;
  std::set<std::string> seen;
  for (const model::Matcher& matcher : selector->matchers) {
    if (matcher.name() == model::kMetricName) continue;
    if (matcher.type() == model::MatchType::kEqual && seen.insert(matcher.name()).second) {
      builder.Set(matcher.name(), matcher.value());
    } else {
      builder.Delete(matcher.name());
    }
  }
  return builder.Build();
}

StreamPtr AbsentRow(const PlanNode& call, const std::vector<uint8_t>& present) {
  std::vector<Row> rows(1);
  rows[0].labels = AbsentLabels(Written(call));
  rows[0].column.v.resize(present.size());
  for (size_t i = 0; i < present.size(); ++i) rows[0].column.v[i] = present[i] ? kAbsent : 1;
  return std::make_unique<RowStream>(std::move(rows));
}

StreamPtr MakeAbsent(QueryContext& context, const PlanNode& call, const Grid& grid) {
  std::vector<uint8_t> present(grid.count);
  StreamPtr child = MakeStream(context, *call.children[0], grid);
  while (child->Next()) {
    const Column& column = child->column();
    context.Tick(grid.count);
    for (size_t i = 0; i < grid.count; ++i) {
      if (column.Has(i)) present[i] = 1;
    }
  }
  return AbsentRow(call, present);
}

// The time of each step that has a value.
class StepTimeStream final : public MapStream {
 public:
  StepTimeStream(QueryContext& context, StreamPtr child, const Grid& grid)
      : MapStream(context, std::move(child)), grid_(grid) {}

 private:
  void Apply(Column& column) override {
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (column.Has(i)) column.v[i] = ToSeconds(grid_.at(i));
    }
    column.h.clear();
  }
  Grid grid_;
};

// The start timestamp of the newest sample of each step, 0 where it is unknown.
class StartTimestampStream final : public Stream {
 public:
  StartTimestampStream(QueryContext& context, const PlanNode& node, const Grid& grid)
      : context_(context), node_(node), grid_(grid), set_(OpenSeries(context, node, grid, false)) {
    mint_ = node.TimeOf(grid.start) - context.lookback_ms + 1;
    maxt_ = node.TimeOf(grid.end());
  }

  bool Next() override {
    if (++at_ >= run_.count) {
      at_ = 0;
      if (!set_->NextRun(mint_, maxt_, &run_)) {
        if (Result<void> status = set_->status(); !status.ok()) ThrowStorageError(status.error());
        return false;
      }
    }
    Read();
    return true;
  }
  const model::Labels& labels() override { return set_->RunLabels(at_); }
  Column& column() override { return column_; }

 private:
  void Read();

  QueryContext& context_;
  const PlanNode& node_;
  Grid grid_;
  std::unique_ptr<storage::SeriesSet> set_;
  TimeMs mint_;
  TimeMs maxt_;
  storage::SeriesRun run_;
  size_t at_ = SIZE_MAX;  // in the run
  Column column_;
};

void StartTimestampStream::Read() {
  static const std::vector<storage::HistogramSample> kNone;
  const auto& histograms = run_.histograms != nullptr ? *run_.histograms : kNone;
  const double* v = run_.v + at_ * run_.t.size();
  context_.Tick(run_.t.size() + histograms.size() + grid_.count);
  context_.stats.samples_read += run_.t.size() + histograms.size();
  column_.Reset(grid_.count);
  size_t f = 0;
  size_t h = 0;
  for (size_t i = 0; i < grid_.count; ++i) {
    TimeMs t = node_.TimeOf(grid_.at(i));
    while (f < run_.t.size() && run_.t[f] <= t) ++f;
    while (h < histograms.size() && histograms[h].t <= t) ++h;
    TimeMs oldest = t - context_.lookback_ms;
    bool has_float = f > 0 && run_.t[f - 1] > oldest;
    bool has_histogram = h > 0 && histograms[h - 1].t > oldest &&
                         (!has_float || histograms[h - 1].t > run_.t[f - 1]);
    if (has_histogram) {
      const storage::HistogramSample& sample = histograms[h - 1];
      if (!model::IsStaleNan(sample.histogram.sum)) column_.v[i] = ToSeconds(sample.st);
    } else if (has_float && !model::IsStaleNan(v[f - 1])) {
      column_.v[i] = run_.st.empty() ? 0 : ToSeconds(run_.st[f - 1]);
    }
    context_.stats.total_queryable_samples += column_.HasFloat(i) ? 1 : 0;
  }
}

// ---- sorting; it has an effect on instant queries only

std::vector<std::string_view> DigitChunks(std::string_view text) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string_view> chunks;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && digit(text[end]) == digit(text[i])) ++end;
    chunks.push_back(text.substr(i, end - i));
    i = end;
  }
  return chunks;
}

// Digits compare as numbers.
int NaturalCompare(std::string_view a, std::string_view b) {
  std::vector<std::string_view> left = DigitChunks(a);
  std::vector<std::string_view> right = DigitChunks(b);
  auto number = [](std::string_view chunk) {
    if (chunk[0] < '0' || chunk[0] > '9') return std::string_view();
    size_t zeros = std::min(chunk.find_first_not_of('0'), chunk.size() - 1);
    return chunk.substr(zeros);
  };
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    std::string_view x = number(left[i]);
    std::string_view y = number(right[i]);
    if (x.empty() || y.empty()) {
      if (int order = left[i].compare(right[i]); order != 0) return order;
    } else {
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (int order = x.compare(y); order != 0) return order;
    }
  }
  if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  return a.compare(b);
}

void SortByValue(std::vector<Row>& rows, bool descending) {
  std::erase_if(rows, [](const Row& row) { return !row.column.HasFloat(0); });
  std::stable_sort(rows.begin(), rows.end(), [descending](const Row& a, const Row& b) {
    double x = a.column.v[0];
    double y = b.column.v[0];
    if (std::isnan(y)) return !std::isnan(x);
    return descending ? x > y : x < y;
  });
}

void SortByLabels(std::vector<Row>& rows, const std::vector<std::string>& names, bool descending) {
  auto before = [&names](const Row& a, const Row& b) {
    for (const std::string& name : names) {
      std::string_view x = a.labels.Get(name);
      std::string_view y = b.labels.Get(name);
      if (x != y) return NaturalCompare(x, y) < 0;
    }
    return a.labels < b.labels;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return descending ? before(b, a) : before(a, b);
  });
}

StreamPtr MakeSort(QueryContext& context, const PlanNode& call, const Grid& grid) {
  StreamPtr child = MakeStream(context, *call.children[0], grid);
  if (!context.instant) {
    context.notes.Warn(
        "sort is ineffective for range queries since results are always ordered by labels",
        call.expr->pos);
  }
  bool by_label = call.function.starts_with("sort_by_label");
  // Inside a subquery there is more than one step: order means nothing there.
  if (grid.count > 1) return child;
  HeldSamples held(context);
  std::vector<Row> rows = ReadMerged(context, *child, held);
  bool descending = call.function.ends_with("_desc");
  if (!by_label) {
    SortByValue(rows, descending);
  } else {
    std::vector<std::string> names;
    for (size_t i = 1; i < call.children.size(); ++i) {
      names.push_back(call.children[i]->expr->As<StringLiteral>().value);
    }
    SortByLabels(rows, names, descending);
  }
  return std::make_unique<RowStream>(std::move(rows));
}

}  // namespace

StreamPtr MakeAbsentOverTime(QueryContext& context, const PlanNode& call, const Grid& grid) {
  std::vector<uint8_t> present(grid.count);
  auto mark = [&present](const Windows& windows) {
    for (size_t i = 0; i < present.size(); ++i) {
      if (windows.hi[i] > windows.lo[i]) present[i] = 1;
    }
  };
  auto source = MakeRangeSource(context, *call.children[0], grid);
  while (source->Next()) {
    mark(source->windows());
    if (!source->histograms().empty()) mark(source->histogram_windows());
  }
  return AbsentRow(call, present);
}

StreamPtr MakeVectorFunction(QueryContext& context, const PlanNode& call, const Grid& grid) {
  const std::string& name = call.function;
  if (name == "absent") return MakeAbsent(context, call, grid);
  if (name == "absent_over_time") return MakeAbsentOverTime(context, call, grid);
  if (name.starts_with("sort")) return MakeSort(context, call, grid);
  if (name == "vector") {
    std::vector<Row> rows(1);
    rows[0].column.v = EvalScalar(context, *call.children[0], grid);
    return std::make_unique<RowStream>(std::move(rows));
  }
  if (name == "timestamp") {
    const PlanNode& arg = *call.children[0];
    StreamPtr child;
    if (arg.kind == NodeKind::kSelector && Written(call).kind == ExprKind::kVectorSelector) {
      child = MakeTimestampSelector(context, arg, grid);
    } else {
      child = std::make_unique<StepTimeStream>(context, MakeStream(context, arg, grid), grid);
    }
    return MakeNameDrop(context, std::move(child), call);
  }
  if (name == "start_timestamp") {
    const PlanNode& arg = *call.children[0];
    // What is computed has no samples that could have begun.
    if (arg.kind != NodeKind::kSelector) return std::make_unique<RowStream>(std::vector<Row>());
    return MakeNameDrop(context, std::make_unique<StartTimestampStream>(context, arg, grid), call);
  }
  return nullptr;
}

}  // namespace watchfire::promql
