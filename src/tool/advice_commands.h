#pragma once
// The commands that give advice on expressions, apart from their command line
// (query_command_line.cc): `query advise` for one, `check rules` for all of some rule files. By the
// text alone, or by what a running server knows.

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/advice/advice.h"

namespace watchfire::tool {

struct AdviseTarget {
  std::string server;                // empty: by the text alone
  std::vector<std::string> headers;  // name=value
};

struct AdviseOptions : AdviseTarget {
  std::string expr;
  std::string purpose = "query";  // or recording, alert
};
// Fails if the query does not parse.
Result<void> AdviseOnQuery(const AdviseOptions& options, std::FILE* out);

struct CheckRulesOptions : AdviseTarget {
  std::vector<std::string> files;
  bool infos = false;  // tell of infos, too
  bool fatal = false;  // advice is a failure
};
// Fails if a file is not a rule file.
Result<void> CheckRules(const CheckRulesOptions& options, std::FILE* out);

// One piece of advice after the other, each behind `place` and its line and column.
std::string AdviceText(std::string_view place, const std::vector<advice::Advice>& all);

}  // namespace watchfire::tool
