#include "model/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <map>

namespace watchfire::model {
namespace {

// Patterns come from configurations and queries: a bound keeps one of them from eating the memory.
constexpr int64_t kMaxRegexMemory = 8 << 20;

bool IsMeta(char c) {
  return std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos;
}

// "a|b|c" → its parts; empty if anything but plain text is in it.
std::vector<std::string> LiteralAlternatives(std::string_view pattern) {
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '|') {
      parts.emplace_back();
    } else if (c == '\\' && i + 1 < pattern.size() && IsMeta(pattern[i + 1])) {
      parts.back() += pattern[++i];
    } else if (IsMeta(c)) {
      return {};
    } else {
      parts.back() += c;
    }
  }
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  return parts;
}

// The plain text before the first special character; dropped if an alternation or a quantifier
// could make it optional.
std::string LiteralPrefix(std::string_view pattern) {
  if (pattern.find('|') != std::string_view::npos) return {};
  size_t n = 0;
  while (n < pattern.size() && !IsMeta(pattern[n])) ++n;
  bool quantified = n < pattern.size() && (pattern[n] == '*' || pattern[n] == '?' ||
                                           pattern[n] == '{' || pattern[n] == '+');
  if (quantified && n > 0) {
    // The quantifier binds the last character (all bytes of it in UTF-8).
    do {
      --n;
    } while (n > 0 && (static_cast<uint8_t>(pattern[n]) & 0xc0) == 0x80);
  }
  return std::string(pattern.substr(0, n));
}

// What Go's regexp package, which users know from upstream, says in RE2's place.
std::string GoErrorText(const re2::RE2& re) {
  switch (re.error_code()) {
    case re2::RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case re2::RE2::ErrorBadCharClass:
      return "invalid character class";
    case re2::RE2::ErrorBadCharRange:
      return "invalid character class range";
    case re2::RE2::ErrorMissingBracket:
      return "missing closing ]";
    case re2::RE2::ErrorMissingParen:
      return "missing closing )";
    case re2::RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case re2::RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case re2::RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case re2::RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case re2::RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case re2::RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case re2::RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case re2::RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case re2::RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return re.error();
  }
}

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The group that `$name` means; nullptr if there is none.
const re2::StringPiece* GroupOf(const re2::RE2& re, const std::vector<re2::StringPiece>& found,
                                std::string_view name) {
  bool numeric = !name.empty() &&
                 std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  size_t index = found.size();
  if (numeric) {
    // Go takes a number with a leading zero for a name.
    bool leading_zero = name.size() > 1 && name[0] == '0';
    if (name.size() < 6 && !leading_zero)
      index = static_cast<size_t>(std::stoul(std::string(name)));
  } else {
    auto named = re.NamedCapturingGroups().find(std::string(name));
    if (named != re.NamedCapturingGroups().end()) index = static_cast<size_t>(named->second);
  }
  return index < found.size() ? &found[index] : nullptr;
}

// Go's Expand: `replacement` with its $1, ${1}, ${name} and $$ filled in.
void AppendExpanded(const re2::RE2& re, const std::vector<re2::StringPiece>& found,
                    std::string_view replacement, std::string* out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '$' || i + 1 == replacement.size()) {
      *out += replacement[i];
      continue;
    }
    if (replacement[i + 1] == '$') {
      *out += '$';
      ++i;
      continue;
    }
    bool braces = replacement[i + 1] == '{';
    size_t start = i + (braces ? 2 : 1);
    size_t end = start;
    while (end < replacement.size() && IsWord(replacement[end])) ++end;
    bool closed = !braces || (end < replacement.size() && replacement[end] == '}');
    if (end == start || !closed) {
      *out += '$';  // malformed: Go copies the dollar and goes on
      continue;
    }
    const re2::StringPiece* group = GroupOf(re, found, replacement.substr(start, end - start));
    if (group != nullptr) out->append(group->data(), group->size());
    i = braces ? end : end - 1;
  }
}

re2::RE2::Options QuietOptions() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxRegexMemory);
  return options;
}

