#pragma once
// Reading a metrics page, whatever its format. A Parser walks over one body, which the caller keeps
// alive and unchanged, and yields one entry a line. It is made for a reader that has seen the page
// of this target before:
//
//   - MatchKnown() takes as many lines as agree with the layout of an earlier page, comparing whole
//     keys instead of scanning them, and stores their values in order of lines. On a page whose
//     series did not change, one call reads everything.
//   - Next() reads any line, but only finds where its series text ends; Labels() parses that text
//     in full and is needed once in the life of a series.
//
// The first error ends the page: its message says what was expected, what was met, and the line.
// Today there is the text format 0.0.4 (text_parser.h); OpenMetrics and protobuf become further
// Parsers. Thread-compatible; one thread reads a page.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "exposition/page_layout.h"
#include "model/labels.h"
#include "model/metadata.h"

namespace watchfire::exposition {

enum class EntryKind : uint8_t { kEnd, kSample, kHelp, kType, kComment };

// The current entry; the views point into the body and are valid as long as it.
struct EntryView {
  EntryKind kind = EntryKind::kEnd;
  std::string_view line;    // as exposed, without the newline; for samples: the series text
  std::string_view family;  // help and type: the name as exposed (quoted names with their escapes)
  std::string_view text;    // help: still escaped; comment
  model::MetricType type = model::MetricType::kUnknown;
  double value = 0;
  bool has_timestamp = false;
  TimeMs timestamp = 0;
};

// Labels of one series in page order, `__name__` included. Views point into the series text or into
// `unescaped`, and are valid as long as both.
struct SeriesLabelsView {
  std::vector<model::LabelView> labels;
  std::string unescaped;
};

// What MatchKnown read: a value for each sample line, a timestamp for each timed one, in order.
struct PageValues {
  std::vector<double> values;
  std::vector<TimeMs> timestamps;
};

class Parser {
 public:
  virtual ~Parser() = default;

  // Reads on to the next entry; kEnd at the end of the page.
  virtual Result<EntryKind> Next() = 0;
  virtual const EntryView& entry() const = 0;
  // What the last TYPE line announced.
  virtual model::MetricType family_type() const = 0;

  // Parses a series text as exposed. Empty values are kept. Values of `le` and `quantile` get the
  // form of OpenMetrics when the family is a histogram or summary.
  virtual Result<void> ParseLabels(std::string_view series, model::MetricType family_type,
                                   SeriesLabelsView& out) = 0;
  // Of the current sample.
  Result<void> Labels(SeriesLabelsView& out) {
    return ParseLabels(entry().line, family_type(), out);
  }

  // Reads lines that equal those of `layout` from its line `from` on and appends their values to
  // `out`; returns the number of lines read. Never fails: a line it cannot take is left to Next().
  virtual size_t MatchKnown(const PageLayout& layout, size_t from, PageValues& out) = 0;
};

}  // namespace watchfire::exposition
