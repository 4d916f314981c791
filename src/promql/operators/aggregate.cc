// Aggregations that need a fixed number of accumulators a group: sum avg min max count group stddev
// stdvar. Series are pushed into [groups × steps] one at a time and forgotten.

#include "promql/operators/aggregate.h"

#include <cmath>

#include <fmt/core.h>

#include "promql/kernels/numerics.h"

namespace watchfire::promql {
namespace {

// Float states. Add is called with values only; Value only when something was added.
struct SumState {
  KahanSum sum;
  void Add(double v) { sum.Add(v); }
  double Value() const { return sum.value(); }
};
struct AvgState {
  KahanMean mean;
  void Add(double v) { mean.Add(v); }
  double Value() const { return mean.value(); }
};
struct MinState {
  double best = model::kNormalNan;
  void Add(double v) {
    if (best > v || std::isnan(best)) best = v;
  }
  double Value() const { return best; }
};
struct MaxState {
  double best = model::kNormalNan;
  void Add(double v) {
    if (best < v || std::isnan(best)) best = v;
  }
  double Value() const { return best; }
};
struct CountState {
  double count = 0;
  void Add(double) { ++count; }
  double Value() const { return count; }
};
struct GroupState {
  void Add(double) {}
  double Value() const { return 1; }
};
template <bool kRoot>
struct SpreadState {
  double count = 0;
  double mean = 0;
  double aux = 0;
  void Add(double v) {
    ++count;
    if (count == 1) {
      mean = v;
      aux = std::isfinite(v) ? 0 : model::kNormalNan;
      return;
    }
    double delta = v - mean;
    mean += delta / count;
    aux += delta * (v - mean);
  }
  double Value() const { return kRoot ? std::sqrt(aux / count) : aux / count; }
};

// What an aggregation makes of a native histogram.
enum class HistogramRule : uint8_t { kCount, kIgnore, kUnsupported };

template <typename State>
class AggregateStream final : public Stream {
 public:
  AggregateStream(QueryContext& context, const PlanNode& node, const Grid& grid, HistogramRule rule)
      : context_(context),
        node_(node),
        steps_(grid.count),
        rule_(rule),
        held_(context),
        keys_(node) {
    child_ = MakeStream(context, *node.children[0], grid);
  }

  bool Next() override {
    if (!drained_) Drain();
    if (next_ >= groups_.size()) return false;
    const Group& group = groups_[next_++];
    column_.v.resize(steps_);
    for (size_t i = 0; i < steps_; ++i) {
      column_.v[i] = group.seen[i] ? group.states[i].Value() : kAbsent;
    }
    return true;
  }
  const model::Labels& labels() override { return keys_.labels(next_ - 1); }
  bool drop_name() override { return groups_[next_ - 1].drop_name; }
  Column& column() override { return column_; }

 private:
  struct Group {
    std::vector<State> states;
    std::vector<uint8_t> seen;
    bool drop_name = false;
  };

  void Drain();
  void AddHistograms(Group& group, const Column& column);

  QueryContext& context_;
  const PlanNode& node_;
  size_t steps_;
  HistogramRule rule_;
  HeldSamples held_;
  GroupKeys keys_;
  StreamPtr child_;
  std::vector<Group> groups_;
  bool drained_ = false;
  size_t next_ = 0;
  Column column_;
};

template <typename State>
void AggregateStream<State>::Drain() {
  drained_ = true;
  while (child_->Next()) {
    Column& column = child_->column();
    context_.Tick(steps_);
    // A series without any value makes no group.
    if (steps_ == 1 ? !column.Has(0) : !column.AnyValue()) continue;
    size_t id = keys_.Find(*child_);
    if (id == groups_.size()) {
      held_.Add(steps_);
      groups_.emplace_back();
      groups_.back().states.resize(steps_);
      groups_.back().seen.resize(steps_);
    }
    Group& group = groups_[id];
    group.drop_name = group.drop_name || child_->drop_name();
    const double* v = column.v.data();
    for (size_t i = 0; i < steps_; ++i) {
      if (IsAbsent(v[i])) continue;
      group.seen[i] = 1;
      group.states[i].Add(v[i]);
    }
    if (!column.h.empty()) AddHistograms(group, column);
  }
}

template <typename State>
void AggregateStream<State>::AddHistograms(Group& group, const Column& column) {
  for (size_t i = 0; i < steps_; ++i) {
    if (!column.HasHistogram(i)) continue;
    switch (rule_) {
      case HistogramRule::kUnsupported:
        ThrowUnsupportedHistograms(node_.function);
      case HistogramRule::kCount:
        group.seen[i] = 1;
        group.states[i].Add(0);
        break;
      case HistogramRule::kIgnore:
        NoteIgnoredHistogram(context_, node_);
        return;
    }
  }
}

}  // namespace

void NoteIgnoredHistogram(QueryContext& context, const PlanNode& aggregate) {
  context.notes.Info(fmt::format("ignored histogram in {} aggregation", aggregate.function),
                     aggregate.expr->As<AggregateExpr>().expr->pos);
}

const std::vector<std::string>& GroupKeys::DropList() {
  if (!node_.by && drop_.empty()) {
    drop_ = node_.grouping;
    drop_.push_back(std::string(model::kMetricName));
    std::sort(drop_.begin(), drop_.end());
  }
  return drop_;
}

size_t GroupKeys::Find(Stream& stream) {
  if (node_.by && node_.grouping.empty()) {
    if (labels_.empty()) labels_.emplace_back();
    return 0;
  }
  model::Labels key =
      node_.by ? stream.labels().Keep(node_.grouping) : stream.labels().Drop(DropList());
  auto [at, fresh] = index_.try_emplace(std::move(key), labels_.size());
  if (fresh) labels_.push_back(at->first);
  return at->second;
}

StreamPtr MakeAggregate(QueryContext& context, const PlanNode& node, const Grid& grid) {
  using Rule = HistogramRule;
  switch (node.expr->As<AggregateExpr>().op) {
    case AggregateOp::kSum:
      return std::make_unique<AggregateStream<SumState>>(context, node, grid, Rule::kUnsupported);
    case AggregateOp::kAvg:
      return std::make_unique<AggregateStream<AvgState>>(context, node, grid, Rule::kUnsupported);
    case AggregateOp::kMin:
      return std::make_unique<AggregateStream<MinState>>(context, node, grid, Rule::kIgnore);
    case AggregateOp::kMax:
      return std::make_unique<AggregateStream<MaxState>>(context, node, grid, Rule::kIgnore);
    case AggregateOp::kCount:
      return std::make_unique<AggregateStream<CountState>>(context, node, grid, Rule::kCount);
    case AggregateOp::kGroup:
      return std::make_unique<AggregateStream<GroupState>>(context, node, grid, Rule::kCount);
    case AggregateOp::kStddev:
      return std::make_unique<AggregateStream<SpreadState<true>>>(context, node, grid,
                                                                  Rule::kIgnore);
    case AggregateOp::kStdvar:
      return std::make_unique<AggregateStream<SpreadState<false>>>(context, node, grid,
                                                                   Rule::kIgnore);
    default:
      return MakeAggregateK(context, node, grid);
  }
}

}  // namespace watchfire::promql
