#pragma once
// Regex: RE2 as Prometheus uses it, fully anchored with dot matching newlines (`^(?s:R)$`), linear
// in the input. Literal alternatives ("a|b|c") are recognised so that callers can look values up
// instead of testing all. Cheap to copy (shared, immutable), thread-safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::model {

class Regex {
 public:
  // The error is `error parsing regexp: …` in the words of Go's regexp package.
  static Result<Regex> Compile(std::string_view pattern);

  bool Matches(std::string_view text) const;
  // Go's Regexp.Expand: if the whole text matches, `replacement` with $1, ${1}, ${name}, $$
  // filled in; nullopt-like false otherwise.
  bool Expand(std::string_view text, std::string_view replacement, std::string* out) const;

  const std::string& pattern() const;
  // Non-empty when the pattern is just an alternation of literals; sorted, without duplicates.
  const std::vector<std::string>& set_matches() const;
  // A literal that every match starts with; may be empty.
  const std::string& prefix() const;

 private:
  struct Impl;
  explicit Regex(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// RE2 as Go's regexp package uses it: looked for anywhere in a text, dot does not match newlines.
// For templates; cheap to copy, thread-safe.
class SearchRegex {
 public:
  // Errors as those of Regex::Compile.
  static Result<SearchRegex> Compile(std::string_view pattern);

  bool FoundIn(std::string_view text) const;
  // Go's ReplaceAllString: every match, from the left and not overlapping, becomes `replacement`
  // with its groups filled in. kLimit when the result grows beyond `limit` bytes.
  Result<std::string> ReplaceAll(std::string_view text, std::string_view replacement,
                                 size_t limit) const;

 private:
  struct Impl;
  explicit SearchRegex(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace watchfire::model
