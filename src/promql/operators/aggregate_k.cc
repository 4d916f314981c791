// Aggregations that must remember series or values: topk bottomk limitk limit_ratio quantile
// count_values.

#include <cmath>

#include <fmt/core.h>

#include "base/hash.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/histogram_buckets.h"
#include "promql/kernels/numerics.h"
#include "promql/operators/aggregate.h"

namespace watchfire::promql {
namespace {

// k as upstream reads it from a scalar; at most `INT64_MAX`.
int64_t ReadK(double v) {
  if (std::isnan(v)) throw QueryError("Parameter value is NaN");
  if (v >= 9223372036854775807.0) {
    throw QueryError(fmt::format("Scalar value {} overflows int64", FormatFloatGo(v)));
  }
  if (v <= -9223372036854775808.0) {
    throw QueryError(fmt::format("Scalar value {} underflows int64", FormatFloatGo(v)));
  }
  return static_cast<int64_t>(v);
}

std::vector<int64_t> ReadKs(const ScalarColumn& column) {
  std::vector<int64_t> ks;
  for (double v : column) ks.push_back(ReadK(v));
  return ks;
}

// ---- topk and bottomk: a heap of at most k entries for each group and step.

struct Ranked {
  double v;
  uint32_t series;
};

// True when `a` is to leave the heap before `b`.
template <bool kTop>
bool Worse(double a, double b) {
  if (std::isnan(a)) return true;
  return kTop ? a < b : a > b;
}

// A binary heap with the worst entry in front, laid out as Go's container/heap does it, because
// among equal values the layout decides who stays.
template <bool kTop>
class KHeap {
 public:
  // Whether it enters.
  bool Offer(size_t k, Ranked entry) {
    if (entries_.size() < k) {
      entries_.push_back(entry);
      Up(entries_.size() - 1);
      return true;
    }
    if (!Replaces(entry.v)) return false;
    entries_[0] = entry;
    Down();
    return true;
  }
  const std::vector<Ranked>& entries() const { return entries_; }
  // Best first, NaN last.
  std::vector<Ranked> Ordered() const {
    std::vector<Ranked> sorted = entries_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Ranked& a, const Ranked& b) {
      if (std::isnan(b.v)) return !std::isnan(a.v);
      return Worse<kTop>(b.v, a.v);
    });
    return sorted;
  }

 private:
  bool Replaces(double v) const {
    double worst = entries_[0].v;
    return (kTop ? worst < v : worst > v) || (std::isnan(worst) && !std::isnan(v));
  }
  void Up(size_t j) {
    while (j > 0) {
      size_t parent = (j - 1) / 2;
      if (!Worse<kTop>(entries_[j].v, entries_[parent].v)) return;
      std::swap(entries_[j], entries_[parent]);
      j = parent;
    }
  }
  void Down() {
    size_t i = 0;
    for (size_t child = 1; child < entries_.size(); child = 2 * i + 1) {
      size_t right = child + 1;
      if (right < entries_.size() && Worse<kTop>(entries_[right].v, entries_[child].v)) {
        child = right;
      }
      if (!Worse<kTop>(entries_[child].v, entries_[i].v)) return;
      std::swap(entries_[i], entries_[child]);
      i = child;
    }
  }
  std::vector<Ranked> entries_;
};

struct SeriesName {
  model::Labels labels;
  bool drop_name = false;
};

template <bool kTop>
std::vector<Row> TopRows(QueryContext& context, const PlanNode& node, const Grid& grid,
                         const std::vector<int64_t>& ks) {
  StreamPtr child = MakeStream(context, *node.children[0], grid);
  HeldSamples held(context);
  GroupKeys keys(node);
  std::vector<std::vector<KHeap<kTop>>> heaps;
  std::vector<SeriesName> series;
  while (child->Next()) {
    const Column& column = child->column();
    context.Tick(grid.count);
    if (!column.AnyValue()) continue;
    size_t group = keys.Find(*child);
    if (group == heaps.size()) heaps.emplace_back(grid.count);
    auto id = static_cast<uint32_t>(series.size());
    bool entered = false;
    for (size_t i = 0; i < grid.count; ++i) {
      if (column.HasHistogram(i)) NoteIgnoredHistogram(context, node);
      if (!column.HasFloat(i) || ks[i] < 1) continue;
      KHeap<kTop>& heap = heaps[group][i];
      size_t before = heap.entries().size();
      bool enters = heap.Offer(static_cast<size_t>(ks[i]), {column.v[i], id});
      entered = entered || enters;
      held.Add(heap.entries().size() - before);
    }
    // Most series never enter, and need no labels.
    if (entered) series.push_back({child->labels(), child->drop_name()});
  }
  std::vector<Row> rows;
  std::vector<size_t> row_of(series.size(), SIZE_MAX);
  for (const std::vector<KHeap<kTop>>& steps : heaps) {
    for (size_t i = 0; i < steps.size(); ++i) {
      for (const Ranked& entry : steps[i].Ordered()) {
        size_t& row = row_of[entry.series];
        if (row == SIZE_MAX) {
          row = rows.size();
          SeriesName& name = series[entry.series];
          rows.push_back({std::move(name.labels), name.drop_name, {}});
          rows.back().column.Reset(grid.count);
        }
        rows[row].column.v[i] = entry.v;
      }
    }
  }
  return rows;
}

