#include "api/params.h"

#include <cmath>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"
#include "promql/parser/parser.h"

namespace watchfire::api {
namespace {

constexpr std::string_view kMinTimeText = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kMaxTimeText = "292277025-08-18T07:12:54.999999999Z";

}  // namespace

Result<TimeMs> ParseTime(std::string_view text) {
  if (std::optional<double> seconds = ParseFloat(text); seconds && std::isfinite(*seconds)) {
    double ms = std::round(*seconds * 1000.0);
    if (ms <= static_cast<double>(kMinTime)) return kMinTime;
    if (ms >= static_cast<double>(kMaxTime)) return kMaxTime;
    return static_cast<TimeMs>(ms);
  }
  if (std::optional<TimeMs> t = ParseRfc3339(text)) return *t;
  if (text == kMinTimeText) return kMinTime;
  if (text == kMaxTimeText) return kMaxTime;
  return Error::Invalid("cannot parse {} to a valid timestamp", GoQuote(text));
}

Result<TimeMs> ParseTimeParam(const net::Values& form, std::string_view name, TimeMs otherwise) {
  std::string_view text = form.Get(name);
  if (text.empty()) return otherwise;
  Result<TimeMs> t = ParseTime(text);
  if (!t.ok()) return t.error().With("invalid time value for '{}'", name);
  return t;
}

Result<int64_t> ParseDurationParam(std::string_view text) {
  if (std::optional<double> seconds = ParseFloat(text)) {
    double nanoseconds = *seconds * 1e9;
    if (!(std::fabs(nanoseconds) < 9223372036854775807.0)) {
      return Error::Invalid("cannot parse {} to a valid duration. It overflows int64",
                            GoQuote(text));
    }
    return static_cast<int64_t>(*seconds * 1000.0);
  }
  if (Result<int64_t> ms = model::ParseDurationMs(text); ms.ok()) return ms;
  return Error::Invalid("cannot parse {} to a valid duration", GoQuote(text));
}

Result<uint64_t> ParseLimit(std::string_view text) {
  if (text.empty()) return 0;
  std::optional<int64_t> limit = ParseInt(text);
  if (!limit) {
    return Error::Invalid("strconv.Atoi: parsing {}: invalid syntax", GoQuote(text));
  }
  if (*limit < 0) return Error::Invalid("limit must be non-negative");
  return static_cast<uint64_t>(*limit);
}

Result<std::vector<model::Matchers>> ParseMatchParams(const net::Values& form) {
  std::vector<model::Matchers> sets;
  for (const std::string& text : form.GetAll("match[]")) {
    model::Matchers matchers = TRY(promql::ParseSelector(text));
    bool selective = std::any_of(matchers.begin(), matchers.end(),
                                 [](const model::Matcher& m) { return !m.MatchesEmpty(); });
    if (!selective) return Error::Invalid("match[] must contain at least one non-empty matcher");
    sets.push_back(std::move(matchers));
  }
  return sets;
}

}  // namespace watchfire::api
