// Arithmetic and comparison of two vectors. The side whose series are unique in their match group
// ("one") is read first and kept; the other side ("many"; for one-to-one the left) streams past it.

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/hash_map.h"
#include "promql/operators/binary.h"

namespace watchfire::promql {
namespace {

constexpr std::string_view kImplicitManyToOne =
    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
constexpr std::string_view kNotUnique =
    "multiple matches for labels: grouping labels must ensure unique matches";

struct MatchGroup {
  std::vector<Row> ones;  // at most one has a value at any step
  StepBits matched;       // one-to-one: steps that have their result
  StepBits many;          // steps with a series of the many side; only kept for fill
  // Many-to-one: the steps at which each result label set has appeared.
  HashMap<model::Labels, StepBits, std::hash<model::Labels>> results;
};

// The match groups of a join, in order of appearance.
class MatchGroups {
 public:
  MatchGroups(const BinaryExpr& expr, const PlanNode& node)
      : MatchGroups(Matching(expr), node.sides_tell_groups) {}

  static constexpr uint32_t kNone = UINT32_MAX;
  // Of the current series of a side (0: left); made if there is none and `add`.
  uint32_t Find(Stream& stream, size_t side, bool add) {
    Told& told = told_[side];
    if (!told.tells) return FindKey(matching_.Key(stream.labels()), add);
    uint32_t number = stream.group();
    if (number >= told.known.size()) told.known.resize(number + 1, kUnknown);
    uint32_t& known = told.known[number];
    if (known == kUnknown || (known == kNone && add)) {
      known = FindKey(stream.group_labels(number), add);
    }
    return known;
  }
  uint32_t FindKey(const model::Labels& key, bool add) {
    if (!add) {
      auto found = index_.find(key);
      return found == index_.end() ? kNone : found->second;
    }
    auto [at, fresh] = index_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
    if (fresh) {
      groups_.emplace_back();
      keys_.push_back(key);
    }
    return at->second;
  }
  const Matching& matching() const { return matching_; }
  const model::Labels& key(uint32_t group) const { return keys_[group]; }
  MatchGroup& operator[](uint32_t group) { return groups_[group]; }
  size_t size() const { return groups_.size(); }
  void Clear() { *this = MatchGroups(matching_, {told_[0].tells, told_[1].tells}); }

 private:
  static constexpr uint32_t kUnknown = kNone - 1;
  // What a leaf that tells groups has told so far.
  struct Told {
    bool tells = false;
    std::vector<uint32_t> known;  // group by the leaf's number
  };
  MatchGroups(Matching matching, std::array<bool, 2> sides_tell)
      : matching_(std::move(matching)), told_{{{sides_tell[0], {}}, {sides_tell[1], {}}}} {}

  Matching matching_;
  std::array<Told, 2> told_;
  std::vector<MatchGroup> groups_;
  std::vector<model::Labels> keys_;
  HashMap<model::Labels, uint32_t, std::hash<model::Labels>> index_;
};

Operand At(const Column& column, size_t i) {
  return {column.v[i], column.HasHistogram(i) ? column.h[i] : nullptr};
}

class JoinStream final : public Stream {
 public:
  JoinStream(QueryContext& context, const PlanNode& node, const Grid& grid);

  bool Next() override {
    while (pending_at_ >= pending_.size()) {
      pending_.clear();
      pending_at_ = 0;
      if (!Refill()) return false;
    }
    ++pending_at_;
    return true;
  }
  const model::Labels& labels() override { return pending_[pending_at_ - 1].labels; }
  bool drop_name() override { return pending_[pending_at_ - 1].drop_name; }
  Column& column() override { return pending_[pending_at_ - 1].column; }

 private:
  struct Duplicate {
    size_t step;
    std::string message;
  };

