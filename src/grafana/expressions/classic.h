#pragma once
// Classic conditions: several sentences "WHEN reducer() OF query(A) IS ABOVE 3", joined by AND and
// OR to one state for everything that was asked. Internal to this room.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "grafana/expressions/expressions.h"

namespace watchfire::grafana {

// The conditions' query refs in their order, each once.
Result<std::vector<std::string>> ClassicReferences(const codec::Json& model);
Result<ExpressionResult> EvaluateClassic(const codec::Json& model,
                                         const ExpressionContext& context);
std::string ClassicSentence(const codec::Json& model);

}  // namespace watchfire::grafana
