// Logical plan → operators.

#include <cmath>
#include <numbers>

#include <fmt/core.h>

#include "model/histogram_math.h"
#include "promql/operators/binary.h"
#include "promql/operators/extended_range.h"

namespace watchfire::promql {
namespace {

class NegateStream final : public MapStream {
 public:
  using MapStream::MapStream;

 private:
  void Apply(Column& column) override {
    for (size_t i = 0; i < column.v.size(); ++i) {
      if (column.HasHistogram(i)) {
        auto negated = std::make_shared<model::FloatHistogram>(*column.h[i]);
        model::Multiply(*negated, -1);
        column.h[i] = std::move(negated);
      }
      double& v = column.v[i];
      if (!IsAbsent(v)) v = -v;
    }
  }
};

// One step's value at all steps.
class RepeatStream final : public Stream {
 public:
  RepeatStream(StreamPtr child, size_t steps) : child_(std::move(child)), steps_(steps) {}
  bool Next() override {
    if (!child_->Next()) return false;
    const Column& one = child_->column();
    column_.v.assign(steps_, one.v[0]);
    column_.h.clear();
    if (one.HasHistogram(0)) column_.h.assign(steps_, one.h[0]);
    return true;
  }
  const model::Labels& labels() override { return child_->labels(); }
  bool drop_name() override { return child_->drop_name(); }
  Column& column() override { return column_; }

 private:
  StreamPtr child_;
  size_t steps_;
  Column column_;
};

// A part that is written more than once: its rows are kept, each reader gets copies.
struct SharedRows {
  explicit SharedRows(QueryContext& context) : held(context) {}
  std::vector<Row> rows;
  HeldSamples held;
};

class SharedStream final : public Stream {
 public:
  explicit SharedStream(std::shared_ptr<const SharedRows> shared) : shared_(std::move(shared)) {}
  bool Next() override {
    if (++at_ > shared_->rows.size()) return false;
    column_ = shared_->rows[at_ - 1].column;
    return true;
  }
  const model::Labels& labels() override { return shared_->rows[at_ - 1].labels; }
  bool drop_name() override { return shared_->rows[at_ - 1].drop_name; }
  Column& column() override { return column_; }

 private:
  std::shared_ptr<const SharedRows> shared_;
  size_t at_ = 0;
  Column column_;
};

StreamPtr MakeUnshared(QueryContext& context, const PlanNode& node, const Grid& grid);

StreamPtr MakeShared(QueryContext& context, const PlanNode& node, const Grid& grid) {
  if (context.shared_rows.size() < node.shared) context.shared_rows.resize(node.shared);
  std::shared_ptr<void> known = context.shared_rows[node.shared - 1];
  if (!known) {
    Profile* profile = context.profile.get();
    ProfileScope scope(profile, profile != nullptr ? &profile->Of(node.first) : nullptr);
    auto fresh = std::make_shared<SharedRows>(context);
    StreamPtr stream = MakeUnshared(context, *node.first, grid);
    while (stream->Next()) {
      Column& column = stream->column();
      context.Tick(column.v.size());
      if (!column.AnyValue()) continue;
      fresh->held.Add(column.CountSamples());
      fresh->rows.push_back({stream->labels(), stream->drop_name(), column});
    }
    known = std::move(fresh);
    // Parts of it may have been shared, too, and made the list grow.
    context.shared_rows[node.shared - 1] = known;
  }
  return std::make_unique<SharedStream>(std::static_pointer_cast<const SharedRows>(known));
}

StreamPtr MakeCall(QueryContext& context, const PlanNode& node, const Grid& grid) {
  for (const PlanPtr& arg : node.children) {
    if (arg->type != ValueType::kMatrix) continue;
    if (IsExtended(*arg)) return MakeExtendedRange(context, node, grid);
    return node.function == "absent_over_time" ? MakeAbsentOverTime(context, node, grid)
                                               : MakeRangeFunction(context, node, grid);
  }
  if (node.function == "info") return MakeInfo(context, node, grid);
  if (StreamPtr stream = MakeElementwise(context, node, grid)) return stream;
  if (StreamPtr stream = MakeLabelFunction(context, node, grid)) return stream;
  if (StreamPtr stream = MakeHistogramFunction(context, node, grid)) return stream;
  if (StreamPtr stream = MakeVectorFunction(context, node, grid)) return stream;
  ThrowUnsupported(fmt::format("function \"{}\"", node.function));
}

// scalar(): the value of the only number, NaN if there is none or more.
ScalarColumn ScalarOf(QueryContext& context, const PlanNode& vector, const Grid& grid) {
  ScalarColumn result(grid.count, model::kNormalNan);
  std::vector<uint8_t> found(grid.count);
  StreamPtr child = MakeStream(context, vector, grid);
  while (child->Next()) {
    const Column& column = child->column();
    for (size_t i = 0; i < grid.count; ++i) {
      if (!column.HasFloat(i)) continue;
      result[i] = found[i] ? model::kNormalNan : column.v[i];
      found[i] = 1;
    }
  }
  return result;
}

ScalarColumn ScalarCall(QueryContext& context, const PlanNode& node, const Grid& grid) {
  const std::string& name = node.function;
  if (name == "scalar") return ScalarOf(context, *node.children[0], grid);
  ScalarColumn result(grid.count);
  if (name == "time") {
    for (size_t i = 0; i < grid.count; ++i) result[i] = ToSeconds(grid.at(i));
    return result;
  }
  const QueryRequest& request = context.request;
  if (name == "min_of" || name == "max_of") {
    result = EvalScalar(context, *node.children[0], grid);
    ScalarColumn other = EvalScalar(context, *node.children[1], grid);
    for (size_t i = 0; i < grid.count; ++i) {
      bool nan = std::isnan(result[i]) || std::isnan(other[i]);
      double best =
          name == "min_of" ? std::min(result[i], other[i]) : std::max(result[i], other[i]);
      result[i] = nan ? model::kNormalNan : best;
    }
    return result;
  }
  double value = 0;
  if (name == "pi") {
    value = std::numbers::pi;
  } else if (name == "start") {
    value = ToSeconds(request.start);
  } else if (name == "end") {
    value = ToSeconds(request.end);
  } else if (name == "step") {
    value = ToSeconds(request.step_ms);
  } else if (name == "range") {
    value = ToSeconds(request.end - request.start);
  } else {
    ThrowUnsupported(fmt::format("function \"{}\"", name));
  }
  result.assign(grid.count, value);
  return result;
}

StreamPtr MakeUnshared(QueryContext& context, const PlanNode& node, const Grid& grid) {
  context.Tick(0);
  switch (node.kind) {
    case NodeKind::kSelector:
      return MakeSelector(context, node, grid);
    case NodeKind::kCall:
      return MakeCall(context, node, grid);
    case NodeKind::kAggregate:
      return MakeAggregate(context, node, grid);
    case NodeKind::kBinary:
      return MakeBinary(context, node, grid);
    case NodeKind::kUnary:
      return MakeNameDrop(
          context,
          std::make_unique<NegateStream>(context, MakeStream(context, *node.children[0], grid)),
          node);
    case NodeKind::kInvariant:
      return std::make_unique<RepeatStream>(
          MakeStream(context, *node.children[0], InvariantGrid(grid)), grid.count);
    default:
      break;
  }
  WF_CHECK(false && "not a vector");
  return nullptr;
}

size_t CountValues(const Column& column) {
  size_t count = 0;
  for (size_t i = 0; i < column.v.size(); ++i) count += column.Has(i) ? 1 : 0;
  return count;
}

// Measures what a stream takes and yields.
class ProfiledStream final : public Stream {
 public:
  ProfiledStream(Profile* profile, NodeProfile* node, StreamPtr stream)
      : profile_(profile), node_(node), stream_(std::move(stream)) {}
  bool Next() override {
    ProfileScope scope(profile_, node_);
    if (!stream_->Next()) return false;
    Count(CountValues(stream_->column()));
    return true;
  }
  const model::Labels& labels() override {
    ProfileScope scope(profile_, node_);
    return stream_->labels();
  }
  bool drop_name() override { return stream_->drop_name(); }
  Column& column() override { return stream_->column(); }
  uint32_t group() override { return stream_->group(); }
  const model::Labels& group_labels(uint32_t group) override {
    return stream_->group_labels(group);
  }
  Pull NextBatch(Batch* batch) override {
    ProfileScope scope(profile_, node_);
    Pull pull = stream_->NextBatch(batch);
    if (pull == Pull::kSeries) Count(CountValues(stream_->column()));
    if (pull == Pull::kBatch) {
      for (double v : batch->v) Count(IsAbsent(v) ? 0 : 1);
    }
    return pull;
  }

