#pragma once
// What vectors come to: aggregations, joins, set operators, relabelling, each for one step. Part of
// the naive evaluator; see there. Pure functions that throw Failure and Open.

#include <map>
#include <string>

#include "model/labels.h"
#include "promql/parser/ast.h"

namespace watchfire::promql::naive {

using Vector = std::map<model::Labels, double>;

inline constexpr char kSameLabelset[] = "vector cannot contain metrics with the same labelset";

// The evaluation fails.
struct Failure {
  explicit Failure(std::string why) : text(std::move(why)) {}
  std::string text;
};
// The language does not say what comes out.
struct Open {
  explicit Open(std::string why) : text(std::move(why)) {}
  std::string text;
};

// Throws if the labels are there already.
void Put(Vector& vector, const model::Labels& labels, double v);
model::Labels WithoutName(const model::Labels& labels);

// label_replace and label_join.
Vector Relabel(const Call& call, const Vector& in);
// `label` is the parameter of count_values, `param` that of all others.
Vector Aggregate(const AggregateExpr& aggregate, const Vector& in, double param,
                 const std::string& label);
Vector SetOperation(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs);
Vector Join(const BinaryExpr& binary, const Vector& lhs, const Vector& rhs);

}  // namespace watchfire::promql::naive
