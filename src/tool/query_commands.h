#pragma once
// The commands under `watchfire tool query`, apart from their command line
// (query_command_line.cc). They ask a running server over HTTP and print to `out`; the first four
// print what promtool prints.

#include <cstdio>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"

namespace watchfire::tool {

enum class QueryFormat : uint8_t { kPromql, kJson };

// What all of them need.
struct QueryTarget {
  std::string server = "http://localhost:9090";
  QueryFormat format = QueryFormat::kPromql;
  std::vector<std::string> headers;  // name=value
};

struct InstantOptions : QueryTarget {
  std::string expr;
  TimeMs time = 0;
};
Result<void> QueryInstant(const InstantOptions& options, std::FILE* out);

struct RangeOptions : QueryTarget {
  std::string expr;
  TimeMs start = 0;
  TimeMs end = 0;
  int64_t step_ms = 0;  // 0: a 250th of the range, one second at least
};
Result<void> QueryRange(const RangeOptions& options, std::FILE* out);

struct SeriesOptions : QueryTarget {
  std::vector<std::string> matches;
  TimeMs start = 0;
  TimeMs end = 0;
};
Result<void> QuerySeries(const SeriesOptions& options, std::FILE* out);

struct LabelsOptions : SeriesOptions {
  std::string name;
};
Result<void> QueryLabels(const LabelsOptions& options, std::FILE* out);

struct ExplainOptions : RangeOptions {
  bool is_range = false;  // false: at `end`
};
Result<void> ExplainQuery(const ExplainOptions& options, std::FILE* out);
// The tree of a /query_explain answer as a table.
Result<std::string> ExplanationTable(const codec::Json& data);

// ---- what they print with
// The "data" of a query as promtool writes a result.
Result<std::string> ResultText(const codec::Json& data);
int64_t DefaultStep(TimeMs start, TimeMs end);

}  // namespace watchfire::tool
