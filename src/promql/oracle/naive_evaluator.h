#pragma once
// An evaluator of PromQL that could not be simpler: one step after the other, label sets in a
// std::map, every vector written out, no plan, nothing shared between steps. It is what the engine
// is compared with, so it is written from the documented semantics and not from the engine, and
// speed is no reason for anything here.
//
// All of the language over floats but info(), start_timestamp(), anchored and smoothed; series with
// native histograms are not looked at. Pure; the data must not change meanwhile.

#include <map>
#include <string>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"
#include "promql/parser/ast.h"
#include "testing/test_storage.h"

namespace watchfire::promql {

struct NaiveRequest {
  TimeMs start = 0;
  TimeMs end = 0;
  int64_t step_ms = 0;  // 0: instant
  int64_t lookback_ms = 300'000;
  int64_t default_subquery_step_ms = 60'000;
};

struct NaiveResult {
  // Why the evaluation fails; empty if it does not.
  std::string error;
  // Why the language leaves the answer open (which of two equal values is the top one); empty if
  // it does not. Then nothing can be compared.
  std::string open;
  // Ascending in time. A scalar is a series without labels. Of an instant query for a range vector:
  // its samples.
  std::map<model::Labels, std::vector<model::Sample>> series;
};

NaiveResult EvaluateNaively(const testing::TestSeriesMap& data, const Expr& expr,
                            const NaiveRequest& request);

// The steps at which a subquery's expression is evaluated, given those of the subquery itself:
// start, end (both included; start > end: none) and step in the request.
NaiveRequest InnerRequest(const SubqueryExpr& subquery, const NaiveRequest& outer);

}  // namespace watchfire::promql
