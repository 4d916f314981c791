#pragma once
// Matcher: one condition of a selector, `name op "value"`. A label that a series lacks has the
// value "". Immutable, cheap to copy, thread-safe.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "model/regex.h"

namespace watchfire::model {

enum class MatchType : uint8_t { kEqual, kNotEqual, kRegex, kNotRegex };

// "=", "!=", "=~", "!~".
std::string_view MatchTypeText(MatchType type);

class Matcher {
 public:
  // kInvalid if the value of a regex matcher does not compile.
  static Result<Matcher> Make(MatchType type, std::string name, std::string value);
  // For equality matchers, which cannot fail.
  static Matcher Equal(std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  // Set for the two regex types.
  const std::optional<Regex>& regex() const { return regex_; }

  bool Matches(std::string_view value) const;
  bool MatchesEmpty() const { return Matches({}); }
  // `name="value"`, the value Go-quoted, the name quoted if it must be.
  std::string ToString() const;

  bool operator==(const Matcher& other) const {
    return type_ == other.type_ && name_ == other.name_ && value_ == other.value_;
  }

 private:
  Matcher(MatchType type, std::string name, std::string value, std::optional<Regex> regex)
      : type_(type), name_(std::move(name)), value_(std::move(value)), regex_(std::move(regex)) {}
  MatchType type_;
  std::string name_;
  std::string value_;
  std::optional<Regex> regex_;
};

using Matchers = std::vector<Matcher>;

bool MatchesAll(const Matchers& matchers, const Labels& labels);

}  // namespace watchfire::model
