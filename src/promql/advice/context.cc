#include "promql/advice/context.h"

#include <algorithm>

#include "model/duration.h"
#include "promql/advice/label_shapes.h"

namespace watchfire::advice {
namespace {

constexpr int64_t kUsualRangeMs = 5 * 60 * 1000;

bool IsWordByte(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "info";
  }
  return "";
}

std::optional<Purpose> ParsePurpose(std::string_view name) {
  if (name == "query") return Purpose::kQuery;
  if (name == "recording") return Purpose::kRecording;
  if (name == "alert") return Purpose::kAlert;
  return std::nullopt;
}

void SetLineAndColumn(std::string_view query, Advice* advice) {
  std::string_view before = query.substr(0, std::min<size_t>(advice->position.start, query.size()));
  advice->line = static_cast<int>(std::ranges::count(before, '\n')) + 1;
  size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  advice->column = static_cast<int>(before.size() - line_start) + 1;
}

Context::Context(std::string_view query, const Options& options_in, Catalog* catalog_in)
    : source(query), options(options_in), catalog(catalog_in) {}

Context::~Context() = default;

LabelShapes& Context::shapes() {
  if (shapes_ == nullptr) shapes_ = std::make_unique<LabelShapes>(catalog);
  return *shapes_;
}

void Context::Add(std::string code, Severity severity, PosRange position, std::string message,
                  std::string reason) {
  Add(std::move(code), severity, position, std::move(message), std::move(reason), {}, {});
}

void Context::Add(std::string code, Severity severity, PosRange position, std::string message,
                  std::string reason, std::string label, Edits edits) {
  if (advice_.size() >= kMaxAdvice) return;
  Advice advice;
  advice.code = std::move(code);
  advice.severity = severity;
  advice.message = std::move(message);
  advice.reason = std::move(reason);
  advice.position = position;
  SetLineAndColumn(source.query(), &advice);
  if (!edits.empty()) {
    std::string fixed = ApplyEdits(source.query(), std::move(edits));
    if (fixed != source.query() && promql::Parse(fixed, options.parse).ok()) {
      advice.fix = Fix{std::move(label), std::move(fixed)};
    }
  }
  advice_.push_back(std::move(advice));
}

std::string Context::RangeFor(const VectorSelector& selector) const {
  int64_t range = kUsualRangeMs;
  if (catalog != nullptr) {
    std::optional<int64_t> interval = catalog->ScrapeIntervalMs(selector.matchers);
    if (interval) range = std::max(range, 4 * *interval);
  }
  return model::FormatDuration(range);
}

Edits Context::WrapInRange(const std::string& function, const VectorSelector& selector,
                           const std::string& range) const {
  uint32_t name_end = source.Selector(selector).end;
  return {{selector.pos.start, selector.pos.start, function + "("},
          {name_end, name_end, "[" + range + "]"},
          {selector.pos.end, selector.pos.end, ")"}};
}

const Expr& Inner(const Expr& expr) {
  const Expr* inner = &expr;
  for (;;) {
    if (inner->kind == ExprKind::kParen) {
      inner = inner->As<ParenExpr>().expr.get();
    } else if (inner->kind == ExprKind::kUnary) {
      inner = inner->As<UnaryExpr>().expr.get();
    } else {
      return *inner;
    }
  }
}

const Expr* ArgumentOf(const Call& call, ValueType type) {
  for (const promql::ExprPtr& arg : call.args) {
    if (arg->type() == type) return arg.get();
  }
  return nullptr;
}

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

std::string_view FunctionOf(const Expr& expr) {
  return expr.kind == ExprKind::kCall ? expr.As<Call>().function->name : std::string_view();
}

std::optional<double> LiteralOf(const Expr& expr) {
  const Expr& inner = promql::Unparen(expr);
  if (inner.kind != ExprKind::kNumberLiteral) return std::nullopt;
  return inner.As<NumberLiteral>().value;
}

bool HoldsTemplate(std::string_view text) {
  for (size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '$' && (text[at + 1] == '{' || IsWordByte(text[at + 1]))) return true;
    bool brackets = text.substr(at, 2) == "[[" && at + 2 < text.size() && IsWordByte(text[at + 2]);
    if (brackets && text.find("]]", at) != std::string_view::npos) return true;
  }
  return false;
}

const VectorSelector* SelectorOf(const Expr& expr) {
  if (expr.kind == ExprKind::kVectorSelector) return &expr.As<VectorSelector>();
  if (expr.kind == ExprKind::kMatrixSelector) return &expr.As<MatrixSelector>().vector();
  return nullptr;
}

std::string_view MetricOf(const VectorSelector& selector) {
  for (const model::Matcher& matcher : selector.matchers) {
    bool name = matcher.name() == model::kMetricName && matcher.type() == model::MatchType::kEqual;
    if (name) return matcher.value();
  }
  return {};
}

}  // namespace watchfire::advice
