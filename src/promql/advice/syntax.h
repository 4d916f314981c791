#pragma once
// Advice on a query that does not parse. Internal to this room.

#include <vector>

#include "promql/advice/advice.h"

namespace watchfire::advice {

// `error` is what Parse said of `query`.
std::vector<Advice> AdviseOnSyntax(std::string_view query, const Error& error,
                                   const Options& options, Catalog* catalog);

}  // namespace watchfire::advice
