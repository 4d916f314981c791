#pragma once
// What a function of a range vector does in windows that hold native histograms, after its kernel
// has computed the numbers: some ignore them, some compute with them, some count samples of both
// kinds. A mix of both is dropped with a warning where it makes no sense. One thread.

#include <string_view>
#include <vector>

#include "promql/kernels/histogram_window.h"
#include "promql/kernels/range_kernel.h"
#include "promql/operators/scan.h"

namespace watchfire::promql {

class HistogramRangeFunction {
 public:
  // `range`: the argument that the windows come from.
  HistogramRangeFunction(QueryContext& context, std::string_view function, PosRange range);

  // The source's current series has histograms; `column` holds what came of its numbers.
  void Apply(RangeSource& source, const RangeInput& in, Column* column);

 private:
  enum class Rule : uint8_t {
    kIgnore,
    kRate,
    kLastTwo,
    kSum,
    kMean,
    kResets,
    kChanges,
    kCount,
    kPresent,
    kLast,
    kFirst,
    kTimeOfLast,
    kTimeOfFirst,
  };
  // One window's samples of both kinds.
  struct View {
    size_t step = 0;
    HistogramWindow window;
    size_t float_lo = 0;
    size_t float_hi = 0;
    size_t histograms() const { return window.hi - window.lo; }
    size_t floats() const { return float_hi - float_lo; }
    bool mixed() const { return float_hi > float_lo; }
  };

  static Rule RuleOf(std::string_view function);
  void ApplyWindow(const View& view, const RangeInput& in, Column* column);
  void ApplyLastTwo(const View& view, const RangeInput& in, Column* column);
  MaybeHistogram Compute(const View& view);
  double CountNeighbours(const View& view, const RangeInput& in);
  HistogramPtr Shared(size_t i);

  QueryContext& context_;
  PosRange pos_;
  Rule rule_;
  RateKind kind_;
  HistogramSeries series_;
  std::vector<HistogramPtr> shared_;  // by sample, where one was handed out
  HistogramFindings findings_ = 0;    // of the current series
  bool mixed_ = false;
  bool ignored_ = false;
};

}  // namespace watchfire::promql
