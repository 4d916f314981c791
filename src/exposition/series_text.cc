// The full parser of a series text: names, quotes, escapes. New series only; see text_parser.h.

#include <optional>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"
#include "exposition/text_parser.h"

namespace watchfire::exposition {
namespace {

bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool ContinuesName(char c) {
  return StartsName(c) || (c >= '0' && c <= '9');
}

class SeriesTextParser {
 public:
  SeriesTextParser(std::string_view series, model::MetricType type, SeriesLabelsView& out)
      : text_(series), type_(type), out_(out) {}

  Result<void> Parse() {
    out_.labels.clear();
    out_.unescaped.clear();
    // Never reallocated, so that views into it stay valid: unescaping only shortens, and a boundary
    // grows by less than the `le=""` around it (".0", a rewritten exponent).
    out_.unescaped.reserve(text_.size() * 2 + 64);
    size_t name_end = 0;
    while (name_end < text_.size() && (ContinuesName(text_[name_end]) || text_[name_end] == ':')) {
      ++name_end;
    }
    if (name_end > 0) SetName(text_.substr(0, name_end));
    at_ = name_end;
    SkipBlanks();
    if (at_ < text_.size()) TRY(ParseBraces());
    if (!has_name_) return Error::Invalid("metric name not set while parsing: {}", GoQuote(text_));
    return {};
  }

 private:
  void SkipBlanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }

  Error Expected(std::string_view what) const {
    std::string_view got = text_.substr(at_, 1);
    return Error::Invalid("{}, got {} while parsing: {}", what, GoQuote(got),
                          GoQuote(text_.substr(0, at_ + got.size())));
  }

  void SetName(std::string_view name) {
    has_name_ = true;
    out_.labels.push_back({model::kMetricName, name});
  }

  // At an opening quote; yields what is between the quotes, still escaped.
  Result<std::string_view> ParseQuoted(std::string_view what) {
    size_t from = at_ + 1;
    size_t close = from;
    while (close < text_.size() && text_[close] != '"') close += text_[close] == '\\' ? 2 : 1;
    if (close >= text_.size()) return Expected(what);
    at_ = close + 1;
    return text_.substr(from, close - from);
  }

  // The text without escapes: the page's own bytes where there are none.
  std::string_view Unescaped(std::string_view text) {
    if (text.find('\\') == std::string_view::npos) return text;
    return Keep(UnescapeText(text, EscapeRules::kLabelValue));
  }

  std::string_view Keep(std::string_view text) {
    size_t from = out_.unescaped.size();
    WF_CHECK(from + text.size() <= out_.unescaped.capacity());
    out_.unescaped.append(text);
    return std::string_view(out_.unescaped).substr(from);
  }

  Result<void> ParseBraces() {
    ++at_;  // The brace.
    SkipBlanks();
    while (!At('}')) {
      TRY(ParseLabel());
      SkipBlanks();
      if (At('}')) break;
      if (!At(',')) return Expected("expected comma or brace close");
      ++at_;
      SkipBlanks();
    }
    return {};
  }

  Result<void> ParseLabel() {
    std::string_view name;
    if (At('"')) {
      name = Unescaped(TRY(ParseQuoted("expected label name")));
      if (!IsValidUtf8(name)) {
        return Error::Invalid("invalid UTF-8 label name: {}", GoQuote(name));
      }
      SkipBlanks();
      if (At(',') || At('}')) {
        if (has_name_) {
          return Error::Invalid("metric name already set while parsing: {}", GoQuote(text_));
        }
        SetName(name);
        return {};
      }
    } else {
      if (at_ >= text_.size() || !StartsName(text_[at_])) return Expected("expected label name");
      size_t from = at_;
      while (at_ < text_.size() && ContinuesName(text_[at_])) ++at_;
      name = text_.substr(from, at_ - from);
      SkipBlanks();
    }
    if (!At('=')) return Expected("expected equal");
    ++at_;
    SkipBlanks();
    if (!At('"')) return Expected("expected label value");
    std::string_view escaped = TRY(ParseQuoted("expected label value"));
    if (!IsValidUtf8(escaped)) {
      return Error::Invalid("invalid UTF-8 label value: {}", GoQuote(escaped));
    }
    out_.labels.push_back({name, Boundary(name, Unescaped(escaped))});
    return {};
  }

  std::string_view Boundary(std::string_view name, std::string_view value) {
    bool boundary = (type_ == model::MetricType::kHistogram && name == model::kBucketLabel) ||
                    (type_ == model::MetricType::kSummary && name == model::kQuantileLabel);
    if (!boundary) return value;
    std::string normal = NormalizeBoundary(value);
    return normal == value ? value : Keep(normal);
  }

  std::string_view text_;
  model::MetricType type_;
  SeriesLabelsView& out_;
  size_t at_ = 0;
  bool has_name_ = false;
};

}  // namespace

Result<void> ParseSeriesText(std::string_view series, model::MetricType family_type,
                             SeriesLabelsView& out) {
  return SeriesTextParser(series, family_type, out).Parse();
}

std::string UnescapeText(std::string_view text, EscapeRules rules) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char next = text[i + 1];
    bool quote = next == '"' && rules == EscapeRules::kLabelValue;
    if (next == 'n') {
      out += '\n';
    } else if (next == '\\' || quote) {
      out += next;
    } else {
      out += '\\';
      continue;
    }
    ++i;
  }
  return out;
}

std::string NormalizeBoundary(std::string_view value) {
  std::optional<double> v = ParseFloat(value);
  if (!v) return std::string(value);
  std::string text = FormatFloatGo(*v);
  if (text.find_first_of("e.IN") == std::string::npos) text += ".0";
  return text;
}

}  // namespace watchfire::exposition