 private:
  void Count(size_t points) {
    node_->series += points > 0 ? 1 : 0;
    node_->points += points;
  }

  Profile* profile_;
  NodeProfile* node_;
  StreamPtr stream_;
};

StreamPtr MakeUnprofiled(QueryContext& context, const PlanNode& node, const Grid& grid) {
  return node.shared > 0 ? MakeShared(context, node, grid) : MakeUnshared(context, node, grid);
}

ScalarColumn EvalUnprofiled(QueryContext& context, const PlanNode& node, const Grid& grid) {
  context.Tick(grid.count);
  switch (node.kind) {
    case NodeKind::kNumber:
      return ScalarColumn(grid.count, node.expr->As<NumberLiteral>().value);
    case NodeKind::kInvariant: {
      ScalarColumn one = EvalScalar(context, *node.children[0], InvariantGrid(grid));
      return ScalarColumn(grid.count, one[0]);
    }
    case NodeKind::kCall:
      return ScalarCall(context, node, grid);
    case NodeKind::kUnary: {
      ScalarColumn result = EvalScalar(context, *node.children[0], grid);
      for (double& v : result) v = -v;
      return result;
    }
    case NodeKind::kBinary: {
      BinaryOp op = node.expr->As<BinaryExpr>().op;
      ScalarColumn result = EvalScalar(context, *node.children[0], grid);
      ScalarColumn rhs = EvalScalar(context, *node.children[1], grid);
      for (size_t i = 0; i < grid.count; ++i) {
        result[i] = IsComparison(op) ? (Compare(op, result[i], rhs[i]) ? 1 : 0)
                                     : Calculate(op, result[i], rhs[i]);
      }
      return result;
    }
    default:
      break;
  }
  WF_CHECK(false && "not a scalar");
  return {};
}

}  // namespace

StreamPtr MakeStream(QueryContext& context, const PlanNode& node, const Grid& grid) {
  Profile* profile = context.profile.get();
  if (profile == nullptr) return MakeUnprofiled(context, node, grid);
  NodeProfile* measured = &profile->Of(&node);
  ProfileScope scope(profile, measured);
  return std::make_unique<ProfiledStream>(profile, measured, MakeUnprofiled(context, node, grid));
}

ScalarColumn EvalScalar(QueryContext& context, const PlanNode& node, const Grid& grid) {
  Profile* profile = context.profile.get();
  if (profile == nullptr) return EvalUnprofiled(context, node, grid);
  NodeProfile* measured = &profile->Of(&node);
  ProfileScope scope(profile, measured);
  ScalarColumn result = EvalUnprofiled(context, node, grid);
  measured->series = 1;
  measured->points = result.size();
  return result;
}

}  // namespace watchfire::promql
