#pragma once
// JMESPath: an expression that picks a value out of a JSON document, as OAuth settings have them:
//
//   contains(groups[*], 'admins') && 'Admin' || contains(groups[*], 'dev') && 'Editor' || 'Viewer'
//
// Identifiers, quoted ones, indexes, projections, filters, literals,
// comparisons, !, &&, ||, pipes and the functions that work on strings and lists. Not there:
// slices, multi-select, expression references, arithmetic of numbers. A function that gets a value
// it has no use for yields null (`contains`: false), so that a missing claim does not hide the rest
// of the expression. Immutable; thread-safe. Bounded: 4 KiB, 50 levels.

#include <memory>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"

namespace watchfire::grafana {

class JmesPath {
 public:
  struct Node;
  // kInvalid: `position 12: …`.
  static Result<JmesPath> Parse(std::string_view text);
  codec::Json Evaluate(const codec::Json& document) const;

 private:
  explicit JmesPath(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace watchfire::grafana
