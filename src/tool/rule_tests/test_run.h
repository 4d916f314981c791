#pragma once
// Runs one group of a rule unit test: puts its series into a database of its own, evaluates the
// rules step by step as a server would, and compares alerts and values with what is expected.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "promql/parser/parser.h"
#include "tool/rule_tests/test_file.h"

namespace watchfire::tool {

struct TestRunOptions {
  promql::ParseOptions parse;
  bool ignore_unknown_fields = false;  // of rule files
};

// What did not come out as expected, in promtool's words; empty: all is well. `directory` is an
// empty one that may be filled.
std::vector<std::string> RunTestGroup(const TestFile& file, const TestGroup& group,
                                      const TestRunOptions& options, const std::string& directory);

}  // namespace watchfire::tool
