#include "promql/parser/series_desc.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/numbers.h"
#include "base/text.h"
#include "model/sample.h"
#include "promql/parser/literal.h"
#include "promql/parser/parser.h"
#include "promql/parser/runes.h"

namespace watchfire::promql {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What a histogram is described by. The bits of `seen` are the indices here.
enum Field : size_t {
  kSchema,
  kSum,
  kCount,
  kZeroBucket,
  kZeroWidth,
  kCustomValues,
  kBuckets,
  kOffset,
  kNegativeBuckets,
  kNegativeOffset,
  kResetHint,
};
constexpr std::array<std::string_view, 11> kFieldNames = {
    "schema",  "sum",    "count",     "z_bucket", "z_bucket_w",        "custom_values",
    "buckets", "offset", "n_buckets", "n_offset", "counter_reset_hint"};

struct HistogramText {
  model::FloatHistogram histogram;
  int32_t offset = 0;
  int32_t negative_offset = 0;
  uint32_t seen = 0;
  bool Has(Field field) const { return (seen >> field & 1U) != 0; }
};

class Reader {
 public:
  Reader(std::string_view text, size_t start) : text_(text), at_(start) {}

  Result<std::vector<SeriesValue>> ReadValues();

 private:
  Result<void> ReadItem();
  Result<void> ReadGap();
  Result<void> ReadNumbers();
  Result<void> ReadHistograms();
  Result<HistogramText> ReadHistogram();
  Result<void> ReadField(HistogramText* out);
  Result<void> ReadFieldValue(Field field, HistogramText* out);
  Result<std::vector<double>> ReadBuckets();
  Result<model::CounterReset> ReadResetHint();
  Result<int32_t> ReadInt();
  Result<double> ReadNumber();
  Result<double> ReadSeriesValue();
  Result<uint64_t> ReadCount();
  Result<void> Repeat(uint64_t count, const SeriesValue& value);

