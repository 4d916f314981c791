#include <array>

#include "alerting/amconfig/matcher_syntax.h"
#include "base/text.h"

namespace watchfire::amconfig {
namespace {

// The white space that Unicode has outside ASCII.
constexpr std::array<uint32_t, 19> kSpaces = {
    0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
    0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};

bool IsSpace(uint32_t rune) {
  if (rune <= 0x7f) return rune == ' ' || (rune >= '\t' && rune <= '\r');
  for (uint32_t space : kSpaces) {
    if (rune == space) return true;
  }
  return false;
}

bool IsReserved(uint32_t rune) {
  return IsSpace(rune) ||
         (rune <= 0x7f &&
          std::string_view("{}!=~,\\\"'`").find(static_cast<char>(rune)) != std::string_view::npos);
}

struct Rune {
  uint32_t code = 0xfffd;
  size_t size = 1;
  bool valid = false;
};

Rune DecodeRune(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (text.size() < size || !IsValidUtf8(text.substr(0, size))) return {};
  uint32_t code = first & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3fU);
  return {code, size, true};
}

enum class Token : uint8_t { kEnd, kOpen, kClose, kComma, kOperator, kQuoted, kUnquoted };

struct Lexeme {
  Token token = Token::kEnd;
  std::string text;
  size_t begin = 0;  // columns
  size_t end = 0;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<Lexeme> Next() {
    while (at_ < text_.size() && IsSpace(DecodeRune(text_.substr(at_)).code)) Step();
    start_ = at_;
    start_column_ = column_;
    if (at_ == text_.size()) return Make(Token::kEnd);
    char c = text_[at_];
    if (c == '{' || c == '}' || c == ',') {
      Step();
      return Make(c == '{' ? Token::kOpen : c == '}' ? Token::kClose : Token::kComma);
    }
    if (c == '=' || c == '!') return Operator(c);
    if (c == '"') return Quoted();
    Rune rune = DecodeRune(text_.substr(at_));
    if (!IsReserved(rune.code)) return Unquoted();
    Step();
    return Fail(fmt::format("{}: invalid input", Taken()));
  }

 private:
  void Step() {
    at_ += DecodeRune(text_.substr(at_)).size;
    ++column_;
  }
  std::string Taken() const { return std::string(text_.substr(start_, at_ - start_)); }
  Result<Lexeme> Make(Token token) const { return Lexeme{token, Taken(), start_column_, column_}; }
  Error Fail(const std::string& what) const {
    return Error::Invalid("{}:{}: {}", start_column_, column_, what);
  }
  Result<Lexeme> Operator(char first) {
    Step();
    char second = at_ < text_.size() ? text_[at_] : '\0';
    if (second == '~' || (first == '!' && second == '=')) {
      Step();
    } else if (first == '!') {
      if (at_ == text_.size()) return Fail("unexpected end of input, expected one of '=~'");
      return Fail(fmt::format("{}: expected one of '=~'", Taken()));
    }
    return Make(Token::kOperator);
  }
  Result<Lexeme> Quoted() {
    Step();
    bool escaped = false;
    while (at_ < text_.size()) {
      char c = text_[at_];
      Step();
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        return Make(Token::kQuoted);
      }
    }
    return Fail(fmt::format("{}: missing end \"", Taken()));
  }
  Result<Lexeme> Unquoted() {
    while (at_ < text_.size() && !IsReserved(DecodeRune(text_.substr(at_)).code)) Step();
    return Make(Token::kUnquoted);
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t column_ = 0;
  size_t start_ = 0;
  size_t start_column_ = 0;
};

// Go's escapes inside double quotes; nullopt for a bad one.
class Unquoter {
 public:
  explicit Unquoter(std::string_view inner) : rest_(inner) {}

  std::optional<std::string> Run() {
    std::string out;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') return std::nullopt;
      if (c != '\\') {
        out += c;
      } else if (!Escape(out)) {
        return std::nullopt;
      }
    }
    return out;
  }

 private:
  bool Escape(std::string& out) {
    constexpr std::string_view kNames = "abfnrtv\\\"";
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"";
    if (rest_.empty()) return false;
    char c = rest_.front();
    if (size_t i = kNames.find(c); i != std::string_view::npos) {
      rest_.remove_prefix(1);
      out += kValues[i];
      return true;
    }
    if (c >= '0' && c <= '7') return Number(3, 8, out, true);
    rest_.remove_prefix(1);
    if (c == 'x') return Number(2, 16, out, true);
    if (c == 'u') return Number(4, 16, out, false);
    if (c == 'U') return Number(8, 16, out, false);
    return false;
  }
  bool Number(size_t digits, uint32_t base, std::string& out, bool is_byte) {
    if (rest_.size() < digits) return false;
    uint32_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      char c = rest_[i];
      uint32_t digit = c >= '0' && c <= '9'   ? static_cast<uint32_t>(c - '0')
                       : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a') + 10
                       : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A') + 10
                                              : 99;
      if (digit >= base) return false;
      value = value * base + digit;
    }
    rest_.remove_prefix(digits);
    if (is_byte) {
      if (value > 255) return false;
      out += static_cast<char>(value);
      return true;
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return false;
    AppendUtf8(out, value);
    return true;
  }

