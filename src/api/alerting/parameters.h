#pragma once
// Parameters of the endpoints that are ours. Errors are kInvalid and name the parameter. Pure
// functions.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"

namespace watchfire::api {

// 16 hexadecimal digits.
Result<uint64_t> ParseFingerprint(std::string_view text);
// RFC 3339 or seconds since 1970; `otherwise` if it is not there.
Result<TimeMs> TimeParam(const net::Values& query, std::string_view name, TimeMs otherwise);
// A whole number from `min` to `max`.
Result<int64_t> NumberParam(const net::Values& query, std::string_view name, int64_t otherwise,
                            int64_t min, int64_t max);

}  // namespace watchfire::api
