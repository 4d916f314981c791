// Aggregations that need a fixed number of accumulators a group: sum avg min max count group stddev
// stdvar. Series are pushed into [groups × steps] one at a time and forgotten; over thousands of
// series on several threads.

#include "promql/operators/aggregate.h"

#include <algorithm>

#include <fmt/core.h>

#include "promql/kernels/accumulators.h"
#include "promql/operators/histogram_groups.h"
#include "promql/operators/shards.h"

namespace watchfire::promql {
namespace {

// What an aggregation makes of a native histogram.
enum class HistogramRule : uint8_t { kCount, kIgnore, kSum, kAverage };

// The groups of an aggregation, or of a shard of it.
template <typename State>
class Groups {
 public:
  Groups(const PlanNode& node, size_t steps, HistogramRule rule)
      : node_(node),
        steps_(steps),
        rule_(rule),
        keys_(node),
        states_(steps),
        histograms_(steps, rule == HistogramRule::kAverage) {}

  // Adds all series of the child.
  void Drain(QueryContext& context, Stream& child, HeldSamples& held);
  // Adds what a shard added up.
  void Merge(const Groups& other, HeldSamples& held);

  size_t size() const { return drop_name_.size(); }
  const model::Labels& labels(size_t group) const { return keys_.labels(group); }
  bool drop_name(size_t group) const { return drop_name_[group] != 0; }
  void Values(size_t group, Column* out) {
    out->v.resize(steps_);
    states_.Values(group, out->v.data());
    if (!histograms_.empty()) histograms_.Values(group, out);
  }
  // When all values were taken.
  void Note(QueryContext& context) const { histograms_.Note(context, node_); }

 private:
  void AddSeries(QueryContext& context, Stream& child, HeldSamples& held);
  void AddBatch(Stream& child, const Batch& batch, HeldSamples& held);
  void AddHistograms(QueryContext& context, Stream& child, size_t group, HeldSamples& held);
  void Grow(size_t group, HeldSamples& held) {
    if (group < drop_name_.size()) return;
    held.Add(steps_);
    states_.AddGroup();
    drop_name_.push_back(0);
  }

  const PlanNode& node_;
  size_t steps_;
  HistogramRule rule_;
  GroupKeys keys_;
  Accumulators<State> states_;
  HistogramGroups histograms_;
  std::vector<uint8_t> drop_name_;
};

template <typename State>
void Groups<State>::Drain(QueryContext& context, Stream& child, HeldSamples& held) {
  if (steps_ > 1 || !node_.groups_by_leaf) {
    while (child.Next()) AddSeries(context, child, held);
    return;
  }
  Batch batch;
  while (true) {
    switch (child.NextBatch(&batch)) {
      case Pull::kEnd:
        return;
      case Pull::kSeries:
        AddSeries(context, child, held);
        break;
      case Pull::kBatch:
        AddBatch(child, batch, held);
        break;
    }
  }
}

template <typename State>
void Groups<State>::AddSeries(QueryContext& context, Stream& child, HeldSamples& held) {
  Column& column = child.column();
  context.Tick(steps_);
  // A series without any value makes no group.
  if (steps_ == 1 ? !column.Has(0) : !column.AnyValue()) return;
  size_t group = keys_.Find(child);
  Grow(group, held);
  drop_name_[group] |= static_cast<uint8_t>(child.drop_name());
  states_.AddSeries(group, column.v.data());
  if (!column.h.empty()) AddHistograms(context, child, group, held);
}

template <typename State>
void Groups<State>::AddBatch(Stream& child, const Batch& batch, HeldSamples& held) {
  for (size_t i = 0; i < batch.v.size(); ++i) {
    if (IsAbsent(batch.v[i])) continue;
    size_t group = keys_.FindTold(child, batch.groups[i]);
    Grow(group, held);
    states_.AddValue(group, 0, batch.v[i]);
  }
}

template <typename State>
void Groups<State>::AddHistograms(QueryContext& context, Stream& child, size_t group,
                                  HeldSamples& held) {
  const Column& column = child.column();
  switch (rule_) {
    case HistogramRule::kSum:
    case HistogramRule::kAverage:
      return histograms_.AddSeries(group, child, held);
    case HistogramRule::kCount:
      for (size_t i = 0; i < steps_; ++i) {
        if (column.HasHistogram(i)) states_.AddValue(group, i, 0);
      }
      return;
    case HistogramRule::kIgnore: {
      auto present = [](const HistogramPtr& h) { return h != nullptr; };
      if (std::any_of(column.h.begin(), column.h.end(), present)) {
        NoteIgnoredHistogram(context, node_);
      }
      return;
    }
  }
}

template <typename State>
void Groups<State>::Merge(const Groups& other, HeldSamples& held) {
  for (size_t from = 0; from < other.size(); ++from) {
    size_t group = keys_.FindLabels(other.labels(from));
    Grow(group, held);
    drop_name_[group] |= other.drop_name_[from];
    states_.MergeGroup(group, other.states_, from);
    histograms_.MergeGroup(group, other.histograms_, from);
  }
  histograms_.MergeFindings(other.histograms_);
}

template <typename State>
class AggregateStream final : public Stream {
 public:
  AggregateStream(QueryContext& context, const PlanNode& node, const Grid& grid, HistogramRule rule)
      : context_(context),
        node_(node),
        grid_(grid),
        rule_(rule),
        held_(context),
        groups_(node, grid.count, rule) {}

