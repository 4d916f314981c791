#include "template/lexer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

constexpr std::string_view kLeft = "{{";
constexpr std::string_view kRight = "}}";
constexpr std::string_view kSpaces = " \t\r\n";

constexpr std::array<std::pair<std::string_view, TokenType>, 11> kKeywords = {{
    {"block", TokenType::kBlock},
    {"break", TokenType::kBreak},
    {"continue", TokenType::kContinue},
    {"define", TokenType::kDefine},
    {"else", TokenType::kElse},
    {"end", TokenType::kEnd},
    {"if", TokenType::kIf},
    {"nil", TokenType::kNil},
    {"range", TokenType::kRange},
    {"template", TokenType::kTemplate},
    {"with", TokenType::kWith},
}};

bool IsSpace(char c) {
  return kSpaces.find(c) != std::string_view::npos;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    while (!done_) {
      if (inside_) {
        LexAction();
      } else {
        LexText();
      }
    }
    return std::move(tokens_);
  }

 private:
  bool AtEnd(size_t ahead = 0) const { return pos_ + ahead >= text_.size(); }
  char Peek(size_t ahead = 0) const { return AtEnd(ahead) ? '\0' : text_[pos_ + ahead]; }
  std::string_view Rest() const { return text_.substr(pos_); }
  Rune PeekRune() const { return AtEnd() ? Rune{0, 0} : RuneAt(text_, pos_); }

  void Ignore() {
    line_ += static_cast<uint32_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(start_),
                                              text_.begin() + static_cast<ptrdiff_t>(pos_), '\n'));
    start_ = pos_;
  }

  void Emit(TokenType type) {
    tokens_.push_back(
        {type, static_cast<uint32_t>(start_), line_, text_.substr(start_, pos_ - start_), {}});
    Ignore();
    if (type == TokenType::kEof) done_ = true;
  }

  void Fail(std::string message) {
    tokens_.push_back(
        {TokenType::kError, static_cast<uint32_t>(start_), line_, {}, std::move(message)});
    done_ = true;
  }

  // A closing delimiter here; *trim if it is the trimming one, " -}}".
  bool AtRightDelimiter(bool* trim) const {
    std::string_view rest = Rest();
    *trim = rest.size() >= 2 && IsSpace(rest[0]) && rest[1] == '-' &&
            rest.substr(2, kRight.size()) == kRight;
    return *trim || rest.substr(0, kRight.size()) == kRight;
  }

  bool AtTerminator() const {
    if (AtEnd() || IsSpace(Peek())) return true;
    constexpr std::string_view kEnders = ".,|:)(";
    return kEnders.find(Peek()) != std::string_view::npos ||
           Rest().substr(0, kRight.size()) == kRight;
  }

  void LexText();
  void LexComment();
  void LexRightDelimiter(bool trim);
  void LexAction();
  void LexMark(char c);
  void LexSpace();
  void LexFieldOrVariable(TokenType type);
  void LexIdentifier();
  void LexQuote(char quote, TokenType type, std::string_view what);
  void LexNumber();
  bool ScanNumber();
  bool Accept(std::string_view chars) {
    if (AtEnd() || chars.find(Peek()) == std::string_view::npos) return false;
    ++pos_;
    return true;
  }
  void AcceptRun(std::string_view chars) {
    while (Accept(chars)) {
    }
  }
  void SkipWord() {
    for (Rune rune = PeekRune(); rune.size > 0; rune = PeekRune()) {
      if (rune.code != '_' && !IsLetter(rune.code) && !IsDigit(rune.code)) return;
      pos_ += rune.size;
    }
  }

  std::string_view text_;
  size_t start_ = 0;
  size_t pos_ = 0;
  uint32_t line_ = 1;  // of start_
  int parens_ = 0;
  bool inside_ = false;
  bool done_ = false;
  std::vector<Token> tokens_;
};

void Lexer::LexText() {
  size_t left = text_.find(kLeft, pos_);
  if (left == std::string_view::npos) {
    pos_ = text_.size();
    if (pos_ > start_) Emit(TokenType::kText);
    Emit(TokenType::kEof);
    return;
  }
  std::string_view after = text_.substr(left + kLeft.size());
  bool trim = after.size() >= 2 && after[0] == '-' && IsSpace(after[1]);
  pos_ = left;
  if (trim) {
    while (pos_ > start_ && IsSpace(text_[pos_ - 1])) --pos_;
  }
  if (pos_ > start_) Emit(TokenType::kText);
  pos_ = left;
  Ignore();
  pos_ += kLeft.size();
  size_t marker = trim ? 2 : 0;
  if (after.substr(marker, 2) == "/*") {
    pos_ += marker;
    Ignore();
    LexComment();
    return;
  }
  Emit(TokenType::kLeftDelimiter);
  inside_ = true;
  pos_ += marker;
  Ignore();
  parens_ = 0;
}

void Lexer::LexComment() {
  size_t close = text_.find("*/", pos_ + 2);
  if (close == std::string_view::npos) return Fail("unclosed comment");
  pos_ = close + 2;
  bool trim = false;
  if (!AtRightDelimiter(&trim)) return Fail("comment ends before closing delimiter");
  pos_ += (trim ? 2 : 0) + kRight.size();
  while (trim && !AtEnd() && IsSpace(Peek())) ++pos_;
  Ignore();
}

void Lexer::LexRightDelimiter(bool trim) {
  if (trim) {
    pos_ += 2;
    Ignore();
  }
  pos_ += kRight.size();
  Emit(TokenType::kRightDelimiter);
  while (trim && !AtEnd() && IsSpace(Peek())) ++pos_;
  Ignore();
  inside_ = false;
}

