#pragma once
// Writes gathered families as a metrics page in the text format 0.0.4.

#include <string>
#include <string_view>
#include <vector>

#include "client/registry.h"

namespace watchfire::client {

inline constexpr std::string_view kTextContentType =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

std::string WriteText(const std::vector<MetricFamily>& families);

// Appends `v` as Go's strconv 'g' with the shortest digits that read back ("1e+06", "0.1", "NaN",
// "+Inf").
void AppendGoFloat(std::string& out, double v);

}  // namespace watchfire::client
