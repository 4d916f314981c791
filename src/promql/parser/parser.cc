#include "promql/parser/parser.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "promql/parser/check.h"
#include "promql/parser/grammar.h"

namespace watchfire::promql {
namespace {

Error ToError(std::string_view query, const SyntaxError& error) {
  return Error::Invalid("{}: parse error: {}", PositionText(query, error.offset), error.text);
}

Result<void> CheckSize(std::string_view query) {
  if (query.size() <= kMaxQueryBytes) return {};
  return Error::Invalid("1:1: parse error: the input has {} bytes, the limit is {}", query.size(),
                        kMaxQueryBytes);
}

}  // namespace

Result<ExprPtr> ParseUnchecked(std::string_view query, const ParseOptions& options) {
  TRY(CheckSize(query));
  Grammar grammar(query, options);
  ExprPtr expr = grammar.ReadQuery();
  if (grammar.error()) return ToError(query, *grammar.error());
  WF_CHECK(expr != nullptr);
  return expr;
}

Result<ExprPtr> Parse(std::string_view query, const ParseOptions& options) {
  ExprPtr expr = TRY(ParseUnchecked(query, options));
  if (std::optional<SyntaxError> error = CheckTypes(query, expr.get())) {
    return ToError(query, *error);
  }
  return expr;
}

Result<model::Matchers> ParseSelector(std::string_view selector) {
  TRY(CheckSize(selector));
  Grammar grammar(selector, {});
  std::unique_ptr<VectorSelector> node = grammar.ReadSelector();
  if (grammar.error()) return ToError(selector, *grammar.error());
  WF_CHECK(node != nullptr);
  return std::move(node->matchers);
}

Result<model::Labels> ParseMetric(std::string_view text) {
  TRY(CheckSize(text));
  Grammar grammar(text, {});
  model::LabelsBuilder labels;
  grammar.ReadMetric(&labels);
  if (grammar.error()) return ToError(text, *grammar.error());
  return labels.Build();
}

std::string PositionText(std::string_view query, uint32_t offset) {
  if (query.empty()) return "unknown position";
  std::string_view before = query.substr(0, offset);
  auto line = std::ranges::count(before, '\n') + 1;
  size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return std::to_string(line) + ":" + std::to_string(before.size() - line_start + 1);
}

}  // namespace watchfire::promql