void Lexer::LexAction() {
  bool trim = false;
  if (AtRightDelimiter(&trim)) {
    if (parens_ > 0) return Fail("unclosed left paren");
    return LexRightDelimiter(trim);
  }
  if (AtEnd()) return Fail("unclosed action");
  char c = Peek();
  if (IsSpace(c)) return LexSpace();
  if (c == '"') return LexQuote('"', TokenType::kString, "quoted string");
  if (c == '`') return LexQuote('`', TokenType::kRawString, "raw quoted string");
  if (c == '\'') return LexQuote('\'', TokenType::kCharConstant, "character constant");
  if (c == '$') {
    ++pos_;
    return LexFieldOrVariable(TokenType::kVariable);
  }
  bool digit_next = !AtEnd(1) && IsDigit(static_cast<uint8_t>(Peek(1)));
  if (c == '.' && !digit_next && !AtEnd(1)) {
    ++pos_;
    return LexFieldOrVariable(TokenType::kField);
  }
  if (c == '.' || c == '+' || c == '-' || IsDigit(static_cast<uint8_t>(c))) return LexNumber();
  Rune rune = PeekRune();
  if (rune.code == '_' || IsLetter(rune.code)) return LexIdentifier();
  if (rune.code > 0x7f || !IsPrintable(rune.code)) {
    return Fail("unrecognized character in action: " + DescribeRune(rune.code));
  }
  LexMark(c);
}

void Lexer::LexMark(char c) {
  ++pos_;
  switch (c) {
    case '=':
      return Emit(TokenType::kAssign);
    case ':':
      if (Peek() != '=') return Fail("expected :=");
      ++pos_;
      return Emit(TokenType::kDeclare);
    case '|':
      return Emit(TokenType::kPipe);
    case '(':
      ++parens_;
      return Emit(TokenType::kLeftParen);
    case ')':
      if (--parens_ < 0) return Fail("unexpected right paren");
      return Emit(TokenType::kRightParen);
    default:
      return Emit(TokenType::kChar);
  }
}

// Leaves the last space to a trimming delimiter that follows.
void Lexer::LexSpace() {
  while (!AtEnd() && IsSpace(Peek())) ++pos_;
  bool trim = false;
  --pos_;
  if (!AtRightDelimiter(&trim) || !trim) ++pos_;
  if (pos_ > start_) Emit(TokenType::kSpace);
}

// The mark ('.' or '$') has been read.
void Lexer::LexFieldOrVariable(TokenType type) {
  if (AtTerminator()) return Emit(type == TokenType::kField ? TokenType::kDot : type);
  SkipWord();
  if (!AtTerminator()) return Fail("bad character " + DescribeRune(PeekRune().code));
  Emit(type);
}

void Lexer::LexIdentifier() {
  SkipWord();
  if (!AtTerminator()) return Fail("bad character " + DescribeRune(PeekRune().code));
  std::string_view word = text_.substr(start_, pos_ - start_);
  if (word == "true" || word == "false") return Emit(TokenType::kBool);
  for (const auto& [keyword, type] : kKeywords) {
    if (word == keyword) return Emit(type);
  }
  Emit(TokenType::kIdentifier);
}

void Lexer::LexQuote(char quote, TokenType type, std::string_view what) {
  for (++pos_;; ++pos_) {
    if (AtEnd() || (quote != '`' && Peek() == '\n'))
      return Fail(fmt::format("unterminated {}", what));
    if (Peek() == quote) break;
    if (quote != '`' && Peek() == '\\') {
      ++pos_;
      if (AtEnd() || Peek() == '\n') return Fail(fmt::format("unterminated {}", what));
    }
  }
  ++pos_;
  Emit(type);
}

bool Lexer::ScanNumber() {
  Accept("+-");
  std::string_view digits = "0123456789_";
  bool decimal = true;
  bool hex = false;
  if (Accept("0")) {
    if (Accept("xX")) {
      digits = "0123456789abcdefABCDEF_";
      hex = true;
    } else if (Accept("oO")) {
      digits = "01234567_";
    } else if (Accept("bB")) {
      digits = "01_";
    }
    decimal = digits.size() == 11;
  }
  AcceptRun(digits);
  if (Accept(".")) AcceptRun(digits);
  if ((decimal && Accept("eE")) || (hex && Accept("pP"))) {
    Accept("+-");
    AcceptRun("0123456789_");
  }
  Accept("i");
  Rune next = PeekRune();
  if (next.code != '_' && !IsLetter(next.code) && !IsDigit(next.code)) return true;
  pos_ += next.size;
  return false;
}

void Lexer::LexNumber() {
  bool good = ScanNumber();
  if (good && (Peek() == '+' || Peek() == '-')) {
    good = ScanNumber() && text_[pos_ - 1] == 'i';
    if (good) return Emit(TokenType::kComplex);
  }
  if (!good) return Fail("bad number syntax: " + GoQuote(text_.substr(start_, pos_ - start_)));
  Emit(TokenType::kNumber);
}

}  // namespace

std::string Token::Describe() const {
  constexpr size_t kLongest = 10;
  if (type == TokenType::kEof) return "EOF";
  if (type == TokenType::kError) return error;
  if (type >= TokenType::kDot) return fmt::format("<{}>", text);
  size_t at = 0;
  for (size_t runes = 0; at < text.size() && runes < kLongest; ++runes) {
    at += RuneAt(text, at).size;
  }
  // Go asks for the length in bytes and cuts by runes.
  if (text.size() > kLongest) return GoQuote(text.substr(0, at)) + "...";
  return GoQuote(text);
}

std::vector<Token> Tokenize(std::string_view text) {
  return Lexer(text).Run();
}

}  // namespace watchfire::templates