  bool Next() override {
    if (!drained_) Drain();
    drained_ = true;
    if (next_ >= groups_.size()) {
      groups_.Note(context_);
      return false;
    }
    column_.h.clear();
    groups_.Values(next_++, &column_);
    return true;
  }
  const model::Labels& labels() override { return groups_.labels(next_ - 1); }
  bool drop_name() override { return groups_.drop_name(next_ - 1); }
  Column& column() override { return column_; }

 private:
  void Drain();

  QueryContext& context_;
  const PlanNode& node_;
  Grid grid_;
  HistogramRule rule_;
  HeldSamples held_;
  Groups<State> groups_;
  bool drained_ = false;
  size_t next_ = 0;
  Column column_;
};

template <typename State>
void AggregateStream<State>::Drain() {
  const PlanNode& input = *node_.children[0];
  std::vector<Groups<State>> shards;
  bool shared = node_.leaf != nullptr && RunInShards(
                                             context_, *node_.leaf, grid_,
                                             [&](size_t parts) {
                                               for (size_t i = 0; i < parts; ++i) {
                                                 shards.emplace_back(node_, grid_.count, rule_);
                                               }
                                             },
                                             [&](QueryContext& shard, size_t i) {
                                               HeldSamples held(shard);
                                               StreamPtr child = MakeStream(shard, input, grid_);
                                               shards[i].Drain(shard, *child, held);
                                             });
  if (!shared) {
    StreamPtr child = MakeStream(context_, input, grid_);
    groups_.Drain(context_, *child, held_);
    return;
  }
  for (const Groups<State>& shard : shards) groups_.Merge(shard, held_);
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
  if (node_.groups_by_leaf) return FindTold(stream, stream.group());
  if (node_.by && node_.grouping.empty()) {
    if (labels_.empty()) labels_.emplace_back();
    return 0;
  }
  return FindLabels(node_.by ? stream.labels().Keep(node_.grouping)
                             : stream.labels().Drop(DropList()));
}

size_t GroupKeys::FindLabels(model::Labels labels) {
  auto [at, fresh] = index_.try_emplace(std::move(labels), labels_.size());
  if (fresh) labels_.push_back(at->first);
  return at->second;
}

size_t GroupKeys::AddTold(Stream& stream, uint32_t told) {
  if (told >= told_.size()) told_.resize(told + 1, kUnknown);
  size_t group = FindLabels(stream.group_labels(told));
  told_[told] = static_cast<uint32_t>(group);
  return group;
}

StreamPtr MakeAggregate(QueryContext& context, const PlanNode& node, const Grid& grid) {
  using Rule = HistogramRule;
  switch (node.expr->As<AggregateExpr>().op) {
    case AggregateOp::kSum:
      return std::make_unique<AggregateStream<SumState>>(context, node, grid, Rule::kSum);
    case AggregateOp::kAvg:
      return std::make_unique<AggregateStream<AvgState>>(context, node, grid, Rule::kAverage);
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
