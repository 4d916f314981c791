#include "promql/oracle/naive_vectors.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "base/hash.h"
#include "base/numbers.h"
#include "model/regex.h"
#include "model/sample.h"
#include "promql/oracle/naive_functions.h"

namespace watchfire::promql::naive {
namespace {

using model::Labels;
using Names = std::vector<std::string>;
using Member = std::pair<Labels, double>;

Names Sorted(Names names) {
  std::sort(names.begin(), names.end());
  return names;
}

Names WithMetricName(Names names) {
  names.push_back("__name__");
  return Sorted(std::move(names));
}

// ---- aggregations

Labels GroupOf(const AggregateExpr& aggregate, const Labels& labels) {
  if (aggregate.without) return labels.Drop(WithMetricName(aggregate.grouping));
  return labels.Keep(Sorted(aggregate.grouping));
}

double Fold(AggregateOp op, const std::vector<double>& values, double param) {
  double best = values.front();
  switch (op) {
    case AggregateOp::kSum:
      return Sum(values);
    case AggregateOp::kAvg:
      return Mean(values);
    case AggregateOp::kMin:
      for (double v : values) best = v < best || std::isnan(best) ? v : best;
      return best;
    case AggregateOp::kMax:
      for (double v : values) best = v > best || std::isnan(best) ? v : best;
      return best;
    case AggregateOp::kCount:
      return static_cast<double>(values.size());
    case AggregateOp::kQuantile:
      return Quantile(param, values);
    case AggregateOp::kStddev:
      return std::sqrt(Variance(values));
    case AggregateOp::kStdvar:
      return Variance(values);
    default:
      return 1;  // group
  }
}

// Best first, NaN last.
bool Ranks(AggregateOp op, double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return op == AggregateOp::kTopk ? a > b : a < b;
}

size_t CountOf(double param) {
  if (std::isnan(param)) throw Failure("Parameter value is NaN");
  if (param >= 9.3e18) throw Failure("overflows int64");
  if (param <= -9.3e18) throw Failure("underflows int64");
  return param < 1 ? 0 : static_cast<size_t>(param);
}

void PutTop(AggregateOp op, std::vector<Member> members, size_t k, Vector& out) {
  std::stable_sort(members.begin(), members.end(), [op](const Member& a, const Member& b) {
    return Ranks(op, a.second, b.second);
  });
  if (k > 0 && k < members.size() && !Ranks(op, members[k - 1].second, members[k].second)) {
    throw Open("which of several equal values is the top one");
  }
  for (size_t i = 0; i < std::min(k, members.size()); ++i) {
    Put(out, members[i].first, members[i].second);
  }
}

// The position of a label set among all, in 0…1.
double Position(const Labels& labels) {
  std::string bytes;
  for (const model::LabelView& label : labels) {
    for (std::string_view part : {label.name, label.value}) {
      size_t size = part.size();
      if (size < 255) {
        bytes += static_cast<char>(size);
      } else {
        for (size_t byte : {size_t{0xff}, size, size >> 8, size >> 16}) {
          bytes += static_cast<char>(byte & 0xff);
        }
      }
      bytes += part;
    }
  }
  return static_cast<double>(XxHash64(bytes)) / std::pow(2.0, 64);
}

void PutRatio(const std::vector<Member>& members, double ratio, Vector& out) {
  if (std::isnan(ratio)) throw Failure("Ratio value is NaN");
  ratio = std::min(1.0, std::max(-1.0, ratio));
  for (const auto& [labels, v] : members) {
    double position = Position(labels);
    if (ratio >= 0 ? position < ratio : position >= 1 + ratio) Put(out, labels, v);
  }
}

Vector CountValues(const AggregateExpr& aggregate, const Vector& in, const std::string& label) {
  if (label.empty()) throw Failure("invalid label name");
  AggregateExpr grouping;
  grouping.without = aggregate.without;
  grouping.grouping = aggregate.grouping;
  if (!grouping.without) grouping.grouping.push_back(label);
  Vector out;
  for (const auto& [labels, v] : in) {
    model::LabelsBuilder builder(labels);
    builder.Set(label, FormatFloatFixed(v));
    ++out[GroupOf(grouping, builder.Build())];
  }
  return out;
}

// ---- joins

Labels KeyOf(const BinaryExpr& binary, const Labels& labels) {
  const Names& names = binary.matching->labels;
  return binary.matching->on ? labels.Keep(Sorted(names)) : labels.Drop(WithMetricName(names));
}

// One step of a join, seen from the side of which several series may meet one of the other.
class Joiner {
 public:
  explicit Joiner(const BinaryExpr& binary)
      : binary_(binary),
        matching_(*binary.matching),
        swapped_(matching_.card == MatchCardinality::kOneToMany) {}

  Vector Run(const Vector& many, const Vector& ones) {
    // Upstream's fill_left is that of the many side, whichever that is.
    const std::optional<double>& fill_many = matching_.fill_left;
    const std::optional<double>& fill_one = matching_.fill_right;
    if ((many.empty() && !fill_many) || (ones.empty() && !fill_one)) return {};
    std::map<Labels, Member> by_key;
    for (const auto& [labels, v] : ones) {
      if (!by_key.try_emplace(KeyOf(binary_, labels), labels, v).second) {
        throw Failure("many-to-many matching not allowed");
      }
    }
    std::set<Labels> met;
    for (const auto& [labels, v] : many) {
      Labels key = KeyOf(binary_, labels);
      auto one = by_key.find(key);
      bool found = one != by_key.end();
      if (!found && !fill_one) continue;
      bool again = !met.insert(key).second;
      if (again && one_to_one()) throw Failure("many-to-one matching must be explicit");
      Add(labels, v, found ? one->second : Member(key, *fill_one), key);
    }
    for (const auto& [key, one] : by_key) {
      if (fill_many && !met.contains(key)) Add(key, *fill_many, one, key);
    }
    return std::move(out_);
  }

