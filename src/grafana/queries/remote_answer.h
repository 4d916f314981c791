#pragma once
// Reads what another Prometheus answered to /api/v1/query and /api/v1/query_range. Internal to this
// room; pure functions over bytes from outside, which the caller bounds.

#include <optional>
#include <string_view>

#include "grafana/queries/answer.h"

namespace watchfire::grafana {

// Any body, of any status: an answer, or why there is none. `{"status":"error",…}` becomes
// "errorType: error"; what is no such JSON is told by its beginning.
Outcome ReadRemoteAnswer(int status, std::string_view body);
// Whether the body is an error of a Prometheus rather than of something before it.
bool IsPrometheusError(std::string_view body);

}  // namespace watchfire::grafana
