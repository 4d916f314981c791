#pragma once
// The physical operators' common door. A Stream yields a vector series by series: each Next() goes
// to one series and column() holds its values at all steps of the grid at once. An operator works
// on its child's column in place where it can, so a chain of functions touches one buffer, and an
// aggregation above adds it into its groups and forgets it. Nothing of size series × steps exists
// unless an operator must have it (topk, quantile, joins, the answer itself).
//
// A step without a value holds kAbsent in `v`: the bits of the stale marker, which is never a value
// inside the engine. A step with a native histogram holds kAbsent in `v` and a pointer in `h`; `h`
// is empty when the series has no histogram at all, so floats pay nothing.
//
// Operators are made by MakeStream for one query and used by one thread. Where a chain of them ends
// in one leaf, the leaf's series may be split among threads, each with a chain of its own
// (shards.h). Over a single step, series may also come in batches, one value each.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"
#include "promql/kernels/grid.h"
#include "promql/plan/context.h"
#include "promql/plan/plan.h"

namespace watchfire::promql {

using HistogramPtr = std::shared_ptr<const model::FloatHistogram>;

struct Column {
  std::vector<double> v;
  std::vector<HistogramPtr> h;  // empty, or as long as v

  bool HasFloat(size_t i) const { return !IsAbsent(v[i]); }
  bool HasHistogram(size_t i) const { return !h.empty() && h[i]; }
  bool Has(size_t i) const { return HasFloat(i) || HasHistogram(i); }
  void Clear(size_t i) {
    v[i] = kAbsent;
    if (!h.empty()) h[i] = nullptr;
  }
  void SetHistogram(size_t i, HistogramPtr histogram) {
    if (h.empty()) h.resize(v.size());
    v[i] = kAbsent;
    h[i] = std::move(histogram);
  }
  void Reset(size_t steps) {
    v.assign(steps, kAbsent);
    h.clear();
  }
  bool AnyValue() const;
  // What it counts for against the sample limit.
  size_t CountSamples() const;
};

// Values of several series on a grid of one step, and their groups.
struct Batch {
  std::span<double> v;  // the caller may change it; kAbsent where a series has none
  std::span<const uint32_t> groups;
};
enum class Pull : uint8_t {
  kEnd,
  kSeries,  // one series, as after Next()
  kBatch,
};

class Stream {
 public:
  virtual ~Stream() = default;
  // Goes to the next series; false at the end. A series may turn out to have no value at all.
  virtual bool Next() = 0;
  // Of the current series, built on demand; valid until Next().
  virtual const model::Labels& labels() = 0;
  // With delayed name removal: the name goes when the query is done.
  virtual bool drop_name() { return false; }
  // Of the current series; the caller may change it.
  virtual Column& column() = 0;

  // ---- for aggregations whose plan says that the leaf tells groups
  // Of the current series.
  virtual uint32_t group() { return 0; }
  virtual const model::Labels& group_labels(uint32_t group);
  // The next series, or several of them if there is but one step. Without labels.
  virtual Pull NextBatch(Batch* /*batch*/) { return Next() ? Pull::kSeries : Pull::kEnd; }
};
using StreamPtr = std::unique_ptr<Stream>;

// A scalar has a value at every step.
using ScalarColumn = std::vector<double>;

// A series that an operator had to keep.
struct Row {
  model::Labels labels;
  bool drop_name = false;
  Column column;
};

// Passes its child on; subclasses change the column in place, and the labels if they say so.
class MapStream : public Stream {
 public:
  MapStream(QueryContext& context, StreamPtr child) : context_(context), child_(std::move(child)) {}
  bool Next() override;
  const model::Labels& labels() override { return child_->labels(); }
  bool drop_name() override { return child_->drop_name(); }
  Column& column() override { return child_->column(); }
  uint32_t group() override { return child_->group(); }
  const model::Labels& group_labels(uint32_t group) override { return child_->group_labels(group); }

 protected:
  virtual void Apply(Column& column) = 0;
  QueryContext& context_;
  StreamPtr child_;
};

// Yields rows that were computed before.
class RowStream : public Stream {
 public:
  explicit RowStream(std::vector<Row> rows) : rows_(std::move(rows)) {}
  bool Next() override { return ++at_ <= rows_.size(); }
  const model::Labels& labels() override { return rows_[at_ - 1].labels; }
  bool drop_name() override { return rows_[at_ - 1].drop_name; }
  Column& column() override { return rows_[at_ - 1].column; }

 private:
  std::vector<Row> rows_;
  size_t at_ = 0;
};

// ---- made by operators.cc
StreamPtr MakeStream(QueryContext& context, const PlanNode& node, const Grid& grid);
ScalarColumn EvalScalar(QueryContext& context, const PlanNode& node, const Grid& grid);

// ---- one maker per family, each in the file of that name
StreamPtr MakeSelector(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeTimestampSelector(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeRangeFunction(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeAbsentOverTime(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeAggregate(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeAggregateK(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeBinary(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeJoin(QueryContext& context, const PlanNode& node, const Grid& grid);
StreamPtr MakeSetOperator(QueryContext& context, const PlanNode& node, const Grid& grid);
// Functions of vectors; null when the family does not know the name.
StreamPtr MakeElementwise(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeLabelFunction(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeHistogramFunction(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeVectorFunction(QueryContext& context, const PlanNode& call, const Grid& grid);
StreamPtr MakeInfo(QueryContext& context, const PlanNode& call, const Grid& grid);

// ---- names and label sets (names.cc)
// Without __name__, __type__ and __unit__.
model::Labels DropReserved(const model::Labels& labels);
// Drops the names of the child's series, now or at the end as the options say, and throws when
// that makes two label sets equal at one step.
StreamPtr MakeNameDrop(QueryContext& context, StreamPtr child, const PlanNode& node);
// The child unchanged; throws when two series with the same labels have a value at one step.
StreamPtr MakeDistinctCheck(QueryContext& context, StreamPtr child);
[[noreturn]] void ThrowSameLabelset();
// Reads everything; rows with equal labels become one. Throws as above.
std::vector<Row> ReadMerged(QueryContext& context, Stream& stream, HeldSamples& held);
// Adds `from` into `into`; false when both have a value at one step.
bool MergeColumn(Column& into, Column&& from);

}  // namespace watchfire::promql
