// Functions that make a number of each number: mathematics, clamps, rounding, parts of dates.

#include <cmath>
#include <numbers>

#include "promql/operators/operator.h"

namespace watchfire::promql {
namespace {

using Fn = double (*)(double);

double Sgn(double v) {
  return v < 0 ? -1 : v > 0 ? 1 : v;
}

// Go's Max and Min: NaN wins, except against the infinity that beats everything; +0 is more than
// -0.
double GoMax(double a, double b) {
  if (std::isinf(a) && a > 0) return a;
  if (std::isinf(b) && b > 0) return b;
  if (std::isnan(a) || std::isnan(b)) return model::kNormalNan;
  if (a == 0 && b == 0) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}
double GoMin(double a, double b) {
  if (std::isinf(a) && a < 0) return a;
  if (std::isinf(b) && b < 0) return b;
  if (std::isnan(a) || std::isnan(b)) return model::kNormalNan;
  if (a == 0 && b == 0) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

Fn FindMath(std::string_view name) {
  constexpr double kPi = std::numbers::pi;
  struct Entry {
    std::string_view name;
    Fn fn;
  };
  static const Entry kTable[] = {
      {"abs", [](double v) { return std::fabs(v); }},
      {"ceil", [](double v) { return std::ceil(v); }},
      {"floor", [](double v) { return std::floor(v); }},
      {"exp", [](double v) { return std::exp(v); }},
      {"ln", [](double v) { return std::log(v); }},
      {"log2", [](double v) { return std::log2(v); }},
      {"log10", [](double v) { return std::log10(v); }},
      {"sqrt", [](double v) { return std::sqrt(v); }},
      {"sgn", Sgn},
      {"sin", [](double v) { return std::sin(v); }},
      {"cos", [](double v) { return std::cos(v); }},
      {"tan", [](double v) { return std::tan(v); }},
      {"asin", [](double v) { return std::asin(v); }},
      {"acos", [](double v) { return std::acos(v); }},
      {"atan", [](double v) { return std::atan(v); }},
      {"sinh", [](double v) { return std::sinh(v); }},
      {"cosh", [](double v) { return std::cosh(v); }},
      {"tanh", [](double v) { return std::tanh(v); }},
      {"asinh", [](double v) { return std::asinh(v); }},
      {"acosh", [](double v) { return std::acosh(v); }},
      {"atanh", [](double v) { return std::atanh(v); }},
      {"deg", [](double v) { return v * 180 / kPi; }},
      {"rad", [](double v) { return v * kPi / 180; }},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.fn;
  }
  return nullptr;
}

// ---- dates, UTC, proleptic Gregorian

struct Date {
  int64_t year;
  int month;     // 1..12
  int day;       // 1..31
  int64_t days;  // since 1970-01-01
  int64_t second_of_day;
};

int64_t DaysFromCivil(int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

Date DateOf(double v) {
  // What an int64 cannot hold is the second after its last one, as in Go.
  constexpr double kSecondsEnd = 9223372036854775808.0;
  int64_t days = 106'751'991'167'300;
  int64_t rest = 55'808;
  if (std::fabs(v) < kSecondsEnd) {
    auto seconds = static_cast<int64_t>(v);
    days = seconds / 86400;
    rest = seconds % 86400;
  }
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  int64_t z = days + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted = (5 * day_of_year + 2) / 153;
  auto day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  auto month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day, days, rest};
}

double DaysInMonth(const Date& d) {
  int64_t next =
      d.month == 12 ? DaysFromCivil(d.year + 1, 1, 1) : DaysFromCivil(d.year, d.month + 1, 1);
  return static_cast<double>(next - DaysFromCivil(d.year, d.month, 1));
}

Fn FindDatePart(std::string_view name) {
  struct Entry {
    std::string_view name;
    Fn fn;
  };
  static const Entry kTable[] = {
      {"year", [](double v) { return static_cast<double>(DateOf(v).year); }},
      {"month", [](double v) { return static_cast<double>(DateOf(v).month); }},
      {"day_of_month", [](double v) { return static_cast<double>(DateOf(v).day); }},
      {"day_of_week",
       [](double v) { return static_cast<double>(((DateOf(v).days + 4) % 7 + 7) % 7); }},
      {"day_of_year",
       [](double v) {
         Date d = DateOf(v);
         return static_cast<double>(d.days - DaysFromCivil(d.year, 1, 1) + 1);
       }},
      {"days_in_month", [](double v) { return DaysInMonth(DateOf(v)); }},
      {"hour", [](double v) { return static_cast<double>(DateOf(v).second_of_day / 3600); }},
      {"minute", [](double v) { return static_cast<double>(DateOf(v).second_of_day / 60 % 60); }},
  };
  for (const Entry& entry : kTable) {
    if (entry.name == name) return entry.fn;
  }
  return nullptr;
}

// ---- operators

class MathStream final : public MapStream {
 public:
  MathStream(QueryContext& context, StreamPtr child, Fn fn)
      : MapStream(context, std::move(child)), fn_(fn) {}

 private:
  void Apply(Column& column) override {
    column.h.clear();
    for (double& v : column.v) {
      if (!IsAbsent(v)) v = fn_(v);
    }
  }
  Fn fn_;
};

// clamp, clamp_min, clamp_max, round: numbers with scalars of the same step.
class ClampStream final : public MapStream {
 public:
  enum class Kind : uint8_t { kClamp, kMin, kMax, kRound };
  ClampStream(QueryContext& context, StreamPtr child, Kind kind, std::vector<ScalarColumn> args)
      : MapStream(context, std::move(child)), kind_(kind), args_(std::move(args)) {}

 private:
  void Apply(Column& column) override {
    column.h.clear();
    for (size_t i = 0; i < column.v.size(); ++i) {
      double& v = column.v[i];
      if (!IsAbsent(v)) v = One(v, i);
    }
  }
  double One(double v, size_t i) const {
    switch (kind_) {
      case Kind::kClamp: {
        double low = args_[0][i];
        double high = args_[1][i];
        return high < low ? kAbsent : GoMax(low, GoMin(high, v));
      }
      case Kind::kMin:
        return GoMax(args_[0][i], v);
      case Kind::kMax:
        return GoMin(args_[0][i], v);
      case Kind::kRound: {
        double inverse = args_.empty() ? 1 : 1.0 / args_[0][i];
        return std::floor(v * inverse + 0.5) / inverse;
      }
    }
    return v;
  }
  Kind kind_;
  std::vector<ScalarColumn> args_;
};

StreamPtr MakeTimeRow(const Grid& grid) {
  std::vector<Row> rows(1);
  rows[0].column.v.resize(grid.count);
  for (size_t i = 0; i < grid.count; ++i) rows[0].column.v[i] = ToSeconds(grid.at(i));
  return std::make_unique<RowStream>(std::move(rows));
}

}  // namespace

StreamPtr MakeElementwise(QueryContext& context, const PlanNode& call, const Grid& grid) {
  const std::string& name = call.function;
  if (Fn fn = FindDatePart(name)) {
    if (call.children.empty()) {
      return std::make_unique<MathStream>(context, MakeTimeRow(grid), fn);
    }
    StreamPtr child = MakeStream(context, *call.children[0], grid);
    child = std::make_unique<MathStream>(context, std::move(child), fn);
    return MakeNameDrop(context, std::move(child), call);
  }
  if (Fn fn = FindMath(name)) {
    StreamPtr child = MakeStream(context, *call.children[0], grid);
    child = std::make_unique<MathStream>(context, std::move(child), fn);
    return MakeNameDrop(context, std::move(child), call);
  }
  ClampStream::Kind kind = ClampStream::Kind::kRound;
  if (name == "clamp") {
    kind = ClampStream::Kind::kClamp;
  } else if (name == "clamp_min") {
    kind = ClampStream::Kind::kMin;
  } else if (name == "clamp_max") {
    kind = ClampStream::Kind::kMax;
  } else if (name != "round") {
    return nullptr;
  }
  std::vector<ScalarColumn> args;
  for (size_t i = 1; i < call.children.size(); ++i) {
    args.push_back(EvalScalar(context, *call.children[i], grid));
  }
  StreamPtr child = MakeStream(context, *call.children[0], grid);
  child = std::make_unique<ClampStream>(context, std::move(child), kind, std::move(args));
  return MakeNameDrop(context, std::move(child), call);
}

}  // namespace watchfire::promql
