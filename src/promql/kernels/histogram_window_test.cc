#include "promql/kernels/histogram_window.h"

#include <gtest/gtest.h>

#include "model/histogram_buckets.h"
#include "model/histogram_test_text.h"

namespace watchfire::promql {
namespace {

using model::CounterReset;
using model::Custom;
using model::Exponential;
using model::FloatHistogram;
using model::WithHint;

// Samples a second apart from 1 s on.
class Windows : public ::testing::Test {
 protected:
  HistogramSeries& Series(std::vector<FloatHistogram> histograms) {
    histograms_ = std::move(histograms);
    series_.Begin();
    TimeMs t = 0;
    for (const FloatHistogram& h : histograms_) series_.Add({t += 1000, 0, &h});
    return series_;
  }
  // The whole series in a window that ends with it, `lead_ms` before the first sample.
  std::string Rate(RateKind kind, int64_t lead_ms = 1000) {
    size_t n = histograms_.size();
    auto end = static_cast<TimeMs>(n) * 1000;
    findings_ = 0;
    MaybeHistogram result = HistogramRate(series_, {0, n, 1000 - lead_ms, end}, kind, &findings_);
    return result ? model::ToString(*result) : "nothing";
  }

  std::vector<FloatHistogram> histograms_;
  HistogramSeries series_;
  HistogramFindings findings_ = 0;
};

TEST_F(Windows, IncreaseIsLastMinusFirstToTheEdges) {
  Series(
      {Exponential(0, 4, 4, 0, {4}), Exponential(0, 6, 6, 0, {6}), Exponential(0, 8, 8, 0, {8})});
  EXPECT_EQ(Rate(RateKind::kIncrease), "{count:6, sum:6, (0.5,1]:6}");
  EXPECT_EQ(Rate(RateKind::kRate), "{count:2, sum:2, (0.5,1]:2}");
  EXPECT_EQ(findings_, 0u);
}

TEST_F(Windows, ExtrapolationStopsWhereTheCountWasZero) {
  Series({Exponential(0, 1, 1, 0, {1}), Exponential(0, 5, 5, 0, {5})});
  // One of four in a second: it was zero a quarter of a second before.
  EXPECT_EQ(Rate(RateKind::kIncrease), "{count:5, sum:5, (0.5,1]:5}");
}

TEST_F(Windows, WhatWasBeforeAResetCounts) {
  Series(
      {Exponential(0, 4, 4, 0, {4}), Exponential(0, 6, 6, 0, {6}), Exponential(0, 2, 2, 1, {2})});
  EXPECT_EQ(Rate(RateKind::kIncrease, 0), "{count:4, sum:4, (0.5,1]:2, (1,2]:2}");
}

TEST_F(Windows, AfterAResetTheFirstLayoutDoesNotMatter) {
  Series({Custom(1, 1, {5}, {1}), Exponential(0, 2, 2, 0, {2}), Exponential(0, 5, 5, 0, {5})});
  EXPECT_EQ(Rate(RateKind::kIncrease, 0), "{count:5, sum:5, (0.5,1]:5}");
  EXPECT_EQ(findings_, 0u);
  EXPECT_EQ(Rate(RateKind::kDelta, 0), "nothing");
  EXPECT_EQ(findings_, HistogramFindings{kMixedSchemas});
}

TEST_F(Windows, TheCoarsestSchemaWins) {
  Series({Exponential(1, 2, 2, 1, {1, 1}), Exponential(0, 4, 4, 1, {4}),
          Exponential(0, 6, 6, 1, {6})});
  EXPECT_EQ(Rate(RateKind::kIncrease, 0), "{count:4, sum:4, (1,2]:4}");
}

TEST_F(Windows, GaugesAndCountersAreToldApart) {
  auto gauge = [](double n) {
    return WithHint(Exponential(0, n, n, 0, {n}), CounterReset::kGauge);
  };
  Series({gauge(4), gauge(1), gauge(2)});
  EXPECT_EQ(Rate(RateKind::kDelta, 0), "{count:-2, sum:-2, (0.5,1]:-2}");
  EXPECT_EQ(findings_, 0u);
  Rate(RateKind::kIncrease, 0);
  EXPECT_EQ(findings_, HistogramFindings{kNotACounter});
  Series({Exponential(0, 1, 1, 0, {1}), Exponential(0, 2, 2, 0, {2})});
  Rate(RateKind::kDelta, 0);
  EXPECT_EQ(findings_, HistogramFindings{kNotAGauge});
}

TEST_F(Windows, ALonelySampleThatBeganInsideCountsInFull) {
  FloatHistogram h = Exponential(0, 6, 6, 0, {6});
  series_.Begin();
  series_.Add({10'000, 7'000, &h});
  HistogramFindings findings = 0;
  MaybeHistogram result =
      HistogramRate(series_, {0, 1, 4'000, 10'000}, RateKind::kIncrease, &findings);
  ASSERT_TRUE(result);
  EXPECT_EQ(model::ToString(*result), "{count:6, sum:6, (0.5,1]:6}");
  EXPECT_FALSE(HistogramRate(series_, {0, 1, 8'000, 10'000}, RateKind::kIncrease, &findings));
}

TEST_F(Windows, LastTwoSeeAReset) {
  FloatHistogram before = Exponential(0, 6, 6, 0, {6});
  FloatHistogram last = Exponential(0, 2, 2, 0, {2});
  HistogramFindings findings = 0;
  MaybeHistogram rate =
      LastTwoHistograms({1000, 0, &before}, {3000, 0, &last}, RateKind::kRate, &findings);
  EXPECT_EQ(model::ToString(*rate), "{count:1, sum:1, (0.5,1]:1}");
  EXPECT_EQ(findings, 0u);
  MaybeHistogram delta =
      LastTwoHistograms({1000, 0, &before}, {3000, 0, &last}, RateKind::kDelta, &findings);
  EXPECT_EQ(delta->count, -4);
  EXPECT_EQ(findings, HistogramFindings{kNotAGauge});
}

TEST_F(Windows, SumsAndMeansTellWhatDoesNotFit) {
  HistogramSeries& series = Series({WithHint(Custom(2, 2, {5, 10}, {2}), CounterReset::kYes),
                                    WithHint(Custom(4, 4, {10}, {4}), CounterReset::kNo)});
  HistogramFindings findings = 0;
  EXPECT_EQ(model::ToString(*SumOfHistograms(series.points(), &findings)),
            "{count:6, sum:6, [-Inf,10]:6}");
  EXPECT_EQ(model::ToString(*MeanOfHistograms(series.points(), &findings)),
            "{count:3, sum:3, [-Inf,10]:3}");
  EXPECT_EQ(findings, HistogramFindings{kReconciledAggregation | kConflictingResets});
  Series({Custom(2, 2, {5, 10}, {2}), Exponential(0, 1, 1, 0, {1})});
  EXPECT_FALSE(SumOfHistograms(series.points(), &findings));
}

TEST_F(Windows, SmoothedEdgesAreInterpolated) {
  HistogramSeries& series = Series(
      {Exponential(0, 4, 4, 0, {4}), Exponential(0, 6, 6, 0, {6}), Exponential(0, 8, 8, 0, {8})});
  HistogramFindings findings = 0;
  MaybeHistogram result =
      ExtendedHistogramRate(series.points(), {1500, 2500, true}, RateKind::kIncrease, &findings);
  EXPECT_EQ(model::ToString(*result), "{count:2, sum:2, (0.5,1]:2}");
  EXPECT_EQ(result->reset_hint, CounterReset::kGauge);
}

TEST_F(Windows, AResetAcrossAnEdgeIsCountedOnce) {
  HistogramSeries& series = Series({Exponential(0, 10, 10, 0, {10}), Exponential(0, 4, 4, 0, {4}),
                                    Exponential(0, 6, 6, 0, {6})});
  HistogramFindings findings = 0;
  // At 1.5 s it had grown to 2 from zero, at the end it is 6.
  MaybeHistogram result =
      ExtendedHistogramRate(series.points(), {1500, 3000, true}, RateKind::kIncrease, &findings);
  EXPECT_EQ(result->count, 4);
  result =
      ExtendedHistogramRate(series.points(), {1000, 3000, false}, RateKind::kIncrease, &findings);
  EXPECT_EQ(result->count, 6);
}

}  // namespace
}  // namespace watchfire::promql
