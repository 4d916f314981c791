#pragma once
// The text of a query beside its tree: where the parts are that the tree has no positions for
// (grouping clauses, brackets, operators), and edits that leave everything else as it was written.
// Internal to this room. A Source views the query, which outlives it; the text may be one that does
// not parse, then only the tokens before the first bad one are there.

#include <string>
#include <string_view>
#include <vector>

#include "promql/parser/ast.h"
#include "promql/parser/lexer.h"

namespace watchfire::advice {

using promql::PosRange;
using promql::Token;
using promql::TokenType;

// Replaces [start, end) by `text`.
struct Edit {
  uint32_t start = 0;
  uint32_t end = 0;
  std::string text;
};
using Edits = std::vector<Edit>;

// Edits must not overlap; of those at the same place the first comes first.
std::string ApplyEdits(std::string_view query, Edits edits);

// Labels in parentheses, quoted where they must be: `(job, "a.b")`.
std::string LabelList(const std::vector<std::string>& labels);

class Source {
 public:
  explicit Source(std::string_view query);

  std::string_view query() const { return query_; }
  std::string_view Text(PosRange range) const;
  std::string_view Text(const promql::Expr& expr) const { return Text(expr.pos); }
  // Without the end of input and without a bad token.
  const std::vector<Token>& tokens() const { return tokens_; }
  // The first token at or behind an offset; tokens().size() if there is none.
  size_t IndexAt(uint32_t offset) const;
  // Of a bracket of any kind: its partner's index, or tokens().size().
  size_t Partner(size_t open) const;

  // `by (…)` or `without (…)`; empty at the end of the operator's name if there is none.
  PosRange Grouping(const promql::AggregateExpr& node) const;
  // Name and matchers of a selector, without range, offset and @.
  PosRange Selector(const promql::Expr& selector) const;
  // `[5m]` with its brackets, of a range selector or a subquery.
  PosRange Brackets(const promql::Expr& expr) const;
  // The operator between two sides, with bool.
  PosRange Operator(const promql::BinaryExpr& node) const;
  // Everything from on or ignoring to fill; empty behind the operator if there is nothing.
  PosRange Matching(const promql::BinaryExpr& node) const;
  // The text of the matcher for a label (the n-th of that name), within the selector.
  PosRange MatcherText(const promql::VectorSelector& node, size_t matcher_index) const;

 private:
  std::string_view query_;
  std::vector<Token> tokens_;
};

}  // namespace watchfire::advice
