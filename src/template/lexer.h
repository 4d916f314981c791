#pragma once
// Tokens of a template text: what lies between actions, and inside actions the words, literals and
// marks of Go's text/template, white space included (it separates arguments). The whole text is
// read at once; a mistake ends the tokens with one of type kError whose text is upstream's message.
// Tokens view the text, which outlives them. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace watchfire::templates {

enum class TokenType : uint8_t {
  kError,
  kEof,
  kText,
  kLeftDelimiter,
  kRightDelimiter,
  kSpace,
  kPipe,
  kAssign,
  kDeclare,
  kChar,  // any other ASCII mark
  kLeftParen,
  kRightParen,
  kField,  // .name
  kVariable,
  kIdentifier,
  kBool,
  kCharConstant,
  kComplex,
  kNumber,
  kString,
  kRawString,
  // Keywords; kDot is one to Go as well, which shows in messages.
  kDot,
  kNil,
  kBlock,
  kBreak,
  kContinue,
  kDefine,
  kElse,
  kEnd,
  kIf,
  kRange,
  kTemplate,
  kWith
};

struct Token {
  TokenType type = TokenType::kEof;
  uint32_t pos = 0;   // byte offset
  uint32_t line = 1;  // where it starts
  std::string_view text;
  std::string error;  // of kError

  // As messages show it: `"word"`, `<if>`, `EOF`.
  std::string Describe() const;
};

std::vector<Token> Tokenize(std::string_view text);

}  // namespace watchfire::templates
