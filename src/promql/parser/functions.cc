#include "promql/parser/functions.h"

#include <algorithm>
#include <utility>

namespace watchfire::promql {
namespace {

constexpr ValueType S = ValueType::kScalar;
constexpr ValueType V = ValueType::kVector;
constexpr ValueType M = ValueType::kMatrix;
constexpr ValueType T = ValueType::kString;
constexpr bool kExperimental = true;

void AppendStable(std::vector<Function>& all) {
  for (std::string_view name : {"abs",
                                "absent",
                                "acos",
                                "acosh",
                                "asin",
                                "asinh",
                                "atan",
                                "atanh",
                                "ceil",
                                "cos",
                                "cosh",
                                "deg",
                                "exp",
                                "floor",
                                "histogram_avg",
                                "histogram_count",
                                "histogram_stddev",
                                "histogram_stdvar",
                                "histogram_sum",
                                "ln",
                                "log10",
                                "log2",
                                "rad",
                                "sgn",
                                "sin",
                                "sinh",
                                "sort",
                                "sort_desc",
                                "sqrt",
                                "tan",
                                "tanh",
                                "timestamp"}) {
    all.push_back({name, {V}, 0, V, false});
  }
  for (std::string_view name :
       {"absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv",
        "first_over_time", "idelta", "increase", "irate", "last_over_time", "max_over_time",
        "min_over_time", "present_over_time", "rate", "resets", "stddev_over_time",
        "stdvar_over_time", "sum_over_time"}) {
    all.push_back({name, {M}, 0, V, false});
  }
  for (std::string_view name : {"day_of_month", "day_of_week", "day_of_year", "days_in_month",
                                "hour", "minute", "month", "year"}) {
    all.push_back({name, {V}, 1, V, false});
  }
  all.insert(all.end(), {{"clamp", {V, S, S}, 0, V, false},
                         {"clamp_max", {V, S}, 0, V, false},
                         {"clamp_min", {V, S}, 0, V, false},
                         {"histogram_fraction", {S, S, V}, 0, V, false},
                         {"histogram_quantile", {S, V}, 0, V, false},
                         {"label_join", {V, T, T, T}, -1, V, false},
                         {"label_replace", {V, T, T, T, T}, 0, V, false},
                         {"pi", {}, 0, S, false},
                         {"predict_linear", {M, S}, 0, V, false},
                         {"quantile_over_time", {S, M}, 0, V, false},
                         {"round", {V, S}, 1, V, false},
                         {"scalar", {V}, 0, S, false},
                         {"time", {}, 0, S, false},
                         {"vector", {S}, 0, V, false}});
}

void AppendExperimental(std::vector<Function>& all) {
  for (std::string_view name : {"mad_over_time", "ts_of_first_over_time", "ts_of_last_over_time",
                                "ts_of_max_over_time", "ts_of_min_over_time"}) {
    all.push_back({name, {M}, 0, V, kExperimental});
  }
  for (std::string_view name : {"end", "range", "start", "step"}) {
    all.push_back({name, {}, 0, S, kExperimental});
  }
  all.insert(all.end(), {{"double_exponential_smoothing", {M, S, S}, 0, V, kExperimental},
                         {"histogram_quantiles", {V, T, S, S}, 9, V, kExperimental},
                         {"info", {V, V}, 1, V, kExperimental},
                         {"max_of", {S, S}, 0, S, kExperimental},
                         {"min_of", {S, S}, 0, S, kExperimental},
                         {"sort_by_label", {V, T}, -1, V, kExperimental},
                         {"sort_by_label_desc", {V, T}, -1, V, kExperimental},
                         {"start_timestamp", {V}, 0, V, kExperimental}});
}

std::vector<Function> BuildTable() {
  std::vector<Function> all;
  AppendStable(all);
  AppendExperimental(all);
  std::ranges::sort(all, {}, &Function::name);
  return all;
}

}  // namespace

const std::vector<Function>& AllFunctions() {
  static const std::vector<Function> kAll = BuildTable();
  return kAll;
}

const Function* FindFunction(std::string_view name) {
  const std::vector<Function>& all = AllFunctions();
  auto found = std::ranges::lower_bound(all, name, {}, &Function::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

}  // namespace watchfire::promql
