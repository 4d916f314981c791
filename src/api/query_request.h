#pragma once
// The parameters of a query and its failure, as all endpoints that run one read and answer them
// (/query, /query_range, /query_explain): the same checks, in upstream's order and with its texts.
// Pure functions.

#include <variant>

#include "api/response.h"
#include "promql/engine/engine.h"

namespace watchfire::api {

// What was asked for, or the answer that says what is wrong with it.
using ReadQuery = std::variant<promql::QueryRequest, net::Response>;

// query, time (`now` if it is not there), limit, timeout, lookback_delta.
ReadQuery ReadInstantQuery(const net::Values& form, TimeMs now);
// query, start, end, step, limit, timeout, lookback_delta.
ReadQuery ReadRangeQuery(const net::Values& form);

// Who asks, since when, and whether it has gone away.
void Attribute(const net::Request& request, promql::QueryRequest* query);

// Paths whose requests may run long or wait for each other: for a pool of their own.
std::vector<std::string> LongPaths();

net::Response QueryFailed(const promql::QueryFailure& failure);

}  // namespace watchfire::api