Error CompileError(const re2::RE2& re) {
  std::string text = GoErrorText(re);
  if (!re.error_arg().empty()) text += ": `" + re.error_arg() + "`";
  return Error::Invalid("error parsing regexp: {}", text);
}

}  // namespace

struct Regex::Impl {
  explicit Impl(std::string_view text, const re2::RE2::Options& options)
      : pattern(text), re("^(?s:" + pattern + ")$", options) {}
  std::string pattern;
  re2::RE2 re;
  std::vector<std::string> set_matches;
  std::string prefix;
};

Result<Regex> Regex::Compile(std::string_view pattern) {
  re2::RE2::Options options = QuietOptions();
  // Checked alone first, so that an unbalanced ")" cannot close our own group.
  re2::RE2 alone(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!alone.ok()) return CompileError(alone);
  auto impl = std::make_shared<Impl>(pattern, options);
  if (!impl->re.ok()) return Error::Invalid("error parsing regexp: {}", impl->re.error());
  impl->set_matches = LiteralAlternatives(pattern);
  impl->prefix = LiteralPrefix(pattern);
  return Regex(std::move(impl));
}

bool Regex::Matches(std::string_view text) const {
  const Impl& impl = *impl_;
  if (!impl.set_matches.empty()) {
    return std::binary_search(impl.set_matches.begin(), impl.set_matches.end(), text);
  }
  if (text.substr(0, impl.prefix.size()) != impl.prefix) return false;
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), impl.re);
}

bool Regex::Expand(std::string_view text, std::string_view replacement, std::string* out) const {
  const re2::RE2& re = impl_->re;
  std::vector<re2::StringPiece> found(static_cast<size_t>(re.NumberOfCapturingGroups()) + 1);
  if (!re.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::ANCHOR_BOTH,
                found.data(), static_cast<int>(found.size()))) {
    return false;
  }
  out->clear();
  AppendExpanded(re, found, replacement, out);
  return true;
}

const std::string& Regex::pattern() const {
  return impl_->pattern;
}
const std::vector<std::string>& Regex::set_matches() const {
  return impl_->set_matches;
}
const std::string& Regex::prefix() const {
  return impl_->prefix;
}

struct SearchRegex::Impl {
  explicit Impl(std::string_view pattern)
      : re(re2::StringPiece(pattern.data(), pattern.size()), QuietOptions()) {}
  re2::RE2 re;
};

Result<SearchRegex> SearchRegex::Compile(std::string_view pattern) {
  auto impl = std::make_shared<const Impl>(pattern);
  if (!impl->re.ok()) return CompileError(impl->re);
  return SearchRegex(std::move(impl));
}

bool SearchRegex::FoundIn(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), impl_->re);
}

Result<std::string> SearchRegex::ReplaceAll(std::string_view text, std::string_view replacement,
                                            size_t limit) const {
  const re2::RE2& re = impl_->re;
  std::vector<re2::StringPiece> found(static_cast<size_t>(re.NumberOfCapturingGroups()) + 1);
  re2::StringPiece input(text.data(), text.size());
  std::string out;
  size_t copied = 0;  // of the text
  size_t at = 0;
  while (at <= text.size() && re.Match(input, at, text.size(), re2::RE2::UNANCHORED, found.data(),
                                       static_cast<int>(found.size()))) {
    auto start = static_cast<size_t>(found[0].data() - text.data());
    size_t end = start + found[0].size();
    out.append(text, copied, start - copied);
    // No empty match right behind a match.
    if (end > copied || start == 0) AppendExpanded(re, found, replacement, &out);
    if (out.size() > limit) return Error::Make(ErrorCode::kLimit, "replaced text is too long");
    copied = end;
    at = end;
    if (found[0].empty()) {
      // On by one character, which the next round copies.
      do {
        ++at;
      } while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
    }
  }
  if (copied < text.size()) out.append(text, copied, text.size() - copied);
  if (out.size() > limit) return Error::Make(ErrorCode::kLimit, "replaced text is too long");
  return out;
}

}  // namespace watchfire::model