// ---- limitk and limit_ratio pass some series on.

class LimitK final : public MapStream {
 public:
  LimitK(QueryContext& context, StreamPtr child, const PlanNode& node, std::vector<int64_t> ks)
      : MapStream(context, std::move(child)), keys_(node), ks_(std::move(ks)) {}

 private:
  void Apply(Column& column) override {
    if (!column.AnyValue()) return;
    size_t group = keys_.Find(*child_);
    if (group == taken_.size()) taken_.emplace_back(ks_.size());
    for (size_t i = 0; i < ks_.size(); ++i) {
      if (!column.Has(i)) continue;
      if (taken_[group][i] < ks_[i]) {
        ++taken_[group][i];
      } else {
        column.Clear(i);
      }
    }
  }
  GroupKeys keys_;
  std::vector<int64_t> ks_;
  std::vector<std::vector<int64_t>> taken_;
};

class LimitRatio final : public MapStream {
 public:
  LimitRatio(QueryContext& context, StreamPtr child, const PlanNode& node, ScalarColumn ratios)
      : MapStream(context, std::move(child)), ratios_(std::move(ratios)) {
    for (double& ratio : ratios_) {
      if (std::isnan(ratio)) throw QueryError("Ratio value is NaN");
      double capped = std::clamp(ratio, -1.0, 1.0);
      if (capped != ratio) {
        context.notes.Warn(
            fmt::format("ratio value should be between -1 and 1, got {}, capping to {}",
                        FormatFloatGo(ratio), FormatFloatGo(capped)),
            node.children[1]->expr->pos);
      }
      ratio = capped;
    }
  }

 private:
  // The hash of upstream's encoding of a label set, as a share of all hashes.
  static double Share(const model::Labels& labels) {
    std::string bytes;
    auto append = [&bytes](std::string_view text) {
      if (text.size() < 255) {
        bytes.push_back(static_cast<char>(text.size()));
      } else {
        bytes.push_back(static_cast<char>(0xff));
        for (int shift = 0; shift < 24; shift += 8) {
          bytes.push_back(static_cast<char>((text.size() >> shift) & 0xff));
        }
      }
      bytes.append(text);
    };
    for (const model::LabelView& label : labels) {
      append(label.name);
      append(label.value);
    }
    return static_cast<double>(XxHash64(bytes)) / 18446744073709551615.0;
  }
  void Apply(Column& column) override {
    double share = Share(child_->labels());
    for (size_t i = 0; i < ratios_.size(); ++i) {
      double r = ratios_[i];
      bool keep = r >= 0 ? share < r : share >= 1 + r;
      if (!keep) column.Clear(i);
    }
  }
  ScalarColumn ratios_;
};

// ---- quantile: all values of a group.

