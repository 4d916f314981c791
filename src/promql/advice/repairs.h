#pragma once
// Repairs of queries that do not parse: each looks at one error and says what was probably meant.
// Internal to this room. Syntax (syntax.cc) tries them in turn, parses what they made, and keeps
// only what brings the query further; so a repair may be bold, but never needs to be sure.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "promql/advice/context.h"

namespace watchfire::advice {

struct Problem {
  const Context& context;  // of the text that does not parse
  uint32_t offset = 0;     // where the parser stopped
  std::string_view error;  // what it said, without position

  std::string_view query() const { return context.source.query(); }
  const Source& source() const { return context.source; }
  const std::vector<Token>& tokens() const { return context.source.tokens(); }
  std::string_view TextOf(const Token& token) const {
    return query().substr(token.start, token.end - token.start);
  }
  // The token at the error; null if the lexer stopped there.
  const Token* Here() const;
  bool Is(size_t index, TokenType type) const {
    return index < tokens().size() && tokens()[index].type == type;
  }
};

struct Repair {
  std::string code;  // "syntax-…"
  std::string message;
  std::string reason;
  std::string label;
  PosRange position;
  Edits edits;
};

using Repairer = std::optional<Repair> (*)(const Problem&);

std::span<const Repairer> CharacterRepairs();  // repairs_characters.cc: what the lexer refuses
std::span<const Repairer> MatcherRepairs();    // repairs_matchers.cc: inside braces
std::span<const Repairer> DurationRepairs();   // repairs_durations.cc: inside brackets
std::span<const Repairer> GroupingRepairs();   // repairs_grouping.cc: by and without
std::span<const Repairer> BracketRepairs();    // repairs_brackets.cc: ranges, offset, parentheses
std::span<const Repairer> TypeRepairs();       // repairs_types.cc: calls and their arguments

// ---- helpers over tokens
bool IsName(TokenType type);  // of a metric, a function or an aggregation
bool IsGroupingWord(TokenType type);
// Backwards over `offset 5m`, `offset -5m`, `@ 123`, `@ end()`: the end of what they belong to.
size_t SkipModifiers(const std::vector<Token>& tokens, size_t end);
// The text from one token to before another.
std::string_view Slice(const Problem& problem, size_t first, size_t behind);
// With the blanks before it.
Edit Remove(const Problem& problem, PosRange range);
// The index of the bracket that `close` closes, or tokens.size().
size_t OpenerOf(const std::vector<Token>& tokens, size_t close);
// The operand that ends before the token `end`, with its range, offset and @: the index of its
// first token, or `end` if there is none.
size_t OperandBefore(const std::vector<Token>& tokens, size_t end);
// The parenthesis around the token, or tokens.size().
size_t EnclosingParen(const std::vector<Token>& tokens, size_t at);
// The name of the call or aggregation whose arguments that parenthesis opens, or tokens.size().
size_t NameBefore(const std::vector<Token>& tokens, size_t paren);

}  // namespace watchfire::advice
