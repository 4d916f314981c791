// and, or, unless. Only presence is kept of the side that decides, one bit a step and match group.

#include "base/hash_map.h"
#include "promql/operators/binary.h"

namespace watchfire::promql {
namespace {

class PresenceByKey {
 public:
  PresenceByKey(QueryContext& context, size_t steps) : held_(context), steps_(steps) {}
  void Add(const model::Labels& key, const Column& column) {
    auto [at, fresh] = bits_.try_emplace(key, steps_);
    if (fresh) held_.Add(steps_ / 64 + 1);
    for (size_t i = 0; i < steps_; ++i) {
      if (column.Has(i)) at->second.Set(i);
    }
  }
  const StepBits* Find(const model::Labels& key) const {
    auto found = bits_.find(key);
    return found == bits_.end() ? nullptr : &found->second;
  }

 private:
  HeldSamples held_;
  size_t steps_;
  HashMap<model::Labels, StepBits, std::hash<model::Labels>> bits_;
};

// `and` and `unless`.
class MaskStream final : public MapStream {
 public:
  MaskStream(QueryContext& context, StreamPtr lhs, StreamPtr rhs, const BinaryExpr& expr,
             size_t steps)
      : MapStream(context, std::move(lhs)),
        matching_(expr),
        keep_matched_(expr.op == BinaryOp::kAnd),
        presence_(context, steps) {
    while (rhs->Next()) {
      context.Tick(steps);
      presence_.Add(matching_.Key(rhs->labels()), rhs->column());
    }
  }

 private:
  void Apply(Column& column) override {
    const StepBits* bits = presence_.Find(matching_.Key(child_->labels()));
    if (!bits && !keep_matched_) return;
    for (size_t i = 0; i < column.v.size(); ++i) {
      bool matched = bits && bits->Get(i);
      if (matched != keep_matched_) column.Clear(i);
    }
  }
  Matching matching_;
  bool keep_matched_;
  PresenceByKey presence_;
};

class OrStream final : public Stream {
 public:
  OrStream(QueryContext& context, StreamPtr lhs, StreamPtr rhs, const BinaryExpr& expr,
           size_t steps)
      : context_(context),
        matching_(expr),
        presence_(context, steps),
        lhs_(std::move(lhs)),
        rhs_(std::move(rhs)) {}

  bool Next() override {
    if (left_) {
      if (lhs_->Next()) {
        context_.Tick(lhs_->column().v.size());
        presence_.Add(matching_.Key(lhs_->labels()), lhs_->column());
        return true;
      }
      left_ = false;
    }
    if (!rhs_->Next()) return false;
    Column& column = rhs_->column();
    context_.Tick(column.v.size());
    if (const StepBits* bits = presence_.Find(matching_.Key(rhs_->labels()))) {
      for (size_t i = 0; i < column.v.size(); ++i) {
        if (bits->Get(i)) column.Clear(i);
      }
    }
    return true;
  }
  const model::Labels& labels() override { return side().labels(); }
  bool drop_name() override { return side().drop_name(); }
  Column& column() override { return side().column(); }

 private:
  Stream& side() { return left_ ? *lhs_ : *rhs_; }
  QueryContext& context_;
  Matching matching_;
  PresenceByKey presence_;
  StreamPtr lhs_;
  StreamPtr rhs_;
  bool left_ = true;
};

}  // namespace

StreamPtr MakeSetOperator(QueryContext& context, const PlanNode& node, const Grid& grid) {
  const auto& expr = node.expr->As<BinaryExpr>();
  StreamPtr lhs = MakeStream(context, *node.children[0], grid);
  StreamPtr rhs = MakeStream(context, *node.children[1], grid);
  if (expr.op == BinaryOp::kOr) {
    return std::make_unique<OrStream>(context, std::move(lhs), std::move(rhs), expr, grid.count);
  }
  return std::make_unique<MaskStream>(context, std::move(lhs), std::move(rhs), expr, grid.count);
}

}  // namespace watchfire::promql
