#pragma once
// Query results as the API writes them: {"resultType":…,"result":…}. Answers of range queries are
// often bounded by printing, so this is written for speed: into pieces that never move, the text of
// a step's timestamp is made once, repeated values are copied, and the columns of a series are
// freed as soon as they are text. Pure functions.

#include <string>

#include "base/clock.h"
#include "base/text_pieces.h"
#include "codec/json_writer.h"
#include "promql/engine/engine.h"

namespace watchfire::api {

// 1.5 s → "1.500", whole seconds without a point.
void AppendTimestamp(std::string& out, TimeMs t);
// {"count":"…","sum":"…","buckets":[[rule,"lower","upper","count"],…]}
void AppendHistogram(std::string& out, const model::FloatHistogram& histogram);
void WriteLabels(codec::JsonWriter& json, const model::Labels& labels);
void WriteLabels(TextPieces& out, const model::Labels& labels);

// Appends the result, whose series are gone afterwards. `stats`: JSON of the member "stats", or "".
void WriteQueryResult(TextPieces& out, promql::QueryValue value, std::string_view stats);

}  // namespace watchfire::api
