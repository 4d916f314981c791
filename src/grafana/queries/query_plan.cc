#include "grafana/queries/query_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/numbers.h"
#include "base/text.h"
#include "model/duration.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

constexpr size_t kMaxExprBytes = 1 << 20;
constexpr int64_t kDefaultPoints = 1500;
constexpr int64_t kMaxFactor = 1000;
constexpr int64_t kLongestStep = 365 * kDay;

struct Rounding {
  int64_t below;
  int64_t step;
};
constexpr std::array<Rounding, 30> kRoundings = {{
    {10, 1},
    {15, 10},
    {35, 20},
    {75, 50},
    {150, 100},
    {350, 200},
    {750, 500},
    {1500, kSecond},
    {3500, 2 * kSecond},
    {7500, 5 * kSecond},
    {12'500, 10 * kSecond},
    {17'500, 15 * kSecond},
    {25'000, 20 * kSecond},
    {45'000, 30 * kSecond},
    {90'000, kMinute},
    {210'000, 2 * kMinute},
    {450'000, 5 * kMinute},
    {750'000, 10 * kMinute},
    {1'050'000, 15 * kMinute},
    {1'500'000, 20 * kMinute},
    {2'700'000, 30 * kMinute},
    {5'400'000, kHour},
    {9'000'000, 2 * kHour},
    {16'200'000, 3 * kHour},
    {32'400'000, 6 * kHour},
    {kDay, 12 * kHour},
    {7 * kDay, kDay},
    {21 * kDay, 7 * kDay},
    {42 * kDay, 30 * kDay},
    {kMaxTime, kLongestStep},
}};

std::string_view TextOf(const codec::Json& object, std::string_view key) {
  const codec::Json* value = object.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string_view() : TrimSpace(*text);
}
bool FlagOf(const codec::Json& object, std::string_view key) {
  const codec::Json* value = object.Find(key);
  return value != nullptr && value->AsBool().value_or(false);
}

bool IsOneOf(std::string_view text, std::string_view name) {
  return text == "$" + std::string(name) || text == "${" + std::string(name) + "}";
}
bool IsRateInterval(std::string_view text) {
  return IsOneOf(text, "__rate_interval");
}
bool IsInterval(std::string_view text) {
  return IsOneOf(text, "__interval");
}
bool IsVariable(std::string_view text) {
  return IsInterval(text) || IsRateInterval(text) || IsOneOf(text, "__interval_ms") ||
         IsOneOf(text, "__rate_interval_ms");
}

int64_t RateInterval(int64_t interval_ms, int64_t scrape_ms) {
  return std::max(interval_ms + scrape_ms, 4 * scrape_ms);
}

// More steps than Prometheus answers are none: the next longer step is taken where rounding went
// down too far.
int64_t Bounded(int64_t step_ms, int64_t range_ms) {
  if (range_ms / step_ms <= kMaxSteps) return step_ms;
  for (const Rounding& row : kRoundings) {
    if (row.step > step_ms && range_ms / row.step <= kMaxSteps) return row.step;
  }
  return range_ms / kMaxSteps + 1;
}

// "1m30s" for 1m30s, "2h" for 2h0m0s.
std::string ShortText(int64_t ms) {
  std::string text;
  for (auto [unit, name] : {std::pair(kHour, "h"), {kMinute, "m"}, {kSecond, "s"}, {1L, "ms"}}) {
    if (ms < unit) continue;
    text += std::to_string(ms / unit) + name;
    ms %= unit;
  }
  return text.empty() ? "0s" : text;
}

struct Macros {
  int64_t step_ms;
  int64_t rate_ms;
  int64_t range_ms;
};

// Longer names before those that they begin with.
std::string Replaced(std::string_view expr, const Macros& macros) {
  int64_t range_s = (macros.range_ms + 500) / 1000;
  const std::pair<std::string_view, std::string> values[] = {
      {"__rate_interval_ms", std::to_string(macros.rate_ms)},
      {"__rate_interval", IntervalText(macros.rate_ms)},
      {"__interval_ms", std::to_string(macros.step_ms)},
      {"__interval", ShortText(macros.step_ms)},
      {"__range_ms", std::to_string(macros.range_ms)},
      {"__range_s", std::to_string(range_s)},
      {"__range", std::to_string(range_s) + "s"},
  };
  std::string out;
  out.reserve(expr.size() + 32);
  while (true) {
    size_t dollar = expr.find('$');
    out.append(expr.substr(0, dollar));
    if (dollar == std::string_view::npos) return out;
    expr.remove_prefix(dollar);
    size_t taken = 0;
    for (const auto& [name, value] : values) {
      if (expr.substr(1).starts_with(name)) {
        taken = 1 + name.size();
      } else if (expr.starts_with("${") && expr.substr(2).starts_with(name) &&
                 expr.substr(2 + name.size()).starts_with("}")) {
        taken = 3 + name.size();
      }
      if (taken == 0) continue;
      out += value;
      break;
    }
    if (taken == 0) {
      out += '$';
      taken = 1;
    }
    expr.remove_prefix(taken);
  }
}

// The step by itself, before the factor.
int64_t StepFor(int64_t range_ms, int64_t points, int64_t min_step_ms) {
  int64_t even = range_ms / points;
  int64_t step = even < min_step_ms ? min_step_ms : RoundInterval(even);
  int64_t safe = RoundInterval(range_ms / kMaxSteps);
  return std::clamp<int64_t>(std::max(step, safe), 1, kLongestStep);
}

int64_t FactorOf(const codec::Json& model) {
  const codec::Json* value = model.Find("intervalFactor");
  int64_t factor = value == nullptr ? 1 : value->AsInt().value_or(1);
  return factor <= 0 ? 1 : std::min(factor, kMaxFactor);
}

// Sets the step; the result is what the macros become.
Result<Macros> Steps(const PanelQuery& query, int64_t scrape_ms, QueryPlan* plan) {
  std::string_view wanted = TextOf(query.model, "interval");
  std::optional<int64_t> min_step;
  if (!wanted.empty() && !IsVariable(wanted)) {
    Result<int64_t> parsed = ParseInterval(wanted);
    if (!parsed.ok()) return parsed.error().With("minimum step");
    if (*parsed > 0) min_step = *parsed;
  }
  int64_t range_ms = query.to - query.from;
  int64_t points = query.max_data_points > 0 ? query.max_data_points : kDefaultPoints;
  int64_t otherwise = query.interval_ms > 0 ? query.interval_ms : scrape_ms;
  int64_t step = StepFor(range_ms, points, min_step.value_or(otherwise));
  int64_t asked = query.interval_ms > 0 ? query.interval_ms : step;

  Macros macros{0, 0, range_ms};
  if (IsRateInterval(wanted)) {
    step = RateInterval(step, scrape_ms);
    macros.rate_ms = step;
  } else {
    step = std::min(step * FactorOf(query.model), kLongestStep);
    macros.rate_ms = RateInterval(asked, IsInterval(wanted) ? step : min_step.value_or(scrape_ms));
  }
  plan->step_ms = Bounded(step, range_ms);
  macros.step_ms = plan->step_ms;
  return macros;
}

}  // namespace

int64_t RoundInterval(int64_t ms) {
  for (const Rounding& row : kRoundings) {
    if (ms < row.below) return row.step;
  }
  return kLongestStep;
}

Result<int64_t> ParseInterval(std::string_view text) {
  text = TrimSpace(text);
  if (text.starts_with(">")) text = TrimSpace(text.substr(1));
  if (Result<int64_t> plain = model::ParseDurationMs(text); plain.ok()) return *plain;
  size_t unit_at = text.find_first_not_of("0123456789.");
  std::string_view unit = unit_at == std::string_view::npos ? "s" : text.substr(unit_at);
  std::optional<double> number = ParseFloat(text.substr(0, unit_at));
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ms", 1},   {"s", kSecond},  {"m", kMinute},   {"h", kHour},
      {"d", kDay}, {"w", 7 * kDay}, {"M", 30 * kDay}, {"y", 365 * kDay},
  };
  for (const auto& [name, ms] : kUnits) {
    if (unit != name || !number || !std::isfinite(*number)) continue;
    double total = *number * static_cast<double>(ms);
    if (total <= static_cast<double>(kLongestStep))
      return static_cast<int64_t>(std::llround(total));
  }
  return Error::Invalid("not a valid duration string: {}", GoQuote(text));
}

std::string IntervalText(int64_t ms) {
  if (ms % kSecond != 0) return std::to_string(ms) + "ms";
  int64_t seconds = ms / kSecond;
  std::string text;
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) text += std::to_string(seconds / 60 % 60) + "m";
  return text + std::to_string(seconds % 60) + "s";
}

TimeMs AlignDown(TimeMs t, int64_t step_ms, int64_t offset_s) {
  int64_t shifted = t + offset_s * 1000;
  int64_t rest = shifted % step_ms;
  if (rest < 0) rest += step_ms;
  return t - rest;
}

Result<QueryPlan> MakePlan(const PanelQuery& query, int64_t scrape_ms) {
  constexpr int64_t kMaxOffset = 24 * 3600;
  constexpr TimeMs kFar = 253'402'300'800'000;  // the year 10000
  QueryPlan plan;
  std::string_view expr = TextOf(query.model, "expr");
  if (expr.empty()) return Error::Invalid("the query is empty");
  if (expr.size() > kMaxExprBytes) return Error::Invalid("the query is longer than 1 MiB");
  if (query.from > query.to) return Error::Invalid("the time range ends before it begins");
  if (query.from < -kFar || query.to > kFar) return Error::Invalid("the time range is too long");
  Macros macros = TRY(Steps(query, std::max<int64_t>(scrape_ms, 1), &plan));
  plan.ref_id = query.ref_id;
  plan.expr = Replaced(expr, macros);
  plan.legend = Replaced(TextOf(query.model, "legendFormat"), macros);
  plan.instant = FlagOf(query.model, "instant");
  plan.range = FlagOf(query.model, "range") || !plan.instant;
  plan.exemplars = FlagOf(query.model, "exemplar") && plan.range;
  int64_t offset = std::clamp(query.utc_offset_s, -kMaxOffset, kMaxOffset);
  plan.start = AlignDown(query.from, plan.step_ms, offset);
  plan.end = AlignDown(query.to, plan.step_ms, offset);
  plan.time = query.to;
  return plan;
}

}  // namespace watchfire::grafana
