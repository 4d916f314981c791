#pragma once
// Matchers as Alertmanager has them: `name op "value"` over the labels of an alert, written in one
// of two syntaxes. The classic one is lenient about quotes and knows plain label names only; the
// UTF-8 one allows any name and wants braces and quotes to be right. By default both are tried and
// the classic reading wins where they differ, as upstream does, so that old files keep their
// meaning.
//
// Regular expressions match whole values; a dot does not match a newline. Matchers print the way
// group keys and API answers need them, byte for byte. Immutable values; parsing is pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"

namespace watchfire::amconfig {

using model::MatchType;

class Matcher {
 public:
  // kInvalid if the value of a regex matcher does not compile.
  static Result<Matcher> Make(MatchType type, std::string name, std::string value);
  // Of a `match_re` entry, whose value upstream shows with its anchors: `name=~"^(?:pattern)$"`.
  static Result<Matcher> MakeAnchored(std::string name, const std::string& pattern);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  const std::optional<model::Regex>& regex() const { return regex_; }
  bool is_equal() const { return type_ == MatchType::kEqual || type_ == MatchType::kRegex; }
  bool is_regex() const { return regex_.has_value(); }

  bool Matches(std::string_view value) const;
  // `name="value"`; both sides quoted if the name has characters that the syntax reserves.
  std::string ToString() const;
  bool operator==(const Matcher& other) const {
    return type_ == other.type_ && name_ == other.name_ && value_ == other.value_;
  }
  // By name, then value, then type: the order in route keys.
  bool operator<(const Matcher& other) const;

 private:
  Matcher(MatchType type, std::string name, std::string value, std::optional<model::Regex> regex)
      : type_(type), name_(std::move(name)), value_(std::move(value)), regex_(std::move(regex)) {}
  MatchType type_;
  std::string name_;
  std::string value_;
  std::optional<model::Regex> regex_;
};

using Matchers = std::vector<Matcher>;

// The deprecated `match` and `match_re` maps of a loaded section and its `matchers` as one list, in
// the order of route keys.
Matchers JoinMatchers(const std::map<std::string, std::string>& match,
                      const std::map<std::string, std::string>& match_re, Matchers matchers);

// A label that is not there has the value "".
bool MatchesAll(const Matchers& matchers, const model::Labels& labels);
// `{a="1",b=~"2"}`, as given.
std::string MatchersText(const Matchers& matchers);

// What is accepted: both syntaxes (upstream's default), or one alone.
enum class MatcherSyntax : uint8_t { kFallback, kUtf8, kClassic };

// All matchers of a text, `a=1,b!="2"` or the same in braces. `warning`, if given, is set when the
// text will mean something else, or nothing, in the UTF-8 syntax alone.
Result<Matchers> ParseMatchers(std::string_view text, MatcherSyntax syntax,
                               std::string* warning = nullptr);
// Exactly one matcher, without braces unless `syntax` is classic.
Result<Matcher> ParseMatcher(std::string_view text, MatcherSyntax syntax,
                             std::string* warning = nullptr);

// Label names in group_by and the like.
bool IsLabelName(std::string_view name, MatcherSyntax syntax);

}  // namespace watchfire::amconfig
