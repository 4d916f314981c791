// Subqueries and step-invariant parts: expressions evaluated on a grid of their own.

#include "model/histogram_math.h"
#include "promql/operators/scan.h"

namespace watchfire::promql {
namespace {

class EmptySource final : public RangeSource {
 public:
  bool Next() override { return false; }
  const model::Labels& labels() override { return none_; }

 private:
  model::Labels none_;
};

class SubquerySource final : public RangeSource {
 public:
  SubquerySource(QueryContext& context, const PlanNode& node, const Grid& outer, const Grid& inner)
      : context_(context), held_(context), row_held_(context) {
    grid_ = MakeWindowGrid(node, outer);
    held_.Add(inner.count);
    times_.resize(inner.count);
    for (size_t i = 0; i < inner.count; ++i) times_[i] = inner.at(i);
    const PlanNode& child = *node.children[0];
    child_ = MakeStream(context, child, inner);
    // What would be one series to the functions above must come as one.
    if (!child.distinct) {
      child_ = std::make_unique<RowStream>(ReadMerged(context, *child_, held_));
    }
  }

  bool Next() override {
    if (!child_->Next()) return false;
    const Column& column = child_->column();
    context_.Tick(column.v.size());
    t_.clear();
    v_.clear();
    histograms_of_row_.clear();
    size_t samples = 0;
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (column.HasFloat(i)) {
        t_.push_back(times_[i]);
        v_.push_back(column.v[i]);
      } else if (column.HasHistogram(i)) {
        storage::HistogramSample& sample = histograms_of_row_.emplace_back();
        sample.t = times_[i];
        sample.histogram = *column.h[i];
        samples += model::SizeInSamples(sample.histogram);
        // What it tells of the sample before it is about another one than its neighbour here.
        model::CounterReset& hint = sample.histogram.reset_hint;
        if (hint != model::CounterReset::kGauge) hint = model::CounterReset::kUnknown;
      }
    }
    row_held_.Reset();
    row_held_.Add(v_.size() + samples);
    bool full = v_.size() == times_.size();
    SetSeries({full ? times_ : t_, v_}, &histograms_of_row_, full);
    return true;
  }
  const model::Labels& labels() override { return child_->labels(); }
  bool drop_name() override { return child_->drop_name(); }

 private:
  QueryContext& context_;
  HeldSamples held_;
  HeldSamples row_held_;
  StreamPtr child_;
  std::vector<TimeMs> times_;
  std::vector<TimeMs> t_;
  std::vector<double> v_;
  std::vector<storage::HistogramSample> histograms_of_row_;
};

}  // namespace

std::unique_ptr<RangeSource> MakeSubquerySource(QueryContext& context, const PlanNode& node,
                                                const Grid& grid) {
  std::optional<Grid> inner = SubqueryGrid(node, grid);
  if (!inner) return std::make_unique<EmptySource>();
  return std::make_unique<SubquerySource>(context, node, grid, *inner);
}

}  // namespace watchfire::promql