  std::string_view rest_;
};

constexpr std::string_view kEndOfInput = "end of input";

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Result<Matchers> Run() {
    Matchers out;
    TRY(Next());
    if (Is(Token::kEnd)) return out;
    bool open = Is(Token::kOpen);
    if (open) {
      Take();
      TRY(Next());
    }
    while (!Is(Token::kEnd) && !Is(Token::kClose)) {
      out.push_back(TRY(One()));
      constexpr std::string_view kComma = "expected a comma or close brace";
      TRY(Next(kComma));
      if (Is(Token::kEnd) || Is(Token::kClose)) break;
      if (!Is(Token::kComma)) return Unexpected(kComma);
      Take();
      constexpr std::string_view kMatcher = "expected a matcher or close brace after comma";
      TRY(Next(kMatcher));
      if (!Is(Token::kEnd) && !Is(Token::kClose) && !IsText()) return Unexpected(kMatcher);
    }
    TRY(Close(open));
    return out;
  }

 private:
  // The token that is next, without taking it. An error of the lexer is told with what was expected
  // in its place, if anything was.
  Result<void> Next(std::string_view expected = {}) {
    if (!next_) next_ = lexer_.Next();
    if (next_->ok()) return {};
    if (expected.empty()) return next_->error();
    return Error::Invalid("{}: {}", next_->error().message(), expected);
  }
  bool Is(Token token) const { return (*next_)->token == token; }
  bool IsText() const { return Is(Token::kQuoted) || Is(Token::kUnquoted); }
  Lexeme Take() {
    Lexeme taken = std::move(**next_);
    next_.reset();
    end_ = taken.end;
    return taken;
  }
  Error Unexpected(std::string_view expected) const {
    const Lexeme& token = **next_;
    if (token.token == Token::kEnd) return Error::Invalid("{}: {}", kEndOfInput, expected);
    return Error::Invalid("{}:{}: unexpected {}: {}", token.begin, token.end, token.text, expected);
  }
  // After the last matcher: both braces or none, and nothing behind them.
  Result<void> Close(bool open) {
    if (open && Is(Token::kEnd)) {
      return Error::Invalid("0:{}: {}: expected close brace", end_, kEndOfInput);
    }
    if (Is(Token::kEnd)) return {};
    Take();
    if (!open) return Error::Invalid("0:{}: }}: expected opening brace", end_);
    constexpr std::string_view kEnd = "expected end of input";
    TRY(Next(kEnd));
    const Lexeme& token = **next_;
    if (token.token == Token::kEnd) return {};
    return Error::Invalid("{}:{}: {}: {}", token.begin, token.end, token.text, kEnd);
  }
  Result<std::string> Text(std::string_view expected) {
    TRY(Next(expected));
    if (!IsText()) return Unexpected(expected);
    Lexeme token = Take();
    if (token.token == Token::kUnquoted) return std::move(token.text);
    std::optional<std::string> inner =
        Unquoter(std::string_view(token.text).substr(1, token.text.size() - 2)).Run();
    if (inner && IsValidUtf8(*inner)) return std::move(*inner);
    return Error::Invalid("{}:{}: {}: invalid input", token.begin, token.end, token.text);
  }
  Result<Matcher> One() {
    std::string name = TRY(Text("expected label name"));
    constexpr std::string_view kOperator = "expected an operator such as '=', '!=', '=~' or '!~'";
    TRY(Next(kOperator));
    if (!Is(Token::kOperator)) return Unexpected(kOperator);
    std::string op = Take().text;
    std::string value = TRY(Text("expected label value"));
    MatchType type = op == "="    ? MatchType::kEqual
                     : op == "!=" ? MatchType::kNotEqual
                     : op == "=~" ? MatchType::kRegex
                                  : MatchType::kNotRegex;
    Result<Matcher> matcher = Matcher::Make(type, std::move(name), std::move(value));
    if (!matcher.ok()) return matcher.error().With("failed to create matcher");
    return matcher;
  }

  Lexer lexer_;
  std::optional<Result<Lexeme>> next_;
  size_t end_ = 0;  // column behind the last token taken
};

}  // namespace

bool HasReserved(std::string_view text) {
  while (!text.empty()) {
    Rune rune = DecodeRune(text);
    if (IsReserved(rune.code)) return true;
    text.remove_prefix(rune.size);
  }
  return false;
}

Result<Matchers> ParseUtf8(std::string_view text) {
  if (!IsValidUtf8(text)) return Error::Invalid("0:1: {}: invalid input", GoQuote(text));
  return Parser(text).Run();
}

Result<Matcher> ParseUtf8One(std::string_view text) {
  Matchers matchers = TRY(ParseUtf8(text));
  if (matchers.empty()) return Error::Invalid("no matchers");
  if (matchers.size() > 1) {
    return Error::Invalid("expected 1 matcher, found {}", matchers.size());
  }
  return std::move(matchers[0]);
}

}  // namespace watchfire::amconfig
