#pragma once
// Advice on a query: what is wrong with it or will surprise, where, why, and the corrected query.
//
// Advise reads the text and its tree; with a Catalog (promql/advice/catalog.h) it also knows which
// metrics there are and of which type. What is certain to fail is an error, what is wrong by what
// is known is a warning, and what is only a guess is an info that says so. A corrected query is the
// whole text with nothing changed but what the advice is about, and it always parses.
//
// Advise is a pure function over its arguments and thread-safe; a Catalog is asked from the calling
// thread only. Work is bounded: by kMaxAdvisedBytes, kMaxAdvice, and the Catalog's own limits.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/advice/catalog.h"
#include "promql/parser/ast.h"
#include "promql/parser/parser.h"

namespace watchfire::advice {

inline constexpr size_t kMaxAdvisedBytes = 64 << 10;  // longer queries get syntax errors only
inline constexpr size_t kMaxAdvice = 50;

enum class Severity : uint8_t { kError, kWarning, kInfo };
// "error", "warning", "info".
std::string_view SeverityName(Severity severity);

// What the query is for: a rule that alerts must filter, for one.
enum class Purpose : uint8_t { kQuery, kRecording, kAlert };
// The purpose named "query", "recording" or "alert".
std::optional<Purpose> ParsePurpose(std::string_view name);

struct Options {
  promql::ParseOptions parse;
  Purpose purpose = Purpose::kQuery;
};

struct Fix {
  std::string label;  // what taking it does: "take the rate of each series first"
  std::string query;  // the whole query
};

struct Advice {
  std::string code;  // stable, in kebab case; docs/user/advice.md lists them
  Severity severity = Severity::kInfo;
  std::string message;  // one sentence
  std::string reason;   // why, one or two sentences
  promql::PosRange position;
  int line = 1;  // of position.start, both from 1, columns in bytes
  int column = 1;
  std::optional<Fix> fix;
};

// In order of position, then code. A query that does not parse gets advice of severity error, and
// of nothing but its syntax. `catalog` may be null.
std::vector<Advice> Advise(std::string_view query, const Options& options,
                           Catalog* catalog = nullptr);

}  // namespace watchfire::advice
