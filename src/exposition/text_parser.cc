#include "exposition/text_parser.h"

#include <cstring>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"
#include "exposition/number.h"

namespace watchfire::exposition {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool StartsLabelName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool StartsMetricName(char c) {
  return StartsLabelName(c) || c == ':';
}

std::string_view Between(const char* from, const char* to) {
  return {from, static_cast<size_t>(to - from)};
}

const char* SkipMetricName(const char* at, const char* end) {
  while (at != end && (StartsMetricName(*at) || IsDigit(*at))) ++at;
  return at;
}

// `at` stands behind an opening quote; returns the closing one, or nullptr.
const char* FindClosingQuote(const char* at, const char* end) {
  while (at < end) {
    if (*at == '"') return at;
    at += *at == '\\' ? 2 : 1;
  }
  return nullptr;
}

}  // namespace

TextParser::TextParser(std::string_view body)
    : begin_(body.data()), next_(begin_), end_(begin_ + body.size()), line_start_(begin_) {
  const void* newline = body.empty() ? nullptr : memrchr(begin_, '\n', body.size());
  known_end_ = newline == nullptr ? begin_ : static_cast<const char*>(newline) + 1;
}

void TextParser::SkipBlanks() {
  while (next_ != end_ && IsBlank(*next_)) ++next_;
}

Result<EntryKind> TextParser::Next() {
  while (true) {
    SkipBlanks();
    if (next_ == end_) {
      entry_.kind = EntryKind::kEnd;
      return EntryKind::kEnd;
    }
    if (*next_ != '\n') break;
    ++next_;
  }
  line_start_ = next_;
  if (*next_ == '#') return ReadComment();
  return ReadSample();
}

Result<EntryKind> TextParser::ReadComment() {
  const void* newline = memchr(next_, '\n', static_cast<size_t>(end_ - next_));
  const char* line_end = newline == nullptr ? end_ : static_cast<const char*>(newline);
  entry_.kind = EntryKind::kComment;
  entry_.line = Between(next_, line_end);
  entry_.text = entry_.line.substr(1);

  const char* word = next_ + 1;
  while (word != line_end && IsBlank(*word)) ++word;
  bool spaced = word != next_ + 1;
  std::string_view rest = Between(word, line_end);
  bool help = rest.starts_with("HELP");
  if (spaced && (help || rest.starts_with("TYPE")) && rest.size() > 4 && IsBlank(rest[4])) {
    next_ = word + 5;
    return ReadMeta(help);
  }
  next_ = line_end == end_ ? end_ : line_end + 1;
  return EntryKind::kComment;
}

Result<EntryKind> TextParser::ReadMeta(bool help) {
  const char* line_end = line_start_ + entry_.line.size();
  SkipBlanks();
  const char* name = next_;
  if (name != line_end && *name == '"') {
    const char* quote = FindClosingQuote(name + 1, line_end);
    if (quote == nullptr) return Expected("expected metric name after HELP or TYPE", name);
    entry_.family = Between(name + 1, quote);
    next_ = quote + 1;
  } else {
    if (name == line_end || !StartsMetricName(*name)) {
      return Expected(help ? "expected metric name after HELP" : "expected metric name after TYPE",
                      name);
    }
    next_ = SkipMetricName(name, line_end);
    entry_.family = Between(name, next_);
  }
  if (next_ != line_end && !IsBlank(*next_)) {
    return Expected(help ? "expected text in HELP" : "expected text in TYPE", next_);
  }
  std::string_view text = Between(next_, line_end);
  if (!text.empty()) text.remove_prefix(1);
  entry_.text = text;
  if (help) {
    if (!IsValidUtf8(text)) {
      return Failed(fmt::format("help text {} is not a valid utf8 string", GoQuote(text)),
                    line_end);
    }
    entry_.kind = EntryKind::kHelp;
  } else {
    std::string_view type = TrimSpace(text);
    if (type == "counter") {
      type_ = model::MetricType::kCounter;
    } else if (type == "gauge") {
      type_ = model::MetricType::kGauge;
    } else if (type == "histogram") {
      type_ = model::MetricType::kHistogram;
    } else if (type == "summary") {
      type_ = model::MetricType::kSummary;
    } else if (type == "untyped") {
      type_ = model::MetricType::kUnknown;
    } else {
      return Failed(fmt::format("invalid metric type {}", GoQuote(type)), line_end);
    }
    entry_.type = type_;
    entry_.kind = EntryKind::kType;
  }
  next_ = line_end == end_ ? end_ : line_end + 1;
  return entry_.kind;
}

Result<EntryKind> TextParser::ReadSample() {
  const char* series = next_;
  const char* series_end = series;
  if (StartsMetricName(*next_)) {
    next_ = SkipMetricName(next_, end_);
    series_end = next_;
    SkipBlanks();
  } else if (*next_ != '{') {
    return Expected("expected a valid start token", next_);
  }
  if (next_ != end_ && *next_ == '{') {
    TRY(SkipLabels());
    series_end = next_;
  }
  entry_.kind = EntryKind::kSample;
  entry_.line = Between(series, series_end);
  SkipBlanks();
  TRY(ReadValue());
  SkipBlanks();
  entry_.has_timestamp = next_ != end_ && *next_ != '\n';
  entry_.timestamp = 0;
  if (entry_.has_timestamp) TRY(ReadTimestamp());
  if (next_ != end_) ++next_;
  return EntryKind::kSample;
}