  bool one_to_one() const { return matching_of_.card == MatchCardinality::kOneToOne; }
  void ReadOnes(const Grid& grid);
  bool TryReadOnes(const Grid& grid);
  void NoteDuplicates(const MatchGroup& group, const model::Labels& key, const Row& row);
  bool Refill();
  void JoinMany();
  void FillMany();
  void Emit(uint32_t group, const Row* only, bool with_fill);
  bool EmitNumbers(MatchGroup& group, StepBits& seen, Row& result);
  [[noreturn]] void ThrowMultiple() const;
  void Combine(size_t step, const Operand& many, const Operand& one, Row& result);
  model::Labels LabelsOfResult(uint32_t group, const Row* only);
  model::Labels ResultLabels(const model::Labels& many, const model::Labels* one) const;
  void CheckDuplicates(const StepBits& many_present) const;

  QueryContext& context_;
  const BinaryExpr& expr_;
  const PlanNode& node_;
  const VectorMatching& matching_of_;
  size_t steps_;
  bool swapped_;  // the many side is the right one
  bool changes_schema_;
  bool returns_bool_;
  bool keep_labels_;  // of the one side
  // As upstream has it: with group_right too, fill_left is about the many side.
  std::optional<double> fill_one_;
  std::optional<double> fill_many_;
  std::vector<std::string> drop_sorted_;  // labels of on(…) or ignoring(…), sorted
  HeldSamples held_;
  MatchGroups groups_;
  std::vector<Duplicate> duplicates_;
  StreamPtr many_;
  StepBits many_present_;
  bool many_done_ = false;
  bool all_done_ = false;
  std::vector<Row> pending_;
  size_t pending_at_ = 0;
};

JoinStream::JoinStream(QueryContext& context, const PlanNode& node, const Grid& grid)
    : context_(context),
      expr_(node.expr->As<BinaryExpr>()),
      node_(node),
      matching_of_(*expr_.matching),
      steps_(grid.count),
      swapped_(matching_of_.card == MatchCardinality::kOneToMany),
      changes_schema_(!IsComparison(expr_.op) && expr_.op != BinaryOp::kTrimLower &&
                      expr_.op != BinaryOp::kTrimUpper),
      returns_bool_(expr_.return_bool),
      keep_labels_(!matching_of_.include.empty() || matching_of_.fill_left ||
                   matching_of_.fill_right),
      fill_one_(matching_of_.fill_right),
      fill_many_(matching_of_.fill_left),
      drop_sorted_(matching_of_.labels),
      held_(context),
      groups_(expr_, node),
      many_present_(grid.count) {
  std::sort(drop_sorted_.begin(), drop_sorted_.end());
  ReadOnes(grid);
  many_ = MakeStream(context, *node.children[swapped_ ? 1 : 0], grid);
}

// The labels of the one side's series are seldom needed, and a good part of the work.
void JoinStream::ReadOnes(const Grid& grid) {
  if (TryReadOnes(grid)) return;
  keep_labels_ = true;
  groups_.Clear();
  held_.Reset();
  TryReadOnes(grid);
}

// False if labels turned out to be needed, to say which series do not go together.
bool JoinStream::TryReadOnes(const Grid& grid) {
  size_t side = swapped_ ? 0 : 1;
  StreamPtr stream = MakeStream(context_, *node_.children[side], grid);
  while (stream->Next()) {
    Column& column = stream->column();
    context_.Tick(steps_);
    size_t samples = column.CountSamples();
    if (samples == 0) continue;
    held_.Add(samples);
    uint32_t at = groups_.Find(*stream, side, true);
    MatchGroup& group = groups_[at];
    if (!group.ones.empty() && !keep_labels_) return false;
    Row row{keep_labels_ ? stream->labels() : model::Labels(), stream->drop_name(), column};
    if (!group.ones.empty()) NoteDuplicates(group, groups_.key(at), row);
    group.ones.push_back(std::move(row));
  }
  return true;
}

// Two series of the one side at the same step: an error, if there is anything to match them with.
void JoinStream::NoteDuplicates(const MatchGroup& group, const model::Labels& key, const Row& row) {
  for (size_t i = 0; i < steps_; ++i) {
    if (!row.column.Has(i)) continue;
    for (const Row& other : group.ones) {
      if (!other.column.Has(i)) continue;
      duplicates_.push_back(
          {i, fmt::format("found duplicate series for the match group {} on the {} hand-side of "
                          "the operation: [{}, {}];many-to-many matching not allowed: matching "
                          "labels must be unique on one side",
                          key.ToString(), swapped_ ? "left" : "right", other.labels.ToString(),
                          row.labels.ToString())});
      if (duplicates_.size() >= steps_) return;
    }
  }
}

void JoinStream::CheckDuplicates(const StepBits& many_present) const {
  for (const Duplicate& duplicate : duplicates_) {
    if (fill_many_ || many_present.Get(duplicate.step)) throw QueryError(duplicate.message);
  }
}

bool JoinStream::Refill() {
  if (!many_done_) {
    if (many_->Next()) {
      JoinMany();
      return true;
    }
    many_done_ = true;
    CheckDuplicates(many_present_);
    if (fill_many_) {
      FillMany();
      return true;
    }
  }
  return false;
}

void JoinStream::JoinMany() {
  const Column& column = many_->column();
  context_.Tick(steps_);
  if (!duplicates_.empty()) {
    for (size_t i = 0; i < steps_; ++i) {
      if (column.Has(i)) many_present_.Set(i);
    }
  }
  if (groups_.size() == 0 && !fill_one_) return;
  uint32_t at = groups_.Find(*many_, swapped_ ? 1 : 0, fill_one_.has_value());
  if (at == MatchGroups::kNone) return;
  MatchGroup& group = groups_[at];
  if (fill_many_) {
    if (group.many.empty()) group.many = StepBits(steps_);
    for (size_t i = 0; i < steps_; ++i) {
      if (column.Has(i)) group.many.Set(i);
    }
  }
  if (matching_of_.include.empty()) {
    Emit(at, nullptr, fill_one_.has_value());
    return;
  }
  // Labels come from the one side: a result series for each of its series.
  for (const Row& one : group.ones) {
    Emit(at, &one, false);
  }
  if (fill_one_) {
    Row none;
    none.column.Reset(steps_);
    Emit(at, &none, true);
  }
}

// The current series of the many side with those of the group, or with `only` that one.
void JoinStream::Emit(uint32_t at, const Row* only, bool with_fill) {
  MatchGroup& group = groups_[at];
  const Column& many = many_->column();
  auto one_at = [&](size_t step) -> const Row* {
    for (const Row& row : group.ones) {
      if (row.column.Has(step)) return &row;
    }
    return nullptr;
  };
  Row result;
  result.labels = LabelsOfResult(at, only);
  result.drop_name = many_->drop_name() || (returns_bool_ && context_.options.delayed_name_removal);
  result.column.Reset(steps_);
  StepBits* seen = &group.matched;
  if (one_to_one()) {
    if (seen->empty()) *seen = StepBits(steps_);
  } else {
    seen = &group.results.try_emplace(result.labels, steps_).first->second;
  }
  if (with_fill || only || !EmitNumbers(group, *seen, result)) {
    for (size_t i = 0; i < steps_; ++i) {
      if (!many.Has(i)) continue;
      const Row* one = one_at(i);
      if (!one && !with_fill) continue;
      if (one && only && one != only) continue;
      if (seen->Get(i)) ThrowMultiple();
      seen->Set(i);
      Combine(i, At(many, i), one ? At(one->column, i) : Operand{fill_one_.value_or(0), nullptr},
              result);
    }
  }
  pending_.push_back(std::move(result));
}

void JoinStream::ThrowMultiple() const {
  throw QueryError(std::string(one_to_one() ? kImplicitManyToOne : kNotUnique));
}

// The common case: numbers of one series with those of one other. False if it is not.
bool JoinStream::EmitNumbers(MatchGroup& group, StepBits& seen, Row& result) {
  const Column& many = many_->column();
  bool trims = expr_.op == BinaryOp::kTrimLower || expr_.op == BinaryOp::kTrimUpper;
  if (group.ones.size() != 1 || trims || !many.h.empty() || !group.ones[0].column.h.empty()) {
    return false;
  }
  const double* left = many.v.data();
  const double* right = group.ones[0].column.v.data();
  for (size_t i = 0; i < steps_; ++i) {
    if (IsAbsent(left[i]) || IsAbsent(right[i])) continue;
    if (seen.Get(i)) ThrowMultiple();
    seen.Set(i);
  }
  if (swapped_) std::swap(left, right);
  double* out = result.column.v.data();
  auto combine = [&](auto op) {
    for (size_t i = 0; i < steps_; ++i) {
      if (!IsAbsent(left[i]) && !IsAbsent(right[i])) out[i] = op(left[i], right[i]);
    }
  };
  switch (expr_.op) {
    case BinaryOp::kAdd:
      combine([](double a, double b) { return a + b; });
      break;
    case BinaryOp::kSub:
      combine([](double a, double b) { return a - b; });
      break;
    case BinaryOp::kMul:
      combine([](double a, double b) { return a * b; });
      break;
    case BinaryOp::kDiv:
      combine([](double a, double b) { return a / b; });
      break;
    default:
      combine([this](double a, double b) {
        if (!IsComparison(expr_.op)) return Calculate(expr_.op, a, b);
        bool holds = Compare(expr_.op, a, b);
        if (returns_bool_) return holds ? 1.0 : 0.0;
        return holds ? a : kAbsent;
      });
  }
  return true;
}

void JoinStream::Combine(size_t step, const Operand& many, const Operand& one, Row& result) {
  const Operand& lhs = swapped_ ? one : many;
  const Operand& rhs = swapped_ ? many : one;
  double& out = result.column.v[step];
  bool trims = expr_.op == BinaryOp::kTrimLower || expr_.op == BinaryOp::kTrimUpper;
  if (lhs.histogram || rhs.histogram || trims) {
    std::optional<Operand> outcome = HistogramBinary(context_, expr_, lhs, rhs);
    if (!outcome) return;
    if (outcome->histogram) {
      result.column.SetHistogram(step, std::move(outcome->histogram));
    } else {
      out = outcome->v;
    }
    return;
  }
  if (!IsComparison(expr_.op)) {
    out = Calculate(expr_.op, lhs.v, rhs.v);
    return;
  }
  bool holds = Compare(expr_.op, lhs.v, rhs.v);
  if (returns_bool_) {
    out = holds ? 1 : 0;
  } else if (holds) {
    out = lhs.v;
  }
}

// Series of the one side that no series of the many side matches.
void JoinStream::FillMany() {
  for (uint32_t at = 0; at < groups_.size(); ++at) {
    const MatchGroup& group = groups_[at];
    for (const Row& one : group.ones) {
      Row result;
      const model::Labels& many = groups_.key(at);
      result.labels = ResultLabels(many, &one.labels);
      result.drop_name = one.drop_name || (returns_bool_ && context_.options.delayed_name_removal);
      result.column.Reset(steps_);
      for (size_t i = 0; i < steps_; ++i) {
        if (!one.column.Has(i) || (!group.many.empty() && group.many.Get(i))) continue;
        Combine(i, {*fill_many_, nullptr}, At(one.column, i), result);
      }
      pending_.push_back(std::move(result));
    }
  }
}

model::Labels JoinStream::LabelsOfResult(uint32_t group, const Row* only) {
  // What one-to-one results are named after is what they are matched by, but for the name.
  if (one_to_one() && (matching_of_.on || changes_schema_)) {
    return ResultLabels(groups_.key(group), nullptr);
  }
  return ResultLabels(many_->labels(), only ? &only->labels : nullptr);
}

model::Labels JoinStream::ResultLabels(const model::Labels& many, const model::Labels* one) const {
  model::Labels labels = many;
  bool drops = changes_schema_ || (returns_bool_ && !context_.options.delayed_name_removal);
  if (drops) labels = DropReserved(labels);
  if (one_to_one()) {
    labels = matching_of_.on ? labels.Keep(drop_sorted_) : labels.Drop(drop_sorted_);
  }
  if (matching_of_.include.empty() || !one) return labels;
  model::LabelsBuilder builder(labels);
  for (const std::string& name : matching_of_.include) builder.Set(name, one->Get(name));
  return builder.Build();
}

}  // namespace

StreamPtr MakeJoin(QueryContext& context, const PlanNode& node, const Grid& grid) {
  return std::make_unique<JoinStream>(context, node, grid);
}

}  // namespace watchfire::promql
