#pragma once
// Text → syntax tree. The whole language of Prometheus 3 is parsed and type-checked here, before
// any data is looked at. Functions are pure and thread-safe; nesting is limited, so hostile input
// cannot exhaust the stack.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "promql/parser/ast.h"

namespace watchfire::promql {

// Language features that upstream gates by --enable-feature.
struct ParseOptions {
  bool experimental_functions = false;
  bool extended_range_selectors = false;  // anchored, smoothed
  bool fill_modifiers = false;
  bool start_timestamps = false;  // start_timestamp(), together with experimental_functions
};

inline constexpr size_t kMaxQueryBytes = 1 << 20;
inline constexpr int kMaxExprDepth = 500;

// The error's code is kInvalid and its text upstream's with the position in front:
// `1:6: parse error: unexpected <op:+>`.
Result<ExprPtr> Parse(std::string_view query, const ParseOptions& options = {});
// The tree of a query that follows the grammar but may break the rules of types, for whoever
// explains what is wrong with it. Never to be evaluated.
Result<ExprPtr> ParseUnchecked(std::string_view query, const ParseOptions& options = {});

// A selector alone, as match[] and matchers of other APIs have it (`{job="x"}`, `up`).
Result<model::Matchers> ParseSelector(std::string_view selector);
// A series as in tests and metric pages: `name{label="value"}`.
Result<model::Labels> ParseMetric(std::string_view text);

// Byte offset → "line:column", 1-based, columns in bytes; as upstream counts them.
std::string PositionText(std::string_view query, uint32_t offset);

}  // namespace watchfire::promql