  bool AtEnd() const { return at_ >= text_.size(); }
  char Here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool HereIs(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  bool TakeIf(char c);
  bool AtItemEnd() const { return AtEnd() || IsSpace(Here()); }
  std::string_view TakeWord();
  Error Fail(size_t at, std::string_view text) const;
  Error Unexpected() const;

  std::string_view text_;  // outlives the Reader
  size_t at_;
  std::vector<SeriesValue> values_;
};

Error Reader::Fail(size_t at, std::string_view text) const {
  return Error::Invalid("{}: parse error: {}", PositionText(text_, static_cast<uint32_t>(at)),
                        text);
}

Error Reader::Unexpected() const {
  if (AtEnd()) return Fail(at_, "unexpected end of input in series values");
  std::string shown;
  if (IsLetter(Here())) {
    size_t end = at_;
    while (end < text_.size() && (IsLetter(text_[end]) || IsDigit(text_[end]))) ++end;
    shown = GoQuote(text_.substr(at_, end - at_));
  } else {
    shown = GoQuote(text_.substr(at_, DecodeRune(text_, at_).width));
  }
  return Fail(at_, fmt::format("unexpected {} in series values", shown));
}

bool Reader::TakeIf(char c) {
  if (AtEnd() || Here() != c) return false;
  ++at_;
  return true;
}

std::string_view Reader::TakeWord() {
  size_t start = at_;
  while (!AtEnd() && IsLetter(Here())) ++at_;
  return text_.substr(start, at_ - start);
}

Result<std::vector<SeriesValue>> Reader::ReadValues() {
  for (;;) {
    while (!AtEnd() && IsSpace(Here())) ++at_;
    if (AtEnd()) return std::move(values_);
    TRY(ReadItem());
    if (!AtItemEnd()) return Unexpected();
  }
}

Result<void> Reader::ReadItem() {
  if (Here() == '_') return ReadGap();
  if (HereIs("{{")) return ReadHistograms();
  return ReadNumbers();
}

Result<void> Reader::Repeat(uint64_t count, const SeriesValue& value) {
  if (count > kMaxSeriesValues - values_.size()) {
    return Fail(at_, fmt::format("a series has more than {} values", kMaxSeriesValues));
  }
  values_.insert(values_.end(), count, value);
  return {};
}

Result<void> Reader::ReadGap() {
  ++at_;
  SeriesValue gap;
  gap.omitted = true;
  uint64_t count = 1;
  if (TakeIf('x')) count = TRY(ReadCount());
  return Repeat(count, gap);
}

Result<uint64_t> Reader::ReadCount() {
  size_t start = at_;
  while (!AtEnd() && IsDigit(Here())) ++at_;
  std::optional<uint64_t> count = ParseUint(text_.substr(start, at_ - start));
  if (start == at_) return Unexpected();
  if (!count) {
    return Fail(start, fmt::format("invalid repetition in series values: {} is out of range",
                                   text_.substr(start, at_ - start)));
  }
  return *count;
}

// Digits, point and exponent; hexadecimal is left out because of the `x` of repetitions.
Result<double> Reader::ReadNumber() {
  size_t start = at_;
  if (IsLetter(Here())) {
    std::string_view word = TakeWord();
    if (EqualsIgnoreCase(word, "inf") || EqualsIgnoreCase(word, "nan")) {
      return ParseNumberLiteral(word);
    }
    at_ = start;
    return Unexpected();
  }
  while (!AtEnd() &&
         (IsDigit(Here()) || Here() == '.' || Here() == '_' || Here() == 'e' || Here() == 'E')) {
    bool exponent = Here() == 'e' || Here() == 'E';
    ++at_;
    if (exponent && (Here() == '+' || Here() == '-')) ++at_;
  }
  if (at_ == start) return Unexpected();
  Result<double> value = ParseNumberLiteral(text_.substr(start, at_ - start));
  if (!value.ok()) return Fail(start, "error parsing number: " + value.error().message());
  return value;
}

// A signed number, or `stale`.
Result<double> Reader::ReadSeriesValue() {
  if (IsLetter(Here())) {
    size_t start = at_;
    std::string_view word = TakeWord();
    // A repetition may follow directly: `stalex3`.
    if (word == "stale") return model::kStaleNan;
    if (word == "stalex") {
      --at_;
      return model::kStaleNan;
    }
    at_ = start;
    if (!EqualsIgnoreCase(word, "inf") && !EqualsIgnoreCase(word, "nan")) {
      return Fail(start, fmt::format("unexpected identifier {} in series values, expected number "
                                     "or \"stale\"",
                                     GoQuote(word)));
    }
  }
  bool negative = Here() == '-';
  if (negative || Here() == '+') ++at_;
  double value = TRY(ReadNumber());
  return negative ? -value : value;
}

Result<void> Reader::ReadNumbers() {
  SeriesValue point;
  point.value = TRY(ReadSeriesValue());
  if (AtItemEnd()) return Repeat(1, point);
  double step = 0;
  bool stepped = Here() == '+' || Here() == '-';
  if (stepped) {
    double sign = Here() == '-' ? -1 : 1;
    ++at_;
    step = sign * TRY(ReadNumber());
  }
  if (!TakeIf('x')) return Unexpected();
  uint64_t count = TRY(ReadCount());
  if (!stepped) {
    if (count >= kMaxSeriesValues) return Repeat(count, point);
    return Repeat(count + 1, point);
  }
  if (count >= kMaxSeriesValues - values_.size()) return Repeat(count, point);
  for (uint64_t i = 0; i <= count; ++i) {
    values_.push_back(point);
    // Added up rather than multiplied: the rounding is upstream's.
    point.value += step;
  }
  return {};
}

std::vector<model::Span> SpansOf(const std::vector<double>& buckets, int32_t offset) {
  if (buckets.empty()) return {};
  return {{offset, static_cast<uint32_t>(buckets.size())}};
}

model::FloatHistogram Assemble(HistogramText text) {
  model::FloatHistogram& histogram = text.histogram;
  histogram.positive_spans = SpansOf(histogram.positive_buckets, text.offset);
  histogram.negative_spans = SpansOf(histogram.negative_buckets, text.negative_offset);
  return std::move(histogram);
}

Result<void> Reader::ReadHistograms() {
  auto run = std::make_shared<HistogramRun>();
  HistogramText base = TRY(ReadHistogram());
  run->reset_hint_set = base.Has(kResetHint);
  run->base = Assemble(std::move(base));
  uint64_t count = 0;
  if (Here() == '+' || Here() == '-') {
    run->sign = Here() == '-' ? -1 : 1;
    ++at_;
    if (!HereIs("{{")) return Unexpected();
    HistogramText increment = TRY(ReadHistogram());
    run->reset_hint_set = increment.Has(kResetHint);
    run->increment = Assemble(std::move(increment));
    if (!TakeIf('x')) return Unexpected();
    size_t count_at = at_;
    count = TRY(ReadCount());
    if (count > 0 && run->base.schema > run->increment.schema) {
      return Fail(count_at, fmt::format("error combining histograms: cannot merge from schema {} "
                                        "to {}",
                                        run->increment.schema, run->base.schema));
    }
  } else if (TakeIf('x')) {
    count = TRY(ReadCount());
  }
  if (count >= kMaxSeriesValues - values_.size()) {
    return Fail(at_, fmt::format("a series has more than {} values", kMaxSeriesValues));
  }
  for (uint64_t i = 0; i <= count; ++i) values_.push_back({false, 0, run, i});
  return {};
}

Result<HistogramText> Reader::ReadHistogram() {
  at_ += 2;
  HistogramText out;
  if (HereIs("}}")) {
    at_ += 2;
    return out;
  }
  if (IsSpace(Here())) {
    while (!AtEnd() && IsSpace(Here())) ++at_;
    if (!HereIs("}}")) return Unexpected();
  }
  while (!HereIs("}}")) {
    TRY(ReadField(&out));
    if (HereIs("}}")) break;
    if (AtEnd() || !IsSpace(Here())) return Unexpected();
    while (!AtEnd() && IsSpace(Here())) ++at_;
  }
  at_ += 2;
  return out;
}

Result<void> Reader::ReadField(HistogramText* out) {
  if (AtEnd() || !IsLetter(Here())) {
    return Fail(at_, "histogram description incomplete unexpected: " +
                         QuoteRune(DecodeRune(text_, at_).value));
  }
  size_t start = at_;
  std::string_view word = TakeWord();
  std::string name = ToLower(word);
  size_t field = 0;
  while (field < kFieldNames.size() && kFieldNames[field] != name) ++field;
  if (field == kFieldNames.size()) {
    return Fail(start, "bad histogram descriptor found: " + GoQuote(word));
  }
  if (!TakeIf(':')) return Fail(start, "missing `:` for histogram descriptor");
  if (out->Has(static_cast<Field>(field))) {
    // Upstream has no position for it.
    return Fail(0, fmt::format("duplicate key \"{}\" in histogram", name));
  }
  out->seen |= 1U << field;
  return ReadFieldValue(static_cast<Field>(field), out);
}

Result<void> Reader::ReadFieldValue(Field field, HistogramText* out) {
  model::FloatHistogram& histogram = out->histogram;
  auto signed_number = [this]() -> Result<double> {
    bool negative = TakeIf('-');
    double value = TRY(ReadNumber());
    return negative ? -value : value;
  };
  switch (field) {
    case kSchema:
      histogram.schema = TRY(ReadInt());
      break;
    case kSum:
      histogram.sum = TRY(signed_number());
      break;
    case kCount:
      histogram.count = TRY(signed_number());
      break;
    case kZeroBucket:
      histogram.zero_count = TRY(signed_number());
      break;
    case kZeroWidth:
      histogram.zero_threshold = TRY(signed_number());
      break;
    case kCustomValues:
      histogram.custom_values = TRY(ReadBuckets());
      break;
    case kBuckets:
      histogram.positive_buckets = TRY(ReadBuckets());
      break;
    case kOffset:
      out->offset = TRY(ReadInt());
      break;
    case kNegativeBuckets:
      histogram.negative_buckets = TRY(ReadBuckets());
      break;
    case kNegativeOffset:
      out->negative_offset = TRY(ReadInt());
      break;
    case kResetHint:
      histogram.reset_hint = TRY(ReadResetHint());
      break;
  }
  return {};
}

Result<int32_t> Reader::ReadInt() {
  size_t start = at_;
  TakeIf('-');
  if (!IsDigit(Here())) return Unexpected();
  while (!AtEnd() && IsDigit(Here())) ++at_;
  std::optional<int64_t> value = ParseInt(text_.substr(start, at_ - start));
  if (!value || *value < INT32_MIN || *value > INT32_MAX) {
    return Fail(start, fmt::format("error parsing number: {} is out of range",
                                   text_.substr(start, at_ - start)));
  }
  return static_cast<int32_t>(*value);
}

Result<std::vector<double>> Reader::ReadBuckets() {
  if (!TakeIf('[')) return Unexpected();
  std::vector<double> buckets;
  for (;;) {
    bool negative = TakeIf('-');
    double value = TRY(ReadNumber());
    buckets.push_back(negative ? -value : value);
    while (!AtEnd() && IsSpace(Here())) ++at_;
    if (TakeIf(']')) return buckets;
  }
}

Result<model::CounterReset> Reader::ReadResetHint() {
  size_t start = at_;
  std::string_view word = TakeWord();
  if (word == "unknown") return model::CounterReset::kUnknown;
  if (word == "reset") return model::CounterReset::kYes;
  if (word == "not_reset") return model::CounterReset::kNo;
  if (word == "gauge") return model::CounterReset::kGauge;
  return Fail(start, "bad histogram descriptor found: " + GoQuote(word));
}

// Where the metric ends: after its name, or after the braces that follow the name directly.
size_t MetricEnd(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && (IsLetter(line[at]) || IsDigit(line[at]) || line[at] == ':')) ++at;
  if (at >= line.size() || line[at] != '{') return at;
  char quote = '\0';
  for (++at; at < line.size(); ++at) {
    char c = line[at];
    if (quote != '\0') {
      if (c == '\\' && quote != '`') {
        ++at;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '}') {
      return at + 1;
    }
  }
  return line.size();
}

}  // namespace

Result<SeriesDescription> ParseSeries(std::string_view line) {
  size_t end = MetricEnd(line);
  SeriesDescription out;
  out.labels = TRY(ParseMetric(line.substr(0, end)));
  Reader reader(line, end);
  if (end < line.size() && !IsSpace(line[end])) {
    return Error::Invalid("{}: parse error: unexpected character in series sequence: {}",
                          PositionText(line, static_cast<uint32_t>(end)),
                          QuoteRune(DecodeRune(line, end).value));
  }
  out.values = TRY(reader.ReadValues());
  return out;
}

Result<std::vector<SeriesValue>> ParseSeriesValues(std::string_view text) {
  return Reader(text, 0).ReadValues();
}

}  // namespace watchfire::promql
