#include "promql/parser/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "promql/parser/runes.h"

namespace watchfire::promql {
namespace {

struct Keyword {
  std::string_view word;
  TokenType type;
};
// In alphabetical order.
constexpr std::array kKeywords = {
    Keyword{"anchored", TokenType::kAnchored},
    Keyword{"and", TokenType::kAnd},
    Keyword{"atan2", TokenType::kAtan2},
    Keyword{"avg", TokenType::kAvg},
    Keyword{"bool", TokenType::kBool},
    Keyword{"bottomk", TokenType::kBottomk},
    Keyword{"by", TokenType::kBy},
    Keyword{"count", TokenType::kCount},
    Keyword{"count_values", TokenType::kCountValues},
    Keyword{"end", TokenType::kEnd},
    Keyword{"fill", TokenType::kFill},
    Keyword{"fill_left", TokenType::kFillLeft},
    Keyword{"fill_right", TokenType::kFillRight},
    Keyword{"group", TokenType::kGroup},
    Keyword{"group_left", TokenType::kGroupLeft},
    Keyword{"group_right", TokenType::kGroupRight},
    Keyword{"ignoring", TokenType::kIgnoring},
    Keyword{"inf", TokenType::kNumber},
    Keyword{"limit_ratio", TokenType::kLimitRatio},
    Keyword{"limitk", TokenType::kLimitk},
    Keyword{"max", TokenType::kMax},
    Keyword{"max_of", TokenType::kMaxOf},
    Keyword{"min", TokenType::kMin},
    Keyword{"min_of", TokenType::kMinOf},
    Keyword{"nan", TokenType::kNumber},
    Keyword{"offset", TokenType::kOffset},
    Keyword{"on", TokenType::kOn},
    Keyword{"or", TokenType::kOr},
    Keyword{"quantile", TokenType::kQuantile},
    Keyword{"range", TokenType::kRange},
    Keyword{"smoothed", TokenType::kSmoothed},
    Keyword{"start", TokenType::kStart},
    Keyword{"stddev", TokenType::kStddev},
    Keyword{"stdvar", TokenType::kStdvar},
    Keyword{"step", TokenType::kStep},
    Keyword{"sum", TokenType::kSum},
    Keyword{"topk", TokenType::kTopk},
    Keyword{"unless", TokenType::kUnless},
    Keyword{"without", TokenType::kWithout},
};
constexpr size_t kLongestKeyword = 12;

TokenType LookUpKeyword(std::string_view word) {
  if (word.size() > kLongestKeyword) return TokenType::kIdentifier;
  std::string lower = ToLower(word);
  const auto* found = std::ranges::lower_bound(kKeywords, lower, {}, &Keyword::word);
  return found != kKeywords.end() && found->word == lower ? found->type : TokenType::kIdentifier;
}

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsAlpha(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsAlphaNumeric(char c) {
  return IsAlpha(c) || IsDigit(c);
}

uint32_t DigitValue(char c) {
  if (IsDigit(c)) return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A' + 10);
  return 16;
}

bool IsOperator(TokenType type) {
  return type >= TokenType::kMatchRegex && type <= TokenType::kUnless;
}
bool IsKeyword(TokenType type) {
  return type >= TokenType::kAnchored && type <= TokenType::kWithout;
}

constexpr std::string_view kDecimalDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

}  // namespace

bool Lexer::HereIs(std::string_view set) const {
  return !AtEnd() && set.find(query_[pos_]) != std::string_view::npos;
}

bool Lexer::Accept(std::string_view set) {
  if (!HereIs(set)) return false;
  ++pos_;
  return true;
}

void Lexer::Emit(TokenType type, Token* token) {
  *token = {type, start_, pos_, {}};
  start_ = pos_;
}

void Lexer::Fail(uint32_t at, std::string text, Token* token) {
  *token = {TokenType::kError, at, at, std::move(text)};
  done_ = true;
}

Token Lexer::Next() {
  Token token;
  auto size = static_cast<uint32_t>(query_.size());
  if (done_) return {TokenType::kEof, size, size, {}};
  for (;;) {
    start_ = pos_;
    bool got = brace_open_      ? LexInsideBraces(&token)
               : duration_mode_ ? LexDuration(&token)
                                : LexStatement(&token);
    if (got) return token;
  }
}

bool Lexer::SkipComment() {
  if (Here() != '#' || AtEnd()) return false;
  while (!AtEnd() && Here() != '\n' && Here() != '\r') ++pos_;
  return true;
}

bool Lexer::LexStatement(Token* token) {
  if (SkipComment()) return false;
  if (AtEnd()) {
    if (paren_depth_ != 0) {
      Fail(start_, "unclosed left parenthesis", token);
    } else if (bracket_open_) {
      Fail(start_, "unclosed left bracket", token);
    } else {
      Emit(TokenType::kEof, token);
      done_ = true;
    }
    return true;
  }
  char c = Here();
  if (IsSpace(c)) {
    while (IsSpace(Here())) ++pos_;
    return false;
  }
  bool fraction = c == '.' && pos_ + 1 < query_.size() && IsDigit(query_[pos_ + 1]);
  if (IsDigit(c) || fraction) {
    LexNumberOrDuration(token);
  } else if (c == '"' || c == '\'') {
    LexString(c, token);
  } else if (c == '`') {
    LexRawString(token);
  } else if (IsAlpha(c) || c == ':') {
    if (bracket_open_) {
      LexBracketed(c, token);
    } else {
      LexWord(token);
    }
  } else {
    LexOperator(c, token);
  }
  return true;
}

void Lexer::LexOperator(char first, Token* token) {
  ++pos_;
  switch (first) {
    case ',':
      return Emit(TokenType::kComma, token);
    case '*':
      return Emit(TokenType::kMul, token);
    case '/':
      return Emit(TokenType::kDiv, token);
    case '%':
      return Emit(TokenType::kMod, token);
    case '+':
      return Emit(TokenType::kAdd, token);
    case '-':
      return Emit(TokenType::kSub, token);
    case '^':
      return Emit(TokenType::kPow, token);
    case '@':
      return Emit(TokenType::kAt, token);
    case '=':
    case '!':
      return LexEqualSign(token);
    case '<':
      if (Accept("=")) return Emit(TokenType::kLessEqual, token);
      return Emit(Accept("/") ? TokenType::kTrimUpper : TokenType::kLess, token);
    case '>':
      if (Accept("=")) return Emit(TokenType::kGreaterEqual, token);
      return Emit(Accept("/") ? TokenType::kTrimLower : TokenType::kGreater, token);
    case '{':
      brace_open_ = true;
      return Emit(TokenType::kLeftBrace, token);
    case '(':
    case ')':
    case '[':
    case ']':
      return LexBracketed(first, token);
    default:
      Fail(start_, "unexpected character: " + QuoteRune(DecodeRune(query_, start_).value), token);
  }
}

void Lexer::LexEqualSign(Token* token) {
  bool negated = query_[start_] == '!';
  if (Accept("=")) return Emit(negated ? TokenType::kNotEqual : TokenType::kEqual, token);
  if (!negated && Here() != '~') return Emit(TokenType::kAssign, token);
  Fail(start_,
       fmt::format("unexpected character after '{}': {}", query_[start_],
                   QuoteRune(DecodeRune(query_, pos_).value)),
       token);
}

// Parentheses and brackets, and what may stand between brackets after the first number.
void Lexer::LexBracketed(char first, Token* token) {
  switch (first) {
    case '(':
      ++paren_depth_;
      return Emit(TokenType::kLeftParen, token);
    case ')':
      // Upstream notices the mismatch only after the parenthesis, and points there.
      if (--paren_depth_ < 0) return Fail(pos_, "unexpected right parenthesis ')'", token);
      return Emit(TokenType::kRightParen, token);
    case '[':
      if (bracket_open_) return Fail(start_, "unexpected left bracket '['", token);
      bracket_open_ = duration_mode_ = true;
      got_colon_ = got_duration_ = false;
      return Emit(TokenType::kLeftBracket, token);
    case ']':
      if (!bracket_open_) return Fail(start_, "unexpected right bracket ']'", token);
      bracket_open_ = duration_mode_ = false;
      return Emit(TokenType::kRightBracket, token);
    case ':':
      if (got_colon_) return Fail(start_, "unexpected colon ':'", token);
      ++pos_;
      got_colon_ = true;
      return Emit(TokenType::kColon, token);
    default:
      LexWordInBrackets(fmt::format("unexpected character: '{}', expected ':'", first), token);
  }
}

void Lexer::LexWordInBrackets(std::string_view complaint, Token* token) {
  while (IsAlpha(Here())) ++pos_;
  TokenType type = LookUpKeyword(query_.substr(start_, pos_ - start_));
  bool known = type == TokenType::kStep || type == TokenType::kRange || type == TokenType::kMinOf ||
               type == TokenType::kMaxOf;
  if (!known) return Fail(start_, std::string(complaint), token);
  got_duration_ = true;
  Emit(type, token);
}

bool Lexer::LexDuration(Token* token) {
  if (AtEnd()) {
    Fail(start_, "unexpected end of input in duration expression", token);
    return true;
  }
  char c = Here();
  if (IsSpace(c)) {
    while (IsSpace(Here())) ++pos_;
    return false;
  }
  bool fraction = c == '.' && pos_ + 1 < query_.size() && IsDigit(query_[pos_ + 1]);
  if (IsDigit(c) || fraction) {
    got_duration_ = true;
    duration_mode_ = false;
    LexNumberOrDuration(token);
  } else if (c == ':') {
    ++pos_;
    if (!got_duration_) {
      Fail(pos_, "unexpected colon before duration in duration expression", token);
    } else if (got_colon_) {
      Fail(pos_, "unexpected repeated colon in duration expression", token);
    } else {
      got_colon_ = true;
      Emit(TokenType::kColon, token);
    }
  } else if (std::string_view("()]+-*/%^,").find(c) != std::string_view::npos) {
    LexOperator(c, token);
  } else {
    std::string complaint =
        "unexpected character in duration expression: " + QuoteRune(DecodeRune(query_, pos_).value);
    if (IsAlpha(c)) {
      LexWordInBrackets(complaint, token);
    } else {
      Fail(start_, std::move(complaint), token);
    }
  }
  return true;
}

bool Lexer::LexInsideBraces(Token* token) {
  if (SkipComment()) return false;
  if (AtEnd()) {
    Fail(start_, "unexpected end of input inside braces", token);
    return true;
  }
  char c = Here();
  if (IsSpace(c)) {
    while (IsSpace(Here())) ++pos_;
    return false;
  }
  if (IsAlpha(c)) {
    LexIdentifier(token);
  } else if (c == '"' || c == '\'') {
    LexString(c, token);
  } else if (c == '`') {
    LexRawString(token);
  } else if (c == ',') {
    ++pos_;
    Emit(TokenType::kComma, token);
  } else if (c == '=') {
    ++pos_;
    Emit(Accept("~") ? TokenType::kMatchRegex : TokenType::kAssign, token);
  } else if (c == '!') {
    ++pos_;
    if (Accept("~")) {
      Emit(TokenType::kMatchNotRegex, token);
    } else if (Accept("=")) {
      Emit(TokenType::kNotEqual, token);
    } else {
      Fail(start_,
           "unexpected character after '!' inside braces: " +
               QuoteRune(DecodeRune(query_, pos_).value),
           token);
    }
  } else if (c == '{') {
    Fail(start_, "unexpected left brace '{'", token);
  } else if (c == '}') {
    ++pos_;
    brace_open_ = false;
    Emit(TokenType::kRightBrace, token);
  } else {
    Fail(start_, "unexpected character inside braces: " + QuoteRune(DecodeRune(query_, pos_).value),
         token);
  }
  return true;
}

void Lexer::LexIdentifier(Token* token) {
  while (IsAlphaNumeric(Here())) ++pos_;
  Emit(TokenType::kIdentifier, token);
}

void Lexer::LexWord(Token* token) {
  while (IsAlphaNumeric(Here()) || Here() == ':') ++pos_;
  std::string_view word = query_.substr(start_, pos_ - start_);
  if (word.find(':') != std::string_view::npos) return Emit(TokenType::kMetricIdentifier, token);
  TokenType type = LookUpKeyword(word);
  bool fill =
      type == TokenType::kFill || type == TokenType::kFillLeft || type == TokenType::kFillRight;
  // Metrics named fill existed before the modifier: it is a keyword only before '('.
  if (fill && !FollowedByLeftParen()) type = TokenType::kIdentifier;
  Emit(type, token);
}

bool Lexer::FollowedByLeftParen() const {
  uint32_t at = pos_;
  while (at < query_.size() && IsSpace(query_[at])) ++at;
  return at < query_.size() && query_[at] == '(';
}

void Lexer::LexNumberOrDuration(Token* token) {
  if (ScanNumber()) return Emit(TokenType::kNumber, token);
  if (ScanDurationTail()) return Emit(TokenType::kDuration, token);
  Fail(start_, "bad number or duration syntax: " + GoQuote(query_.substr(start_, pos_ - start_)),
       token);
}

// What it accepts need not be a number yet; whatever is wrong with it shows when it is read.
bool Lexer::ScanNumber() {
  std::string_view digits = kDecimalDigits;
  if (Accept("0") && Accept("xX")) {
    Accept("_");
    digits = kHexDigits;
  }
  Accept(".");
  Accept(digits);
  if (!ScanNumberTail(digits)) return false;
  if (pos_ == start_) return false;
  return !IsAlphaNumeric(Here());
}

bool Lexer::ScanNumberTail(std::string_view digits) {
  bool hex = digits == kHexDigits;
  bool got_dot = false;
  bool got_exponent = false;
  while (HereIs(digits) || HereIs(hex ? "._" : "._eE")) {
    if (Accept(".")) {
      if (got_dot || hex || Accept("_.")) return false;
      got_dot = true;
    } else if (!hex && HereIs("eE")) {
      ++pos_;
      if (got_exponent) return false;
      got_exponent = true;
      Accept("+-");
      if (Accept("._eE") || AtEnd()) return false;
    } else if (Accept("_")) {
      if (Accept("._eE") || AtEnd()) return false;
    } else {
      while (Accept(digits)) {
      }
    }
  }
  return true;
}

// The digits before the first unit are read already. Wrong orders of units show when it is parsed.
bool Lexer::ScanDurationTail() {
  if (!Accept("smhdwy")) return false;
  Accept("s");
  while (Accept(kDecimalDigits)) {
    while (Accept(kDecimalDigits)) {
    }
    if (!Accept("smhdw")) return false;
    Accept("s");
  }
  if (!IsAlphaNumeric(Here())) return true;
  ++pos_;  // The error shows the letter that is too much.
  return false;
}

void Lexer::LexString(char quote, Token* token) {
  ++pos_;
  for (;;) {
    if (AtEnd() || Here() == '\n') return Fail(start_, "unterminated quoted string", token);
    char c = Here();
    if (c == quote) {
      ++pos_;
      return Emit(TokenType::kString, token);
    }
    if (c == '\\') {
      ++pos_;
      if (!LexEscape(quote, token)) return;
      continue;
    }
    Rune rune = DecodeRune(query_, pos_);
    if (!rune.valid) return Fail(start_, "invalid UTF-8 rune", token);
    pos_ += rune.width;
  }
}

void Lexer::LexRawString(Token* token) {
  ++pos_;
  for (;;) {
    if (AtEnd()) return Fail(start_, "unterminated raw string", token);
    if (Here() == '`') {
      ++pos_;
      return Emit(TokenType::kString, token);
    }
    Rune rune = DecodeRune(query_, pos_);
    if (!rune.valid) return Fail(start_, "invalid UTF-8 rune", token);
    pos_ += rune.width;
  }
}

bool Lexer::LexEscape(char quote, Token* token) {
  if (AtEnd()) {
    Fail(start_, "escape sequence not terminated", token);
    return false;
  }
  char c = Here();
  if (c == quote || HereIs("abfnrtv\\")) {
    ++pos_;
    return true;
  }
  if (c >= '0' && c <= '7') return LexEscapedDigits(3, 8, 255, token);
  ++pos_;
  switch (c) {
    case 'x':
      return LexEscapedDigits(2, 16, 255, token);
    case 'u':
      return LexEscapedDigits(4, 16, 0x10FFFF, token);
    case 'U':
      return LexEscapedDigits(8, 16, 0x10FFFF, token);
    default:
      Fail(start_, "unknown escape sequence " + DescribeRune(DecodeRune(query_, pos_ - 1).value),
           token);
      return false;
  }
}

bool Lexer::LexEscapedDigits(int count, uint32_t base, uint32_t max, Token* token) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    if (AtEnd()) {
      Fail(start_, "escape sequence not terminated", token);
      return false;
    }
    uint32_t digit = DigitValue(Here());
    if (digit >= base) {
      Fail(start_,
           fmt::format("illegal character {} in escape sequence",
                       DescribeRune(DecodeRune(query_, pos_).value)),
           token);
      return false;
    }
    value = value * base + digit;
    ++pos_;
  }
  if (value > max || (value >= 0xD800 && value < 0xE000)) {
    Fail(start_, "escape sequence is an invalid Unicode code point", token);
    return false;
  }
  return true;
}

std::string Lexer::Describe(const Token& token) const {
  std::string_view text = Text(token);
  switch (token.type) {
    case TokenType::kEof:
      return "end of input";
    case TokenType::kError:
      return token.error;
    case TokenType::kIdentifier:
      return "identifier " + GoQuote(text);
    case TokenType::kMetricIdentifier:
      return "metric identifier " + GoQuote(text);
    case TokenType::kNumber:
      return "number " + QuoteShortened(text);
    case TokenType::kDuration:
      return "duration " + QuoteShortened(text);
    case TokenType::kString:
      return "string " + QuoteShortened(text);
    default:
      break;
  }
  if (IsKeyword(token.type)) return fmt::format("<{}>", text);
  if (IsOperator(token.type)) return fmt::format("<op:{}>", text);
  if (IsAggregator(token.type)) return fmt::format("<aggr:{}>", text);
  return QuoteShortened(text);
}

}  // namespace watchfire::promql
