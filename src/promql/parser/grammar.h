#pragma once
// The grammar of PromQL, read by recursive descent; internal to this room. One Grammar reads one
// query. It stops at the first error, which is the one that upstream shows.
//
// Upstream's parser is generated, and its texts show that: an unexpected token is reported for the
// innermost construct that has a rule for errors (an aggregation, a range, an offset, …), however
// deep inside it the token stands. Expectation names that construct; scopes nest with the descent.
//
// Functions that read a part return null or false after an error; error() then tells it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "promql/parser/ast.h"
#include "promql/parser/lexer.h"
#include "promql/parser/parser.h"

namespace watchfire::promql {

struct SyntaxError {
  uint32_t offset = 0;
  std::string text;
};

class Grammar {
 public:
  Grammar(std::string_view query, const ParseOptions& options)
      : query_(query), options_(options), lexer_(query) {}

  // Each reads the whole query.
  ExprPtr ReadQuery();
  std::unique_ptr<VectorSelector> ReadSelector();
  bool ReadMetric(model::LabelsBuilder* labels);

  const std::optional<SyntaxError>& error() const { return error_; }

 private:
  // What an unexpected token is said to be unexpected in, and what was expected instead.
  struct Expectation {
    std::string_view context;
    std::string_view expected;
  };
  class ExpectationScope {
   public:
    ExpectationScope(Grammar* grammar, Expectation expectation)
        : grammar_(grammar), outer_(grammar->expectation_) {
      grammar->expectation_ = expectation;
    }
    ~ExpectationScope() { grammar_->expectation_ = outer_; }
    ExpectationScope(const ExpectationScope&) = delete;
    ExpectationScope& operator=(const ExpectationScope&) = delete;

   private:
    Grammar* grammar_;
    Expectation outer_;
  };

  // grammar.cc: expressions.
  ExprPtr ReadExpr(int min_precedence);
  ExprPtr ReadUnary();
  ExprPtr ReadPostfix();
  ExprPtr ReadPrimary();
  ExprPtr ReadNumber();
  ExprPtr ReadString();
  ExprPtr ReadParen();
  ExprPtr ReadWord();
  ExprPtr ReadCall(const Token& name);
  bool ReadArguments(std::vector<ExprPtr>* args);
  ExprPtr ReadAggregate(const Token& op);
  ExprPtr FinishAggregate(std::unique_ptr<AggregateExpr> node, std::vector<ExprPtr> args);
  bool ReadBinaryModifiers(BinaryExpr* node);
  bool ReadFillModifiers(VectorMatching* matching);
  bool ReadFillValue(std::optional<double>* value);
  bool ReadGrouping(std::vector<std::string>* labels);
  bool ReadGroupingLabel(std::vector<std::string>* labels);
  ExprPtr MakeBinary(std::unique_ptr<BinaryExpr> node, ExprPtr lhs, ExprPtr rhs);

  // grammar_selector.cc: selectors, their modifiers, label sets.
  std::unique_ptr<VectorSelector> ReadVectorSelector(const Token* name);
  bool ReadMatchers(VectorSelector* selector);
  bool ReadMatcher(VectorSelector* selector);
  bool AddMatcher(VectorSelector* selector, model::MatchType type, const Token& name,
                  const Token& value);
  bool ReadLabelSet(model::LabelsBuilder* labels);
  bool ReadLabel(model::LabelsBuilder* labels);
  bool ReadAt(Expr* target);
  bool SetAt(Expr* target, double seconds);
  bool ReadRangeEdge(Expr* target);
  bool ReadExtension(Expr* target);
  Modifiers* FindModifiers(Expr* target, std::string_view complaint);

  // grammar_duration.cc: ranges, subqueries, offsets and the arithmetic in them.
  ExprPtr ReadRange(ExprPtr operand);
  ExprPtr MakeMatrix(ExprPtr operand, const Token& bracket, ExprPtr range);
  ExprPtr ReadSubquery(ExprPtr operand, ExprPtr range);
  bool ReadOffset(Expr* target);
  ExprPtr ReadOffsetValue();
  ExprPtr ReadPositiveDuration();
  ExprPtr ReadDuration(int min_precedence);
  ExprPtr ReadDurationUnary();
  ExprPtr ReadDurationPrimary();
  ExprPtr ReadDurationParen();
  ExprPtr ReadDurationFunction();
  ExprPtr NegateDuration(const Token& sign, ExprPtr operand);
  ExprPtr MakeDurationBinary(const Token& op, ExprPtr lhs, ExprPtr rhs);

  // Tokens.
  const Token& Peek();
  Token Take();
  bool PeekIs(TokenType type) { return Peek().type == type; }
  bool TakeIf(TokenType type);
  // Takes a token of this type or reports the one that is there.
  bool Expect(TokenType type);
  bool StartsExpr(TokenType type) const;
  std::optional<std::string> UnquoteToken(const Token& token);

  // Errors. Only the first is kept.
  std::nullptr_t Fail(uint32_t offset, std::string text);
  std::nullptr_t Unexpected() { return Unexpected(expectation_); }
  std::nullptr_t Unexpected(Expectation expectation);
  // Called with a node whose children are in place: sets its depth, refuses too deep ones.
  template <typename T>
  ExprPtr Finish(std::unique_ptr<T> node, std::initializer_list<const Expr*> children);
  ExprPtr TooDeep(uint32_t offset);

  std::string_view query_;  // outlives the Grammar, as Parse does
  ParseOptions options_;
  Lexer lexer_;
  std::optional<Token> peeked_;
  uint32_t last_end_ = 0;  // of the token taken last
  int nesting_ = 0;
  Expectation expectation_;
  std::optional<SyntaxError> error_;
};

template <typename T>
ExprPtr Grammar::Finish(std::unique_ptr<T> node, std::initializer_list<const Expr*> children) {
  int depth = 1;
  for (const Expr* child : children) {
    if (child != nullptr && child->depth + 1 > depth) depth = child->depth + 1;
  }
  if (depth > kMaxExprDepth) return TooDeep(node->pos.start);
  node->depth = static_cast<uint16_t>(depth);
  return node;
}

}  // namespace watchfire::promql
