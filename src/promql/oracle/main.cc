// Generated data and expressions for scenarios, which compare servers over HTTP; one JSON document
// a line. For the language of Prometheus 2.42 and data that it and Prometheus 3 look at alike.
//
//   promql_oracle data SEED START_MS            {"labels": {…}, "samples": [[ms, "bits in hex"],
//   …]} promql_oracle expressions SEED COUNT START_MS                                  {"query":
//   "…"} promql_oracle parts    reads lines `START_MS END_MS STEP_MS QUERY` (STEP_MS 0: instant)
//   and
//                          answers each with the parts of the query and where they are evaluated:
//                          [{"query": "…", "start": ms, "end": ms, "step": ms}, …]

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/core.h>

#include "promql/oracle/data_generator.h"
#include "promql/oracle/expression_generator.h"
#include "promql/oracle/shrink.h"

namespace watchfire::promql {
namespace {

const GrammarOptions kGrammar = {.only_2_42 = true};

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

DataOptions DataOf(const char* seed, const char* start) {
  DataOptions options;
  options.seed = std::strtoull(seed, nullptr, 10);
  options.start = std::strtoll(start, nullptr, 10);
  options.for_closed_windows = true;
  return options;
}

void PrintData(const DataOptions& options) {
  for (const auto& [labels, series] : GenerateData(options).series) {
    std::string line = "{\"labels\": {";
    for (const model::LabelView& label : labels) {
      if (line.back() != '{') line += ", ";
      line += Quoted(label.name) + ": " + Quoted(label.value);
    }
    line += "}, \"samples\": [";
    for (const model::Sample& sample : series.floats) {
      if (line.back() != '[') line += ", ";
      line += fmt::format("[{}, \"{:016x}\"]", sample.t, std::bit_cast<uint64_t>(sample.v));
    }
    fmt::print("{}]}}\n", line);
  }
}

void PrintExpressions(const DataOptions& data, int count) {
  ExpressionGenerator generator(GenerateData(data).description, kGrammar, data.seed);
  for (int i = 0; i < count; ++i) fmt::print("{{\"query\": {}}}\n", Quoted(generator.Next()));
}

void Examine(const testing::TestSeriesMap& data, const char* line) {
  char* at = nullptr;
  NaiveRequest request;
  request.start = std::strtoll(line, &at, 10);
  request.end = std::strtoll(at, &at, 10);
  request.step_ms = std::strtoll(at, &at, 10);
  Result<ExprPtr> expr = Parse(at, ParseOptionsFor(kGrammar));
  std::string open;
  std::string out;
  if (expr.ok()) {
    open = EvaluateNaively(data, **expr, request).open;
    for (const Part& part : PartsOf(**expr, request)) {
      out += fmt::format("{}{{\"query\": {}, \"start\": {}, \"end\": {}, \"step\": {}}}",
                         out.empty() ? "" : ", ", Quoted(part.query), part.request.start,
                         part.request.end, part.request.step_ms);
    }
  }
  fmt::print("{{\"open\": {}, \"parts\": [{}]}}\n", Quoted(open), out);
}

int Main(int argc, char** argv) {
  std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "data" && argc == 4) {
    PrintData(DataOf(argv[2], argv[3]));
  } else if (mode == "expressions" && argc == 5) {
    PrintExpressions(DataOf(argv[2], argv[4]), std::atoi(argv[3]));
  } else if (mode == "examine" && argc == 4) {
    GeneratedData data = GenerateData(DataOf(argv[2], argv[3]));
    std::string line(1 << 16, '\0');
    while (std::fgets(line.data(), static_cast<int>(line.size()), stdin)) {
      Examine(data.series, line.c_str());
      std::fflush(stdout);
    }
  } else {
    fmt::print(stderr, "usage: promql_oracle data|expressions|examine …\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace watchfire::promql

int main(int argc, char** argv) {
  return watchfire::promql::Main(argc, argv);
}