// Only finds the closing brace; Labels() looks at what is between.
Result<void> TextParser::SkipLabels() {
  ++next_;
  while (next_ != end_) {
    char c = *next_;
    if (c == '}') {
      ++next_;
      return {};
    }
    if (c == '\n') break;
    if (c == '"') {
      const char* quote = FindClosingQuote(next_ + 1, end_);
      if (quote == nullptr) return Expected("expected label value", next_);
      next_ = quote;
    }
    ++next_;
  }
  // The page is broken here; the full parser knows best what it expected.
  SeriesLabelsView labels;
  entry_.line = Between(line_start_, next_ == end_ ? end_ : next_ + 1);
  TRY(Labels(labels));
  return Expected("expected comma or brace close", next_);
}

Result<void> TextParser::ReadValue() {
  const char* value = next_;
  if (const char* after = ReadNumber(next_, end_, &entry_.value)) {
    if (after == end_ || IsBlank(*after) || *after == '\n') {
      next_ = after;
      return {};
    }
  }
  while (next_ != end_ && *next_ != '{' && *next_ != '\n' && !IsBlank(*next_)) ++next_;
  if (next_ == value) return Expected("expected value after metric", next_);
  std::string_view text = Between(value, next_);
  if (text.find_first_of("pP_") != std::string_view::npos) {
    return Failed("unsupported character in float", next_);
  }
  std::optional<double> v = ParseFloat(text);
  if (!v) {
    return Failed(fmt::format("strconv.ParseFloat: parsing {}: invalid syntax", GoQuote(text)),
                  next_);
  }
  entry_.value = *v;
  return {};
}

Result<void> TextParser::ReadTimestamp() {
  const char* digits = next_;
  while (next_ != end_ && IsDigit(*next_)) ++next_;
  if (next_ == digits) return Expected("expected timestamp or new record", next_);
  std::optional<int64_t> t = ParseInt(Between(digits, next_));
  if (!t) {
    return Failed(fmt::format("strconv.ParseInt: parsing {}: value out of range",
                              GoQuote(Between(digits, next_))),
                  next_);
  }
  entry_.timestamp = *t;
  SkipBlanks();
  if (next_ != end_ && *next_ != '\n')
    return Expected("expected next entry after timestamp", next_);
  return {};
}

size_t TextParser::MatchKnown(const PageLayout& layout, size_t from, PageValues& out) {
  const char* at = next_;
  size_t line = from;
  for (size_t count = layout.line_count(); line < count; ++line) {
    while (at != known_end_ && *at == '\n') ++at;
    std::string_view key = layout.key(line);
    // A blank and a newline at least must follow, so that nothing below reads past the end.
    if (static_cast<size_t>(known_end_ - at) < key.size() + 2) break;
    if (std::memcmp(at, key.data(), key.size()) != 0) break;
    const char* after = at + key.size();
    PageLayout::LineKind kind = layout.kind(line);
    if (kind == PageLayout::LineKind::kMeta) {
      if (*after != '\n') break;
      at = after + 1;
      continue;
    }
    if (!IsBlank(*after)) break;
    do ++after;
    while (IsBlank(*after));
    double value;
    after = ReadNumber(after, known_end_, &value);
    if (after == nullptr) break;
    if (kind == PageLayout::LineKind::kTimedSample) {
      if (*after != ' ' || !IsDigit(after[1])) break;
      TimeMs t = 0;
      const char* digits = ++after;
      // Eighteen digits cannot overflow; what has more is read by the slow way.
      while (IsDigit(*after) && after - digits < 18) t = t * 10 + (*after++ - '0');
      if (*after != '\n') break;
      out.timestamps.push_back(t);
    } else if (*after != '\n') {
      break;
    }
    out.values.push_back(value);
    at = after + 1;
  }
  next_ = at;
  RememberType(layout, from, line);
  return line - from;
}

// The lines that were taken unread may have announced the type of what comes next.
void TextParser::RememberType(const PageLayout& layout, size_t from, size_t to) {
  if (next_ == end_) return;
  for (size_t line = to; line-- > from;) {
    if (std::optional<model::MetricType> type = layout.AnnouncedType(line)) {
      type_ = *type;
      return;
    }
  }
}

Result<void> TextParser::ParseLabels(std::string_view series, model::MetricType family_type,
                                     SeriesLabelsView& out) {
  Result<void> parsed = ParseSeriesText(series, family_type, out);
  if (!parsed.ok()) return Failed(parsed.error().message(), nullptr);
  return {};
}

Error TextParser::Expected(std::string_view what, const char* at) const {
  std::string_view got = Between(at, at == end_ ? end_ : at + 1);
  return Failed(fmt::format("{}, got {} while parsing: {}", what, GoQuote(got),
                            GoQuote(Between(line_start_, at + got.size()))),
                nullptr);
}

Error TextParser::Failed(std::string_view what, const char* until) const {
  size_t line = 1;
  for (const char* p = begin_; p != line_start_; ++p) line += *p == '\n' ? 1 : 0;
  std::string message(what);
  if (until != nullptr) {
    constexpr std::ptrdiff_t kMostShown = 500;
    const char* shown = until - line_start_ > kMostShown ? line_start_ + kMostShown : until;
    message += " while parsing: " + GoQuote(Between(line_start_, shown));
  }
  return Error::Invalid("{} (line {})", message, line);
}

}  // namespace watchfire::exposition
