#include "promql/advice/source.h"

#include <algorithm>

#include "base/text.h"
#include "model/labels.h"

namespace watchfire::advice {
namespace {

bool Opens(TokenType type) {
  return type == TokenType::kLeftParen || type == TokenType::kLeftBrace ||
         type == TokenType::kLeftBracket;
}
bool Closes(TokenType type) {
  return type == TokenType::kRightParen || type == TokenType::kRightBrace ||
         type == TokenType::kRightBracket;
}
bool IsGroupingWord(TokenType type) {
  return type == TokenType::kBy || type == TokenType::kWithout;
}

}  // namespace

std::string ApplyEdits(std::string_view query, Edits edits) {
  std::ranges::stable_sort(edits, {},
                           [](const Edit& edit) { return std::pair(edit.start, edit.end); });
  std::string out;
  size_t at = 0;
  for (const Edit& edit : edits) {
    size_t start = std::clamp<size_t>(edit.start, at, query.size());
    out += query.substr(at, start - at);
    out += edit.text;
    at = std::clamp<size_t>(edit.end, start, query.size());
  }
  out += query.substr(at);
  return out;
}

std::string LabelList(const std::vector<std::string>& labels) {
  std::string out = "(";
  for (const std::string& label : labels) {
    if (out.size() > 1) out += ", ";
    out += model::IsLegacyLabelName(label) ? label : GoQuote(label);
  }
  return out + ")";
}

Source::Source(std::string_view query) : query_(query) {
  promql::Lexer lexer(query);
  for (;;) {
    Token token = lexer.Next();
    if (token.type == TokenType::kEof || token.type == TokenType::kError) return;
    tokens_.push_back(std::move(token));
  }
}

std::string_view Source::Text(PosRange range) const {
  if (range.start >= query_.size() || range.end < range.start) return {};
  return query_.substr(range.start, range.end - range.start);
}

size_t Source::IndexAt(uint32_t offset) const {
  auto found = std::ranges::lower_bound(tokens_, offset, {}, &Token::start);
  return static_cast<size_t>(found - tokens_.begin());
}

size_t Source::Partner(size_t open) const {
  int depth = 0;
  for (size_t i = open; i < tokens_.size(); ++i) {
    if (Opens(tokens_[i].type)) ++depth;
    if (Closes(tokens_[i].type) && --depth == 0) return i;
  }
  return tokens_.size();
}

PosRange Source::Grouping(const promql::AggregateExpr& node) const {
  size_t name = IndexAt(node.pos.start);
  if (name >= tokens_.size()) return {node.pos.start, node.pos.start};
  PosRange none = {tokens_[name].end, tokens_[name].end};
  size_t word = name + 1;
  if (word < tokens_.size() && tokens_[word].type == TokenType::kLeftParen) {
    word = Partner(word) + 1;
  }
  if (word + 1 >= tokens_.size() || !IsGroupingWord(tokens_[word].type)) return none;
  if (tokens_[word].start >= node.pos.end) return none;
  size_t close = Partner(word + 1);
  if (close >= tokens_.size()) return none;
  return {tokens_[word].start, tokens_[close].end};
}

PosRange Source::Selector(const promql::Expr& selector) const {
  const promql::Expr& inner = selector.kind == promql::ExprKind::kMatrixSelector
                                  ? *selector.As<promql::MatrixSelector>().selector
                                  : selector;
  size_t at = IndexAt(inner.pos.start);
  if (at >= tokens_.size()) return inner.pos;
  size_t brace = tokens_[at].type == TokenType::kLeftBrace ? at : at + 1;
  uint32_t end = tokens_[at].end;
  if (brace < tokens_.size() && tokens_[brace].type == TokenType::kLeftBrace) {
    size_t close = Partner(brace);
    if (close < tokens_.size()) end = tokens_[close].end;
  }
  return {inner.pos.start, end};
}

PosRange Source::Brackets(const promql::Expr& expr) const {
  const promql::Expr& inner = expr.kind == promql::ExprKind::kMatrixSelector
                                  ? *expr.As<promql::MatrixSelector>().selector
                                  : *expr.As<promql::SubqueryExpr>().expr;
  uint32_t from =
      expr.kind == promql::ExprKind::kMatrixSelector ? Selector(expr).end : inner.pos.end;
  size_t open = IndexAt(from);
  while (open < tokens_.size() && tokens_[open].type != TokenType::kLeftBracket) ++open;
  size_t close = open < tokens_.size() ? Partner(open) : tokens_.size();
  if (close >= tokens_.size()) return {from, from};
  return {tokens_[open].start, tokens_[close].end};
}

PosRange Source::Operator(const promql::BinaryExpr& node) const {
  size_t at = IndexAt(node.lhs->pos.end);
  if (at >= tokens_.size()) return {node.lhs->pos.end, node.lhs->pos.end};
  PosRange range = {tokens_[at].start, tokens_[at].end};
  if (at + 1 < tokens_.size() && tokens_[at + 1].type == TokenType::kBool) {
    range.end = tokens_[at + 1].end;
  }
  return range;
}

PosRange Source::Matching(const promql::BinaryExpr& node) const {
  uint32_t from = Operator(node).end;
  size_t first = IndexAt(from);
  size_t behind = IndexAt(node.rhs->pos.start);
  if (first >= behind || behind > tokens_.size()) return {from, from};
  return {tokens_[first].start, tokens_[behind - 1].end};
}

PosRange Source::MatcherText(const promql::VectorSelector& node, size_t matcher_index) const {
  PosRange selector = Selector(node);
  size_t at = IndexAt(selector.start);
  while (at < tokens_.size() && tokens_[at].type != TokenType::kLeftBrace) ++at;
  size_t close = at < tokens_.size() ? Partner(at) : at;
  for (size_t matcher = 0; at < close; ++matcher) {
    size_t first = ++at;
    while (at < close && tokens_[at].type != TokenType::kComma) ++at;
    if (matcher == matcher_index && at > first && at <= tokens_.size()) {
      return {tokens_[first].start, tokens_[at - 1].end};
    }
  }
  return selector;
}

}  // namespace watchfire::advice
