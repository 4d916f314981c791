#include "exposition/openmetrics_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "exposition/number.h"

namespace watchfire::exposition {
namespace {

constexpr size_t kMostShown = 80;

const char* FindNewline(const char* from, const char* end) {
  auto left = static_cast<size_t>(end - from);
  return static_cast<const char*>(std::memchr(from, '\n', left));
}

}  // namespace

OpenMetricsReader::OpenMetricsReader(std::string_view text)
    : begin_(text.data()), next_(begin_), end_(begin_ + text.size()), line_(begin_) {}

size_t OpenMetricsReader::LineNumber() const {
  return static_cast<size_t>(std::count(begin_, line_, '\n')) + 1;
}

Error OpenMetricsReader::Wrong(std::string_view what) const {
  const char* newline = FindNewline(line_, end_);
  std::string_view line(line_, static_cast<size_t>((newline != nullptr ? newline : end_) - line_));
  return Error::Invalid("line {}: {} while parsing: {}", LineNumber(), what,
                        GoQuote(line.substr(0, kMostShown)));
}

// A comment line; false at the end mark.
Result<bool> OpenMetricsReader::ReadComment() {
  const char* newline = FindNewline(line_, end_);
  std::string_view line(line_, static_cast<size_t>((newline != nullptr ? newline : end_) - line_));
  if (line == "# EOF") {
    if (newline != nullptr && newline + 1 != end_) {
      line_ = newline + 1;
      return Wrong("unexpected data after # EOF");
    }
    next_ = end_;
    return false;
  }
  if (newline == nullptr) return Wrong("data does not end with # EOF");
  if (line.starts_with("# TYPE ")) {
    size_t space = line.rfind(' ');
    std::string_view type = line.substr(space + 1);
    std::optional<model::MetricType> known = model::ParseMetricType(type);
    if (!known) return Wrong(fmt::format("invalid metric type \"{}\"", type));
    type_ = *known;
  } else if (!line.starts_with("# HELP ") && !line.starts_with("# UNIT ")) {
    return Wrong("expected HELP, TYPE, UNIT or EOF behind #");
  }
  next_ = newline + 1;
  return true;
}

// A whole series text with a blank behind it reads as nothing else.
bool OpenMetricsReader::LineHas(std::string_view series) const {
  return static_cast<size_t>(end_ - line_) > series.size() && !series.empty() &&
         line_[series.size()] == ' ' && std::memcmp(line_, series.data(), series.size()) == 0;
}

Result<void> OpenMetricsReader::ReadSeries() {
  same_series_ = LineHas(series_);
  as_expected_ = !same_series_ && LineHas(expected_);
  if (as_expected_) {
    series_ = {line_, expected_.size()};
  } else if (!same_series_) {
    const char* at = line_;
    while (at != end_ && *at != ' ' && *at != '{' && *at != '\n') ++at;
    if (at != end_ && *at == '{') {
      bool quoted = false;
      for (; at != end_ && (quoted || *at != '}'); ++at) {
        if (*at == '\n') return Wrong("unexpected end of line in the labels");
        if (*at == '\\' && quoted && at + 1 != end_) {
          ++at;
        } else if (*at == '"') {
          quoted = !quoted;
        }
      }
      if (at != end_) ++at;
    }
    if (at == line_ || at == end_ || *at != ' ') return Wrong("expected a value behind the series");
    series_ = {line_, static_cast<size_t>(at - line_)};
  }
  next_ = line_ + series_.size() + 1;
  return {};
}

// Seconds with a fraction; what is finer than a millisecond is cut off.
Result<void> OpenMetricsReader::ReadTimestamp(const char* end, OpenMetricsSampleView* out) {
  const char* at = next_;
  bool negative = at != end && *at == '-';
  if (negative) ++at;
  const char* digits = at;
  int64_t ms = 0;
  while (at != end && *at >= '0' && *at <= '9' && at - digits < 15) ms = ms * 10 + (*at++ - '0');
  bool plain = at != digits;
  ms *= 1000;
  if (plain && at != end && *at == '.') {
    ++at;
    for (int64_t unit = 100; at != end && *at >= '0' && *at <= '9'; ++at, unit /= 10) {
      ms += unit * (*at - '0');
    }
  }
  if (plain && (at == end || *at == ' ')) {
    out->t = negative ? -ms : ms;
    next_ = at;
  } else {
    double seconds = 0;
    const char* behind = ReadNumber(next_, end, &seconds);
    if (behind == nullptr || !std::isfinite(seconds) || std::abs(seconds) > 9e15) {
      return Wrong("invalid timestamp");
    }
    out->t = static_cast<TimeMs>(seconds * 1000);
    next_ = behind;
  }
  out->has_timestamp = true;
  return {};
}

Result<bool> OpenMetricsReader::Next(OpenMetricsSampleView* out) {
  while (true) {
    line_ = next_;
    if (line_ == end_) return Wrong("data does not end with # EOF");
    if (*line_ != '#') break;
    if (!TRY(ReadComment())) return false;
  }
  TRY(ReadSeries());
  const char* newline = FindNewline(next_, end_);
  if (newline == nullptr) return Wrong("data does not end with # EOF");
  const char* behind = ReadNumber(next_, newline, &out->value);
  if (behind == nullptr) return Wrong("invalid value");
  next_ = behind;
  out->series = series_;
  out->same_series = same_series_;
  out->as_expected = as_expected_;
  out->family_type = type_;
  out->has_timestamp = false;
  out->t = 0;
  if (next_ != newline && *next_ == ' ' && next_ + 1 != newline && next_[1] != '#') {
    ++next_;
    TRY(ReadTimestamp(newline, out));
  }
  // What may follow is an exemplar.
  bool exemplar = newline - next_ > 3 && std::memcmp(next_, " # {", 4) == 0;
  if (next_ != newline && !exemplar) return Wrong("expected the end of the line");
  next_ = newline + 1;
  return true;
}

}  // namespace watchfire::exposition
