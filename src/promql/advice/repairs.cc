#include "promql/advice/repairs.h"

#include <algorithm>

namespace watchfire::advice {

size_t OpenerOf(const std::vector<Token>& tokens, size_t close) {
  int depth = 0;
  for (size_t i = close + 1; i-- > 0;) {
    TokenType type = tokens[i].type;
    if (type == TokenType::kRightParen || type == TokenType::kRightBrace ||
        type == TokenType::kRightBracket) {
      ++depth;
    }
    bool opens = type == TokenType::kLeftParen || type == TokenType::kLeftBrace ||
                 type == TokenType::kLeftBracket;
    if (opens && --depth == 0) return i;
  }
  return tokens.size();
}

bool IsName(TokenType type) {
  return type == TokenType::kIdentifier || type == TokenType::kMetricIdentifier ||
         promql::IsAggregator(type) || type >= TokenType::kStart;
}
bool IsGroupingWord(TokenType type) {
  return type == TokenType::kBy || type == TokenType::kWithout;
}

size_t SkipModifiers(const std::vector<Token>& tokens, size_t end) {
  for (;;) {
    size_t at = end;
    if (at > 1 && tokens[at - 1].type == TokenType::kRightParen &&
        tokens[at - 2].type == TokenType::kLeftParen) {
      at -= 2;  // end(), start()
    }
    if (at == 0) return end;
    --at;
    if (at > 0 &&
        (tokens[at - 1].type == TokenType::kSub || tokens[at - 1].type == TokenType::kAdd)) {
      --at;
    }
    bool modifier = at > 0 && (tokens[at - 1].type == TokenType::kOffset ||
                               tokens[at - 1].type == TokenType::kAt);
    if (!modifier) return end;
    end = at - 1;
  }
}

size_t OperandBefore(const std::vector<Token>& tokens, size_t end) {
  size_t at = SkipModifiers(tokens, end);
  if (at == 0) return end;
  --at;
  if (tokens[at].type == TokenType::kRightBracket) {
    size_t open = OpenerOf(tokens, at);
    if (open == tokens.size() || open == 0) return end;
    at = open - 1;
  }
  if (tokens[at].type == TokenType::kRightBrace) {
    size_t open = OpenerOf(tokens, at);
    if (open == tokens.size()) return end;
    return open > 0 && IsName(tokens[open - 1].type) ? open - 1 : open;
  }
  if (tokens[at].type == TokenType::kRightParen) {
    size_t open = OpenerOf(tokens, at);
    if (open == tokens.size()) return end;
    // `sum(x) by (a)`: the arguments are one pair of parentheses further.
    bool trailing = open > 1 && IsGroupingWord(tokens[open - 1].type) &&
                    tokens[open - 2].type == TokenType::kRightParen;
    if (trailing) open = OpenerOf(tokens, open - 2);
    if (open == tokens.size()) return end;
    size_t name = NameBefore(tokens, open);
    return name == tokens.size() ? open : name;
  }
  bool single = IsName(tokens[at].type) || tokens[at].type == TokenType::kNumber ||
                tokens[at].type == TokenType::kDuration;
  return single ? at : end;
}

size_t EnclosingParen(const std::vector<Token>& tokens, size_t at) {
  int depth = 0;
  for (size_t i = std::min(at, tokens.size()); i-- > 0;) {
    if (tokens[i].type == TokenType::kRightParen) ++depth;
    if (tokens[i].type == TokenType::kLeftParen && --depth < 0) return i;
  }
  return tokens.size();
}

size_t NameBefore(const std::vector<Token>& tokens, size_t paren) {
  if (paren == 0 || paren >= tokens.size()) return tokens.size();
  if (IsName(tokens[paren - 1].type)) return paren - 1;
  // `sum by (a) (x)`
  if (tokens[paren - 1].type != TokenType::kRightParen) return tokens.size();
  size_t labels = OpenerOf(tokens, paren - 1);
  bool grouped = labels != tokens.size() && labels > 1 && IsGroupingWord(tokens[labels - 1].type) &&
                 promql::IsAggregator(tokens[labels - 2].type);
  return grouped ? labels - 2 : tokens.size();
}

std::string_view Slice(const Problem& problem, size_t first, size_t behind) {
  const std::vector<Token>& tokens = problem.tokens();
  return problem.query().substr(tokens[first].start, tokens[behind - 1].end - tokens[first].start);
}

Edit Remove(const Problem& problem, PosRange range) {
  size_t start = range.start;
  while (start > 0 &&
         std::string_view(" \t\n\r").find(problem.query()[start - 1]) != std::string_view::npos) {
    --start;
  }
  return {static_cast<uint32_t>(start), range.end, ""};
}

}  // namespace watchfire::advice
