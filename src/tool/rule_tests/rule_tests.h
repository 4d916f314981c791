#pragma once
// `tool test rules`: runs rule unit test files and tells what failed, as promtool does.

#include <cstdio>
#include <string>
#include <vector>

#include "base/result.h"
#include "promql/parser/parser.h"

namespace watchfire::tool {

struct RuleTestOptions {
  std::vector<std::string> files{};
  std::vector<std::string> run{};  // regexes of group names; empty: all
  std::string junit{};             // file to write a JUnit report to; "": none
  promql::ParseOptions parse{};
  bool ignore_unknown_fields = false;  // of rule files
};

// Progress and successes to `out`, failures to `err`. kInvalid with an empty text: some failed, and
// everything was said.
Result<void> TestRules(const RuleTestOptions& options, std::FILE* out, std::FILE* err);

}  // namespace watchfire::tool
