#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "promql/parser/grammar.h"

namespace watchfire::promql {
namespace {

constexpr std::string_view kMatching = "label matching";
constexpr std::string_view kLabelSet = "label set";

std::optional<model::MatchType> MatchTypeOf(TokenType type) {
  switch (type) {
    case TokenType::kAssign:
      return model::MatchType::kEqual;
    case TokenType::kNotEqual:
      return model::MatchType::kNotEqual;
    case TokenType::kMatchRegex:
      return model::MatchType::kRegex;
    case TokenType::kMatchNotRegex:
      return model::MatchType::kNotRegex;
    default:
      return std::nullopt;
  }
}

// Go's %f.
std::string FixedSixDigits(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{:f}", value);
}

}  // namespace

std::unique_ptr<VectorSelector> Grammar::ReadSelector() {
  TokenType type = Peek().type;
  std::unique_ptr<VectorSelector> selector;
  if (type == TokenType::kLeftBrace) {
    selector = ReadVectorSelector(nullptr);
  } else if (type != TokenType::kNumber && type != TokenType::kDuration &&
             type != TokenType::kString && type != TokenType::kLeftParen &&
             type != TokenType::kAdd && type != TokenType::kSub && StartsExpr(type)) {
    Token name = Take();
    selector = ReadVectorSelector(&name);
  }
  if (selector == nullptr || !PeekIs(TokenType::kEof)) return Unexpected();
  return selector;
}

std::unique_ptr<VectorSelector> Grammar::ReadVectorSelector(const Token* name) {
  auto selector = std::make_unique<VectorSelector>();
  selector->pos = {name != nullptr ? name->start : Peek().start, last_end_};
  if (PeekIs(TokenType::kLeftBrace)) {
    if (!ReadMatchers(selector.get())) return nullptr;
    selector->pos.end = last_end_;
  }
  if (name != nullptr) {
    selector->name = std::string(lexer_.Text(*name));
    selector->matchers.push_back(
        model::Matcher::Equal(std::string(model::kMetricName), selector->name));
  }
  return selector;
}

bool Grammar::ReadMatchers(VectorSelector* selector) {
  Take();
  if (TakeIf(TokenType::kRightBrace)) return true;
  for (;;) {
    if (!ReadMatcher(selector)) return false;
    if (TakeIf(TokenType::kRightBrace)) return true;
    if (!PeekIs(TokenType::kComma)) {
      Unexpected({kMatching, "\",\" or \"}\""});
      return false;
    }
    Take();
    if (TakeIf(TokenType::kRightBrace)) return true;
  }
}

bool Grammar::ReadMatcher(VectorSelector* selector) {
  bool quoted = PeekIs(TokenType::kString);
  if (!quoted && !PeekIs(TokenType::kIdentifier)) {
    Unexpected({kMatching, "identifier or \"}\""});
    return false;
  }
  Token name = Take();
  std::optional<model::MatchType> type = MatchTypeOf(Peek().type);
  if (!type && quoted) {
    std::optional<std::string> metric = UnquoteToken(name);
    if (!metric) return false;
    selector->matchers.push_back(
        model::Matcher::Equal(std::string(model::kMetricName), std::move(*metric)));
    return true;
  }
  if (!type) {
    Unexpected({kMatching, "label matching operator"});
    return false;
  }
  Take();
  if (!PeekIs(TokenType::kString)) {
    Unexpected({kMatching, "string"});
    return false;
  }
  Token value = Take();
  return AddMatcher(selector, *type, name, value);
}

bool Grammar::AddMatcher(VectorSelector* selector, model::MatchType type, const Token& name,
                         const Token& value) {
  std::string label(lexer_.Text(name));
  if (name.type == TokenType::kString) {
    std::optional<std::string> unquoted = UnquoteToken(name);
    if (!unquoted) return false;
    label = std::move(*unquoted);
  }
  std::optional<std::string> pattern = UnquoteToken(value);
  if (!pattern) return false;
  Result<model::Matcher> matcher =
      model::Matcher::Make(type, std::move(label), std::move(*pattern));
  if (!matcher.ok()) {
    Fail(name.start, matcher.error().message());
    return false;
  }
  selector->matchers.push_back(std::move(*matcher));
  return true;
}

bool Grammar::ReadMetric(model::LabelsBuilder* labels) {
  std::optional<Token> name;
  TokenType type = Peek().type;
  bool word = type != TokenType::kNumber && type != TokenType::kDuration &&
              type != TokenType::kString && type != TokenType::kLeftParen &&
              type != TokenType::kLeftBrace && type != TokenType::kAdd && type != TokenType::kSub &&
              StartsExpr(type);
  if (word) name = Take();
  if (PeekIs(TokenType::kLeftBrace) && !ReadLabelSet(labels)) return false;
  if (name) labels->Set(model::kMetricName, lexer_.Text(*name));
  if (!PeekIs(TokenType::kEof)) Unexpected();
  return !error_;
}

bool Grammar::ReadLabelSet(model::LabelsBuilder* labels) {
  Take();
  if (TakeIf(TokenType::kRightBrace)) return true;
  for (;;) {
    if (!ReadLabel(labels)) return false;
    if (TakeIf(TokenType::kRightBrace)) return true;
    if (!PeekIs(TokenType::kComma)) {
      Unexpected({kLabelSet, "\",\" or \"}\""});
      return false;
    }
    Take();
    if (TakeIf(TokenType::kRightBrace)) return true;
  }
}

bool Grammar::ReadLabel(model::LabelsBuilder* labels) {
  bool quoted = PeekIs(TokenType::kString);
  if (!quoted && !PeekIs(TokenType::kIdentifier)) {
    Unexpected({kLabelSet, "identifier or \"}\""});
    return false;
  }
  Token token = Take();
  std::string name(lexer_.Text(token));
  if (quoted) {
    std::optional<std::string> unquoted = UnquoteToken(token);
    if (!unquoted) return false;
    name = std::move(*unquoted);
  }
  if (!PeekIs(TokenType::kAssign)) {
    if (quoted) {
      labels->Set(model::kMetricName, name);
      return true;
    }
    Unexpected({kLabelSet, "\"=\""});
    return false;
  }
  Take();
  if (!PeekIs(TokenType::kString)) {
    Unexpected({kLabelSet, "string"});
    return false;
  }
  std::optional<std::string> value = UnquoteToken(Take());
  if (!value) return false;
  labels->Set(name, *value);
  return true;
}

// The place that offset and @ of this expression are kept in; an error if it can have none.
Modifiers* Grammar::FindModifiers(Expr* target, std::string_view complaint) {
  switch (target->kind) {
    case ExprKind::kVectorSelector:
      return &target->As<VectorSelector>().modifiers;
    case ExprKind::kMatrixSelector:
      return &target->As<MatrixSelector>().selector->As<VectorSelector>().modifiers;
    case ExprKind::kSubquery:
      return &target->As<SubqueryExpr>().modifiers;
    default:
      return Fail(target->pos.start,
                  fmt::format("{} modifier must be preceded by an instant vector selector or range "
                              "vector selector or a subquery",
                              complaint));
  }
}

bool Grammar::ReadAt(Expr* target) {
  Take();
  ExpectationScope scope(this, {"@", "timestamp"});
  if (PeekIs(TokenType::kStart) || PeekIs(TokenType::kEnd)) return ReadRangeEdge(target);
  double sign = 1;
  if (PeekIs(TokenType::kAdd) || PeekIs(TokenType::kSub)) {
    sign = Take().type == TokenType::kSub ? -1 : 1;
  }
  if (!PeekIs(TokenType::kNumber) && !PeekIs(TokenType::kDuration)) {
    Unexpected();
    return false;
  }
  ExprPtr number = ReadNumber();
  return number != nullptr && SetAt(target, sign * number->As<NumberLiteral>().value);
}

bool Grammar::SetAt(Expr* target, double seconds) {
  // Upstream takes any int64 of seconds and lets the milliseconds wrap around; here there is room
  // to add and subtract ranges and offsets.
  bool fits = std::isfinite(seconds) && std::abs(seconds) < ToSeconds(kMaxTime);
  if (!fits) {
    Fail(target->pos.start, "timestamp out of bounds for @ modifier: " + FixedSixDigits(seconds));
    return false;
  }
  Modifiers* modifiers = FindModifiers(target, "@");
  if (modifiers == nullptr) return false;
  if (modifiers->at || modifiers->at_edge != AtEdge::kNone) {
    Fail(target->pos.start, "@ <timestamp> may not be set multiple times");
    return false;
  }
  modifiers->at = std::llround(seconds * 1000);
  target->pos.end = last_end_;
  return true;
}

bool Grammar::ReadRangeEdge(Expr* target) {
  AtEdge edge = Take().type == TokenType::kStart ? AtEdge::kStart : AtEdge::kEnd;
  if (!Expect(TokenType::kLeftParen) || !Expect(TokenType::kRightParen)) return false;
  Modifiers* modifiers = FindModifiers(target, "@");
  if (modifiers == nullptr) return false;
  if (modifiers->at || modifiers->at_edge != AtEdge::kNone) {
    Fail(target->pos.start, "@ <timestamp> may not be set multiple times");
    return false;
  }
  modifiers->at_edge = edge;
  target->pos.end = last_end_;
  return true;
}

// anchored and smoothed.
bool Grammar::ReadExtension(Expr* target) {
  bool anchored = Take().type == TokenType::kAnchored;
  std::string_view word = anchored ? "anchored" : "smoothed";
  uint32_t at = target->pos.start;
  if (!options_.extended_range_selectors) {
    Fail(at, fmt::format("{} modifier is experimental and not enabled", word));
    return false;
  }
  VectorSelector* selector = nullptr;
  if (target->kind == ExprKind::kVectorSelector) {
    selector = &target->As<VectorSelector>();
  } else if (target->kind == ExprKind::kMatrixSelector) {
    selector = &target->As<MatrixSelector>().selector->As<VectorSelector>();
  } else if (target->kind == ExprKind::kSubquery) {
    Fail(at, fmt::format("{} modifier is not supported for subqueries", word));
    return false;
  } else {
    Fail(at, fmt::format("{} modifier not implemented", word));
    return false;
  }
  (anchored ? selector->anchored : selector->smoothed) = true;
  if (selector->anchored && selector->smoothed) {
    Fail(at, "anchored and smoothed modifiers cannot be used together");
    return false;
  }
  return true;
}

}  // namespace watchfire::promql
