#pragma once
// Query results as the API writes them: {"resultType":…,"result":…}. Answers of range queries are
// often bounded by printing, so the text of each timestamp is made once per step and whole numbers
// take a short cut. Pure functions.

#include <string>

#include "base/clock.h"
#include "codec/json_writer.h"
#include "promql/engine/engine.h"

namespace watchfire::api {

// 1.5 s → "1.500", whole seconds without a point.
void AppendTimestamp(std::string& out, TimeMs t);
// {"count":"…","sum":"…","buckets":[[rule,"lower","upper","count"],…]}
void AppendHistogram(std::string& out, const model::FloatHistogram& histogram);
void WriteLabels(codec::JsonWriter& json, const model::Labels& labels);

// `stats`: whether the statistics of the query are shown as well.
std::string QueryResultJson(const promql::QueryResult& result, bool stats);

}  // namespace watchfire::api
