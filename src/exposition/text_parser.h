#pragma once
// The Prometheus text format 0.0.4 (and its quoted UTF-8 names of version 1.0.0):
//
//   # HELP http_requests_total Requests so far.
//   # TYPE http_requests_total counter
//   http_requests_total{code="200",path="/"} 1027 1395066363000
//   {"http.requests","status.code"="200"} 1
//
// Cost of a known line (MatchKnown): one memcmp of the key, one pass over the digits; no hash, no
// allocation, no UTF-8 check, because equal bytes were checked when they were new. A bench holds
// the figure (text_parser_bench.cc). See parser.h for the contract.

#include <string>
#include <string_view>

#include "base/result.h"
#include "exposition/parser.h"

namespace watchfire::exposition {

class TextParser final : public Parser {
 public:
  // `body` must outlive the parser.
  explicit TextParser(std::string_view body);

  Result<EntryKind> Next() override;
  const EntryView& entry() const override { return entry_; }
  model::MetricType family_type() const override { return type_; }
  Result<void> ParseLabels(std::string_view series, model::MetricType family_type,
                           SeriesLabelsView& out) override;
  size_t MatchKnown(const PageLayout& layout, size_t from, PageValues& out) override;

 private:
  void SkipBlanks();
  void RememberType(const PageLayout& layout, size_t from, size_t to);
  Result<EntryKind> ReadComment();
  Result<EntryKind> ReadMeta(bool help);
  Result<EntryKind> ReadSample();
  Result<void> SkipLabels();
  Result<void> ReadValue();
  Result<void> ReadTimestamp();
  // "…, got "x" while parsing: "…" (line 3)", about the byte at `at`.
  Error Expected(std::string_view what, const char* at) const;
  Error Failed(std::string_view what, const char* until) const;

  const char* begin_;
  const char* next_;
  const char* end_;
  const char* known_end_;   // behind the last newline: what MatchKnown may read without asking
  const char* line_start_;  // of the current entry
  model::MetricType type_ = model::MetricType::kUnknown;
  EntryView entry_;
};

// What a backslash may stand before; all other pairs are kept as they are.
enum class EscapeRules : uint8_t { kHelp /* \ n */, kLabelValue /* \ n " */ };
std::string UnescapeText(std::string_view text, EscapeRules rules);

// "1" → "1.0", "1e6" → "1e+06"; what is not a number stays as it is.
std::string NormalizeBoundary(std::string_view value);

// Parses a series text as exposed, as Parser::Labels does; for texts kept in a PageLayout.
Result<void> ParseSeriesText(std::string_view series, model::MetricType family_type,
                             SeriesLabelsView& out);

}  // namespace watchfire::exposition