std::vector<Row> QuantileRows(QueryContext& context, const PlanNode& node, const Grid& grid,
                              const ScalarColumn& qs) {
  for (double q : qs) {
    if (q >= 0 && q <= 1) continue;
    context.notes.Warn(
        fmt::format("quantile value should be between 0 and 1, got {}", FormatFloatGo(q)),
        node.children[1]->expr->pos);
  }
  StreamPtr child = MakeStream(context, *node.children[0], grid);
  HeldSamples held(context);
  GroupKeys keys(node);
  std::vector<std::vector<std::vector<double>>> values;  // [group][step]
  std::vector<bool> drop_name;
  while (child->Next()) {
    const Column& column = child->column();
    context.Tick(grid.count);
    held.Add(column.CountSamples());
    if (!column.AnyValue()) continue;
    size_t group = keys.Find(*child);
    if (group == values.size()) {
      values.emplace_back(grid.count);
      drop_name.push_back(false);
    }
    drop_name[group] = drop_name[group] || child->drop_name();
    for (size_t i = 0; i < grid.count; ++i) {
      if (column.HasFloat(i)) values[group][i].push_back(column.v[i]);
      if (column.HasHistogram(i)) NoteIgnoredHistogram(context, node);
    }
  }
  std::vector<Row> rows;
  for (size_t group = 0; group < values.size(); ++group) {
    Row row{keys.labels(group), drop_name[group], {}};
    row.column.Reset(grid.count);
    for (size_t i = 0; i < grid.count; ++i) {
      std::vector<double>& step = values[group][i];
      if (!step.empty()) row.column.v[i] = Quantile(qs[i], step.data(), step.size());
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// ---- count_values: groups by value.

std::vector<Row> CountValuesRows(QueryContext& context, const PlanNode& node, const Grid& grid,
                                 const std::string& label) {
  if (!model::IsValidLabelName(label)) {
    throw QueryError(fmt::format("invalid label name {}", GoQuote(label)));
  }
  StreamPtr child = MakeStream(context, *node.children[0], grid);
  HeldSamples held(context);
  // The value's label is there before the series are grouped: `without` takes it away again if it
  // names it.
  const std::vector<std::string>& by = node.grouping;
  std::vector<std::string> drop = node.grouping;
  drop.push_back(std::string(model::kMetricName));
  std::sort(drop.begin(), drop.end());
  bool dropped = !node.by && std::binary_search(drop.begin(), drop.end(), label);
  HashMap<model::Labels, size_t, std::hash<model::Labels>> index;
  std::vector<Row> rows;
  while (child->Next()) {
    const Column& column = child->column();
    context.Tick(grid.count);
    if (!column.AnyValue()) continue;
    model::LabelsBuilder builder(node.by ? child->labels().Keep(by) : child->labels().Drop(drop));
    for (size_t i = 0; i < grid.count; ++i) {
      if (!column.Has(i)) continue;
      if (!dropped) {
        builder.Set(label, column.HasHistogram(i) ? model::ToString(*column.h[i])
                                                  : FormatFloatFixed(column.v[i]));
      }
      auto [at, fresh] = index.try_emplace(builder.Build(), rows.size());
      if (fresh) {
        held.Add(grid.count);
        rows.push_back({at->first, false, {}});
        rows.back().column.Reset(grid.count);
      }
      Row& row = rows[at->second];
      row.drop_name = row.drop_name || child->drop_name();
      double& count = row.column.v[i];
      count = IsAbsent(count) ? 1 : count + 1;
    }
  }
  return rows;
}

bool AllBelowOne(const std::vector<int64_t>& ks) {
  return std::all_of(ks.begin(), ks.end(), [](int64_t k) { return k < 1; });
}

}  // namespace

StreamPtr MakeAggregateK(QueryContext& context, const PlanNode& node, const Grid& grid) {
  const auto& aggregate = node.expr->As<AggregateExpr>();
  if (aggregate.op == AggregateOp::kCountValues) {
    const std::string& label = node.children[1]->expr->As<StringLiteral>().value;
    return std::make_unique<RowStream>(CountValuesRows(context, node, grid, label));
  }
  ScalarColumn param = EvalScalar(context, *node.children[1], grid);
  switch (aggregate.op) {
    case AggregateOp::kQuantile:
      return std::make_unique<RowStream>(QuantileRows(context, node, grid, param));
    case AggregateOp::kLimitRatio:
      return std::make_unique<LimitRatio>(context, MakeStream(context, *node.children[0], grid),
                                          node, std::move(param));
    default:
      break;
  }
  std::vector<int64_t> ks = ReadKs(param);
  if (AllBelowOne(ks)) {
    // Nothing is kept, but what fails fails and what warns warns.
    StreamPtr child = MakeStream(context, *node.children[0], grid);
    while (child->Next()) context.Tick(grid.count);
    return std::make_unique<RowStream>(std::vector<Row>());
  }
  if (aggregate.op == AggregateOp::kLimitk) {
    return std::make_unique<LimitK>(context, MakeStream(context, *node.children[0], grid), node,
                                    std::move(ks));
  }
  bool top = aggregate.op == AggregateOp::kTopk;
  return std::make_unique<RowStream>(top ? TopRows<true>(context, node, grid, ks)
                                         : TopRows<false>(context, node, grid, ks));
}

}  // namespace watchfire::promql
