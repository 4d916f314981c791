#include "model/matcher.h"

#include "base/text.h"

namespace watchfire::model {

std::string_view MatchTypeText(MatchType type) {
  switch (type) {
    case MatchType::kEqual:
      return "=";
    case MatchType::kNotEqual:
      return "!=";
    case MatchType::kRegex:
      return "=~";
    case MatchType::kNotRegex:
      return "!~";
  }
  return "=";
}

Result<Matcher> Matcher::Make(MatchType type, std::string name, std::string value) {
  std::optional<Regex> regex;
  if (type == MatchType::kRegex || type == MatchType::kNotRegex) {
    regex = TRY(Regex::Compile(value));
  }
  return Matcher(type, std::move(name), std::move(value), std::move(regex));
}

Matcher Matcher::Equal(std::string name, std::string value) {
  return Matcher(MatchType::kEqual, std::move(name), std::move(value), std::nullopt);
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
  std::string name = IsLegacyLabelName(name_) ? name_ : GoQuote(name_);
  return name.append(MatchTypeText(type_)).append(GoQuote(value_));
}

bool MatchesAll(const Matchers& matchers, const Labels& labels) {
  for (const Matcher& matcher : matchers) {
    if (!matcher.Matches(labels.Get(matcher.name()))) return false;
  }
  return true;
}

}  // namespace watchfire::model
