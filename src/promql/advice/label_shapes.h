#pragma once
// Which label sets an expression gives, without looking at a value: the series that selectors see
// now, taken through functions, aggregations and joins; and, where those are too many, which label
// names may be there and which surely are. Internal to this room.
//
// A LabelShapes looks at one tree, remembers what it worked out, and asks the Catalog once per
// selector. Each node is bounded by kMaxShapeRows and the whole tree by kMaxRowsInAll, which bounds
// time and memory; beyond them the answer is "not known".

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "promql/advice/context.h"

namespace watchfire::advice {

inline constexpr size_t kMaxShapeRows = 5000;
inline constexpr size_t kMaxRowsInAll = 100'000;

struct Rows {
  bool known = false;
  bool filtered = false;              // by values: some of these may not come out
  std::vector<model::Labels> labels;  // one a series; names dropped where the language does
};

class LabelShapes {
 public:
  // `catalog` may be null: then only what is written in the query is known.
  explicit LabelShapes(Catalog* catalog) : catalog_(catalog) {}

  // Of an expression that is an instant vector or a range.
  const Rows& RowsOf(const Expr& expr);
  // Label names that may occur; nullopt: any.
  std::optional<std::set<std::string>> PossibleLabels(const Expr& expr);
  // Whether every series has it.
  bool SurelyHas(const Expr& expr, const std::string& label);

 private:
  Rows Compute(const Expr& expr);
  Rows OfSelector(const VectorSelector& selector);
  Rows OfCall(const Call& call);
  Rows OfAggregate(const AggregateExpr& node);
  Rows OfBinary(const BinaryExpr& node);
  Rows OfJoin(const BinaryExpr& node, const Rows& left, const Rows& right);

  Catalog* const catalog_;
  std::map<const Expr*, Rows> rows_;
  size_t rows_in_all_ = 0;
};

// The labels that two series must share to be matched.
model::Labels MatchKey(const model::Labels& labels, const promql::VectorMatching& matching);

}  // namespace watchfire::advice
