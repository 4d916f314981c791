#pragma once
// Parameters of the Prometheus HTTP API: times, durations, limits and selectors, with upstream's
// error texts. Pure functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/matcher.h"
#include "net/http.h"

namespace watchfire::api {

// Float seconds (rounded to milliseconds), RFC 3339, or one of the two texts that stand for the
// smallest and the largest time.
Result<TimeMs> ParseTime(std::string_view text);
// The parameter, or `otherwise` if it is not there.
Result<TimeMs> ParseTimeParam(const net::Values& form, std::string_view name, TimeMs otherwise);

// Float seconds or a Prometheus duration.
Result<int64_t> ParseDurationParam(std::string_view text);

// 0 if empty.
Result<uint64_t> ParseLimit(std::string_view text);

// Every match[] of the form as matchers; each must hold one that does not match "".
Result<std::vector<model::Matchers>> ParseMatchParams(const net::Values& form);

}  // namespace watchfire::api
