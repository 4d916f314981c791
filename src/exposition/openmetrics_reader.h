#pragma once
// OpenMetricsReader: walks over a whole OpenMetrics text, as files for import are written: millions
// of timed samples, those of one series mostly behind one another. It checks what decides about
// samples (series text, value, timestamp, the end mark) and lets exemplars, HELP and UNIT pass.
//
//   # TYPE http_requests counter
//   http_requests_total{code="200"} 1027 1395066363.000
//   # EOF
//
// The text is the caller's and must stay; views point into it. Errors name the line. One thread.

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/metadata.h"

namespace watchfire::exposition {

struct OpenMetricsSampleView {
  std::string_view series;  // as written, for ParseSeriesText
  model::MetricType family_type = model::MetricType::kUnknown;
  double value = 0;
  bool has_timestamp = false;
  TimeMs t = 0;
  bool same_series = false;  // the same text as that of the sample before
  bool as_expected = false;  // the text that Expect told
};

class OpenMetricsReader {
 public:
  explicit OpenMetricsReader(std::string_view text);

  // False behind `# EOF`. kInvalid: `data does not end with # EOF`, `unexpected data after # EOF`,
  // or what is wrong with a line.
  Result<bool> Next(OpenMetricsSampleView* out);
  // A guess at the series of the next sample, as in texts that repeat the same series for every
  // time: a right one spares reading the labels' text. Must stay like the text; empty: no guess.
  void Expect(std::string_view series) { expected_ = series; }
  // Of what Next returned last; walks the text.
  size_t LineNumber() const;
  // Bytes behind which everything has been read.
  size_t offset() const { return static_cast<size_t>(next_ - begin_); }

 private:
  Result<bool> ReadComment();
  Result<void> ReadSeries();
  bool LineHas(std::string_view series) const;
  Result<void> ReadTimestamp(const char* end, OpenMetricsSampleView* out);
  Error Wrong(std::string_view what) const;

  const char* begin_;
  const char* next_;
  const char* end_;
  const char* line_;
  std::string_view series_;
  std::string_view expected_;
  model::MetricType type_ = model::MetricType::kUnknown;
  bool same_series_ = false;
  bool as_expected_ = false;
};

}  // namespace watchfire::exposition
