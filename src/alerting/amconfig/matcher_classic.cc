#include "alerting/amconfig/matcher_syntax.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool IsNameChar(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         (!first && c >= '0' && c <= '9');
}

std::string_view TrimFront(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  return text;
}

// Longer operators first.
constexpr std::pair<std::string_view, MatchType> kOperators[] = {{"=~", MatchType::kRegex},
                                                                 {"!~", MatchType::kNotRegex},
                                                                 {"!=", MatchType::kNotEqual},
                                                                 {"=", MatchType::kEqual}};

}  // namespace

Result<Matcher> ParseClassicOne(std::string_view text) {
  std::string_view rest = TrimFront(text);
  size_t size = 0;
  while (size < rest.size() && IsNameChar(rest[size], size == 0)) ++size;
  std::string name(rest.substr(0, size));
  rest = TrimFront(rest.substr(size));
  std::optional<MatchType> type;
  for (const auto& [op, t] : kOperators) {
    if (rest.substr(0, op.size()) != op) continue;
    type = t;
    rest.remove_prefix(op.size());
    break;
  }
  if (name.empty() || !type) return Error::Invalid("bad matcher format: {}", text);
  std::string_view raw = TrimSpace(rest);
  // A newline inside an unquoted rest is no part of the format.
  if (!IsValidUtf8(raw)) return Error::Invalid("matcher value not valid UTF-8: {}", raw);

  bool has_quote = !raw.empty() && raw.front() == '"';
  std::string_view inner = has_quote ? raw.substr(1) : raw;
  std::string value;
  bool escaped = false;
  bool expect_quote = has_quote;
  for (size_t i = 0; i < inner.size(); ++i) {
    char c = inner[i];
    if (escaped) {
      escaped = false;
      if (c == 'n') {
        value += '\n';
      } else if (c == '"' || c == '\\') {
        value += c;
      } else {
        value += '\\';
        value += c;
      }
      continue;
    }
    if (c == '\\') {
      if (i + 1 < inner.size()) {
        escaped = true;
      } else {
        value += '\\';
      }
    } else if (c == '"') {
      if (!expect_quote || i + 1 < inner.size()) {
        return Error::Invalid("matcher value contains unescaped double quote: {}", raw);
      }
      expect_quote = false;
    } else {
      value += c;
    }
  }
  if (expect_quote) return Error::Invalid("matcher value contains unescaped double quote: {}", raw);
  return Matcher::Make(*type, std::move(name), std::move(value));
}

Result<Matchers> ParseClassic(std::string_view text) {
  if (!text.empty() && text.front() == '{') text.remove_prefix(1);
  if (!text.empty() && text.back() == '}') text.remove_suffix(1);
  Matchers out;
  bool in_quotes = false;
  bool escaped = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == ',' && !in_quotes) {
      // Also an empty one, which is no matcher.
      out.push_back(TRY(ParseClassicOne(text.substr(begin, i - begin))));
      begin = i + 1;
    }
    if (c == '"' && !escaped) in_quotes = !in_quotes;
    escaped = c == '\\' && !escaped;
  }
  std::string_view last = TrimSpace(text.substr(begin));
  if (!last.empty()) out.push_back(TRY(ParseClassicOne(last)));
  return out;
}

}  // namespace watchfire::amconfig
