#include "promql/operators/histogram_groups.h"

#include "promql/operators/histogram_notes.h"

namespace watchfire::promql {

HistogramGroups::Cell& HistogramGroups::At(size_t group, size_t step) {
  if (group >= cells_.size()) cells_.resize(group + 1);
  Group& steps = cells_[group];
  if (steps.empty()) steps.resize(steps_);
  std::unique_ptr<Cell>& cell = steps[step];
  if (!cell) {
    cell = std::make_unique<Cell>();
    if (average_) cell->all = model::HistogramMean();
  }
  return *cell;
}

bool HistogramGroups::IsFresh(const Cell& cell) {
  return std::visit([](const auto& all) { return all.empty(); }, cell.all);
}

void HistogramGroups::Tell(const model::Combination& result, Cell& cell) {
  if (!result.compatible) cell.incompatible = true;
  if (result.bounds_reconciled) findings_ |= kReconciledAggregation;
}

void HistogramGroups::AddSeries(size_t group, Stream& stream, HeldSamples& held) {
  const Column& column = stream.column();
  if (cells_.empty()) any_name_ = stream.labels().metric_name();
  for (size_t i = 0; i < steps_; ++i) {
    if (!column.HasHistogram(i)) continue;
    const model::FloatHistogram& histogram = *column.h[i];
    Cell& cell = At(group, i);
    // Twice as much for what rounding loses; layouts hardly grow after the first.
    if (IsFresh(cell)) held.Add(2 * model::SizeInSamples(histogram));
    cell.reset = cell.reset || histogram.reset_hint == model::CounterReset::kYes;
    cell.no_reset = cell.no_reset || histogram.reset_hint == model::CounterReset::kNo;
    if (cell.incompatible) continue;
    Tell(std::visit([&histogram](auto& all) { return all.Add(histogram); }, cell.all), cell);
    if (!cell.incompatible || (findings_ & kMixedSchemas) != 0) continue;
    findings_ |= kMixedSchemas;
    mixed_schemas_of_ = stream.labels().metric_name();
  }
}

void HistogramGroups::MergeGroup(size_t group, const HistogramGroups& other, size_t from) {
  if (from >= other.cells_.size()) return;
  const Group& steps = other.cells_[from];
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i]) continue;
    const Cell& more = *steps[i];
    Cell& cell = At(group, i);
    cell.reset = cell.reset || more.reset;
    cell.no_reset = cell.no_reset || more.no_reset;
    cell.incompatible = cell.incompatible || more.incompatible;
    if (cell.incompatible) continue;
    auto merge = [&more](auto& all) {
      return all.Merge(std::get<std::remove_reference_t<decltype(all)>>(more.all));
    };
    Tell(std::visit(merge, cell.all), cell);
    if (!cell.incompatible) continue;
    findings_ |= kMixedSchemas;
    if (mixed_schemas_of_.empty()) mixed_schemas_of_ = other.any_name_;
  }
}

void HistogramGroups::MergeFindings(const HistogramGroups& other) {
  findings_ |= other.findings_;
  mixed_kinds_ = mixed_kinds_ || other.mixed_kinds_;
  if (mixed_schemas_of_.empty()) mixed_schemas_of_ = other.mixed_schemas_of_;
  if (any_name_.empty()) any_name_ = other.any_name_;
}

void HistogramGroups::Values(size_t group, Column* out) {
  if (group >= cells_.size()) return;
  const Group& steps = cells_[group];
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i]) continue;
    const Cell& cell = *steps[i];
    if (cell.reset && cell.no_reset) findings_ |= kConflictingResets;
    if (out->HasFloat(i)) {
      mixed_kinds_ = true;
      out->Clear(i);
    } else if (!cell.incompatible) {
      auto value = [](const auto& all) { return all.Value(); };
      out->SetHistogram(i, std::make_shared<model::FloatHistogram>(std::visit(value, cell.all)));
    }
  }
}

void HistogramGroups::Note(QueryContext& context, const PlanNode& aggregate) const {
  PosRange pos = aggregate.expr->As<AggregateExpr>().expr->pos;
  NoteFindings(context.notes, findings_, mixed_schemas_of_, pos);
  if (mixed_kinds_) {
    context.notes.Warn("encountered a mix of histograms and floats for aggregation", pos);
  }
}

}  // namespace watchfire::promql
