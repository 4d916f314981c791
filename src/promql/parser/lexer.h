#pragma once
// Text → tokens of PromQL. One Lexer reads one query, front to back; the parser asks for one token
// at a time. The lexer keeps the little context that the language needs: inside braces every word
// is a plain identifier, inside brackets only durations and their arithmetic are words at all, and
// it is the lexer that notices parentheses and brackets that do not match.
//
// The texts of its errors and the positions they point at are upstream's. After an error or the
// end of the input Next() only returns kEof. The query must outlive the lexer; tokens hold offsets
// into it. Not thread-safe: one parse, one lexer.

#include <cstdint>
#include <string>
#include <string_view>

namespace watchfire::promql {

enum class TokenType : uint8_t {
  kEof,
  kError,
  kIdentifier,
  kMetricIdentifier,  // with a colon
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,  // a single '='
  // Operators: shown as <op:…> in errors.
  kMatchRegex,     // =~
  kMatchNotRegex,  // !~
  kAt,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kTrimUpper,
  kTrimLower,
  kAnd,
  kOr,
  kUnless,
  // Aggregators: <aggr:…>. In the order of AggregateOp.
  kSum,
  kAvg,
  kMin,
  kMax,
  kCount,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kQuantile,
  kCountValues,
  kLimitk,
  kLimitRatio,
  // Keywords: <…>.
  kAnchored,
  kBool,
  kBy,
  kFill,
  kFillLeft,
  kFillRight,
  kGroupLeft,
  kGroupRight,
  kIgnoring,
  kOffset,
  kOn,
  kSmoothed,
  kWithout,
  // Words that name functions of the query itself.
  kStart,
  kEnd,
  kStep,
  kRange,
  kMinOf,
  kMaxOf,
};

inline bool IsAggregator(TokenType type) {
  return type >= TokenType::kSum && type <= TokenType::kLimitRatio;
}

struct Token {
  TokenType type = TokenType::kEof;
  uint32_t start = 0;
  uint32_t end = 0;
  std::string error;  // of kError
};

class Lexer {
 public:
  explicit Lexer(std::string_view query) : query_(query) {}

  // The next token; whitespace and comments are skipped.
  Token Next();

  std::string_view Text(const Token& token) const {
    return query_.substr(token.start, token.end - token.start);
  }
  // As errors show it: `identifier "x"`, `<op:+>`, `end of input`.
  std::string Describe(const Token& token) const;

 private:
  // Each returns false when it only skipped something.
  bool LexStatement(Token* token);
  bool LexInsideBraces(Token* token);
  bool LexDuration(Token* token);

  void LexOperator(char first, Token* token);
  void LexEqualSign(Token* token);
  void LexBracketed(char first, Token* token);
  void LexWordInBrackets(std::string_view complaint, Token* token);
  void LexWord(Token* token);
  void LexIdentifier(Token* token);
  void LexNumberOrDuration(Token* token);
  bool ScanNumber();
  bool ScanNumberTail(std::string_view digits);
  bool ScanDurationTail();
  void LexString(char quote, Token* token);
  void LexRawString(Token* token);
  bool LexEscape(char quote, Token* token);
  bool LexEscapedDigits(int count, uint32_t base, uint32_t max, Token* token);
  bool SkipComment();

  bool AtEnd() const { return pos_ >= query_.size(); }
  char Here() const { return pos_ < query_.size() ? query_[pos_] : '\0'; }
  bool HereIs(std::string_view set) const;
  bool Accept(std::string_view set);
  bool FollowedByLeftParen() const;
  void Emit(TokenType type, Token* token);
  void Fail(uint32_t at, std::string text, Token* token);

  std::string_view query_;
  uint32_t pos_ = 0;
  uint32_t start_ = 0;  // of the token being read
  int paren_depth_ = 0;
  bool brace_open_ = false;
  bool bracket_open_ = false;
  bool duration_mode_ = false;  // from '[' to the first number
  bool got_colon_ = false;
  bool got_duration_ = false;
  bool done_ = false;
};

}  // namespace watchfire::promql
