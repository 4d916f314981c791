#include "alerting/amconfig/matcher.h"

#include <algorithm>
#include <tuple>

#include "alerting/amconfig/matcher_syntax.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

// OpenMetrics' escapes, with which plain names are printed.
std::string EscapeValue(std::string_view value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"') {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool SameMatchers(const Matchers& a, const Matchers& b) {
  return a == b;
}

std::string Suggestion(const Matchers& matchers) {
  std::string out;
  for (const Matcher& matcher : matchers) out += (out.empty() ? "" : ",") + matcher.ToString();
  return out;
}

Result<Matchers> ParseFallback(std::string_view text, std::string* warning) {
  Result<Matchers> classic = ParseClassic(text);
  Result<Matchers> utf8 = ParseUtf8(text);
  if (!utf8.ok()) {
    if (!classic.ok()) return classic.error();
    if (warning != nullptr) {
      *warning = fmt::format(
          "the matcher {} is read in the classic syntax and has no meaning in the UTF-8 one ({}); "
          "write {}",
          text, utf8.error().message(), Suggestion(*classic));
    }
    return classic;
  }
  if (classic.ok() && !SameMatchers(*classic, *utf8)) {
    if (warning != nullptr) {
      *warning = fmt::format(
          "the matcher {} has two readings; it is taken as {}, in the UTF-8 syntax it would be {}",
          text, Suggestion(*classic), Suggestion(*utf8));
    }
    return classic;
  }
  return utf8;
}

}  // namespace

Result<Matcher> Matcher::Make(MatchType type, std::string name, std::string value) {
  std::optional<model::Regex> regex;
  if (type == MatchType::kRegex || type == MatchType::kNotRegex) {
    Result<model::Regex> compiled = model::Regex::Compile(value);
    if (!compiled.ok()) {
      // Upstream names the pattern with its anchors.
      Result<model::SearchRegex> anchored = model::SearchRegex::Compile("^(?:" + value + ")$");
      return anchored.ok() ? compiled.error() : anchored.error();
    }
    regex = std::move(*compiled);
    // The shared Regex lets a dot match newlines. Patterns without one keep their fast form.
    if (value.find('.') != std::string::npos) {
      regex = TRY(model::Regex::Compile("(?-s:" + value + ")"));
    }
  }
  return Matcher(type, std::move(name), std::move(value), std::move(regex));
}

Result<Matcher> Matcher::MakeAnchored(std::string name, const std::string& pattern) {
  Matcher matcher = TRY(Make(MatchType::kRegex, std::move(name), pattern));
  matcher.value_ = "^(?:" + pattern + ")$";
  return matcher;
}

Matchers JoinMatchers(const std::map<std::string, std::string>& match,
                      const std::map<std::string, std::string>& match_re, Matchers matchers) {
  for (const auto& [name, value] : match) {
    matchers.push_back(Matcher::Make(MatchType::kEqual, name, value).value());
  }
  for (const auto& [name, pattern] : match_re) {
    matchers.push_back(Matcher::MakeAnchored(name, pattern).value());
  }
  std::sort(matchers.begin(), matchers.end());
  return matchers;
}

bool Matcher::Matches(std::string_view value) const {
  switch (type_) {
    case MatchType::kEqual:
      return value == value_;
    case MatchType::kNotEqual:
      return value != value_;
    case MatchType::kRegex:
      return regex_->Matches(value);
    case MatchType::kNotRegex:
      return !regex_->Matches(value);
  }
  return false;
}

std::string Matcher::ToString() const {
  std::string_view op = model::MatchTypeText(type_);
  if (HasReserved(name_)) return fmt::format("{}{}{}", GoQuote(name_), op, GoQuote(value_));
  return fmt::format("{}{}{}", name_, op, EscapeValue(value_));
}

bool Matcher::operator<(const Matcher& other) const {
  return std::tie(name_, value_, type_) < std::tie(other.name_, other.value_, other.type_);
}

bool MatchesAll(const Matchers& matchers, const model::Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
    return matcher.Matches(labels.Get(matcher.name()));
  });
}

std::string MatchersText(const Matchers& matchers) {
  return "{" + Suggestion(matchers) + "}";
}

Result<Matchers> ParseMatchers(std::string_view text, MatcherSyntax syntax, std::string* warning) {
  switch (syntax) {
    case MatcherSyntax::kUtf8:
      return ParseUtf8(text);
    case MatcherSyntax::kClassic:
      return ParseClassic(text);
    case MatcherSyntax::kFallback:
      break;
  }
  return ParseFallback(text, warning);
}

Result<Matcher> ParseMatcher(std::string_view text, MatcherSyntax syntax, std::string* warning) {
  if (syntax == MatcherSyntax::kClassic) return ParseClassicOne(text);
  if (!text.empty() && (text.front() == '{' || text.back() == '}')) {
    return Error::Invalid("unexpected open or close brace: {}", text);
  }
  if (syntax == MatcherSyntax::kUtf8) return ParseUtf8One(text);
  Result<Matcher> classic = ParseClassicOne(text);
  Result<Matcher> utf8 = ParseUtf8One(text);
  if (!classic.ok() && !utf8.ok()) return classic.error();
  if (!classic.ok()) return utf8;
  if (warning != nullptr && (!utf8.ok() || !(*utf8 == *classic))) {
    *warning = fmt::format("the matcher {} is read in the classic syntax; write {}", text,
                           classic->ToString());
  }
  return classic;
}

bool IsLabelName(std::string_view name, MatcherSyntax syntax) {
  if (syntax == MatcherSyntax::kClassic) return model::IsLegacyLabelName(name);
  return !name.empty() && IsValidUtf8(name);
}

}  // namespace watchfire::amconfig