 private:
  bool one_to_one() const { return matching_.card == MatchCardinality::kOneToOne; }

  void Add(const Labels& labels, double v, const Member& one, const Labels& key) {
    bool comparison = IsComparison(binary_.op);
    bool filters = comparison && !binary_.return_bool;
    Labels result = filters ? labels : WithoutName(labels);
    if (one_to_one()) {
      Names names = Sorted(matching_.labels);
      result = matching_.on ? result.Keep(names) : result.Drop(names);
    }
    model::LabelsBuilder builder(result);
    for (const std::string& name : matching_.include) builder.Set(name, one.first.Get(name));
    result = builder.Build();
    if (!one_to_one() && !results_[key].insert(result).second) {
      throw Failure("grouping labels must ensure unique matches");
    }
    double a = swapped_ ? one.second : v;
    double b = swapped_ ? v : one.second;
    if (!comparison) {
      Put(out_, result, Calculate(binary_.op, a, b));
    } else if (binary_.return_bool) {
      Put(out_, result, Holds(binary_.op, a, b) ? 1 : 0);
    } else if (Holds(binary_.op, a, b)) {
      Put(out_, result, a);
    }
  }

  const BinaryExpr& binary_;
  const VectorMatching& matching_;
  bool swapped_;
  // Of each match group, also those that a comparison has dropped.
  std::map<Labels, std::set<Labels>> results_;
  Vector out_;
};

}  // namespace

void Put(Vector& vector, const Labels& labels, double v) {
  if (!vector.emplace(labels, v).second) throw Failure(kSameLabelset);
}

Labels WithoutName(const Labels& labels) {
  return labels.Drop({"__name__", "__type__", "__unit__"});
}

Vector Relabel(const Call& call, const Vector& in) {
  auto text = [&call](size_t i) { return Unparen(*call.args[i]).As<StringLiteral>().value; };
  bool join = call.function->name == "label_join";
  std::string target = text(1);
  if (target.empty()) throw Failure("invalid destination label name");
  Result<model::Regex> regex = model::Regex::Compile(join ? "" : text(4));
  if (!regex.ok()) throw Failure("invalid regular expression");
  Vector out;
  for (const auto& [labels, v] : in) {
    std::string value;
    bool changes = true;
    if (join) {
      for (size_t i = 3; i < call.args.size(); ++i) {
        if (i > 3) value += text(2);
        value += labels.Get(text(i));
      }
    } else {
      changes = regex->Expand(labels.Get(text(3)), text(2), &value);
    }
    model::LabelsBuilder builder(labels);
    if (changes) builder.Set(target, value);
    Put(out, builder.Build(), v);
  }
  return out;
}

Vector Aggregate(const AggregateExpr& aggregate, const Vector& in, double param,
                 const std::string& label) {
  AggregateOp op = aggregate.op;
  if (op == AggregateOp::kCountValues) return CountValues(aggregate, in, label);
  bool counts =
      op == AggregateOp::kTopk || op == AggregateOp::kBottomk || op == AggregateOp::kLimitk;
  size_t k = counts ? CountOf(param) : 0;
  if (op == AggregateOp::kLimitRatio && std::isnan(param)) throw Failure("Ratio value is NaN");
  std::map<Labels, std::vector<Member>> groups;
  for (const auto& member : in) groups[GroupOf(aggregate, member.first)].push_back(member);
  Vector out;
  for (const auto& [key, members] : groups) {
    if (op == AggregateOp::kTopk || op == AggregateOp::kBottomk) {
      PutTop(op, members, k, out);
    } else if (op == AggregateOp::kLimitk) {
      if (k > 0 && k < members.size()) throw Open("which series come first");
      for (const auto& [labels, v] : members) {
        if (k > 0) Put(out, labels, v);
      }
    } else if (op == AggregateOp::kLimitRatio) {
      PutRatio(members, param, out);
    } else {
      std::vector<double> values;
      for (const auto& [labels, v] : members) values.push_back(v);
      Put(out, key, Fold(op, values, param));
    }
  }
  return out;
}

Vector SetOperation(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs) {
  auto keys_of = [&binary](const Vector& side) {
    std::set<Labels> keys;
    for (const auto& [labels, v] : side) keys.insert(KeyOf(binary, labels));
    return keys;
  };
  std::set<Labels> left = keys_of(lhs);
  std::set<Labels> right = keys_of(rhs);
  Vector out;
  for (const auto& [labels, v] : lhs) {
    bool keep = binary.op == BinaryOp::kOr ||
                right.contains(KeyOf(binary, labels)) == (binary.op == BinaryOp::kAnd);
    if (keep) Put(out, labels, v);
  }
  if (binary.op != BinaryOp::kOr) return out;
  for (const auto& [labels, v] : rhs) {
    if (!left.contains(KeyOf(binary, labels))) Put(out, labels, v);
  }
  return out;
}

Vector Join(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs) {
  bool swapped = binary.matching->card == MatchCardinality::kOneToMany;
  return swapped ? Joiner(binary).Run(rhs, lhs) : Joiner(binary).Run(lhs, rhs);
}

}  // namespace watchfire::promql::naive
