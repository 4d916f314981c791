// Any bytes: nothing may crash, and what parses must print to a text that parses to the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "promql/parser/dump.h"
#include "promql/parser/parser.h"
#include "promql/parser/printer.h"
#include "promql/parser/series_desc.h"

namespace watchfire::promql {
namespace {

void CheckRoundTrip(const Expr& expr, const ParseOptions& options) {
  std::string printed = Print(expr);
  Result<ExprPtr> again = Parse(printed, options);
  WF_CHECK(again.ok());
  WF_CHECK(Print(**again) == printed);
  WF_CHECK(AstToJson(**again).size() > 2);
  Result<ExprPtr> pretty = Parse(Prettify(expr), options);
  WF_CHECK(pretty.ok());
  WF_CHECK(Print(**pretty) == printed);
}

void FuzzOne(std::string_view text) {
  for (bool enabled : {true, false}) {
    ParseOptions options = {.experimental_functions = enabled,
                            .extended_range_selectors = enabled,
                            .fill_modifiers = enabled};
    Result<ExprPtr> expr = Parse(text, options);
    if (expr.ok()) {
      WF_CHECK((*expr)->depth <= kMaxExprDepth);
      WF_CHECK((*expr)->pos.end <= text.size());
      WF_CHECK(!DumpAst(**expr).empty());
      CheckRoundTrip(**expr, options);
    } else {
      WF_CHECK(expr.error().message().find(": parse error: ") != std::string::npos);
    }
  }
  (void)ParseSelector(text);
  (void)ParseMetric(text);
  // Repetitions make long results of short texts; the limit is tested elsewhere.
  if (text.find('x') == std::string_view::npos || text.size() < 64) (void)ParseSeries(text);
}

}  // namespace
}  // namespace watchfire::promql

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  watchfire::promql::FuzzOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
