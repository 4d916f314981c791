#include "grafana/expressions/expressions.h"

#include <algorithm>

#include "base/text.h"
#include "grafana/expressions/classic.h"
#include "grafana/expressions/math.h"
#include "grafana/expressions/math_parser.h"
#include "grafana/expressions/model_fields.h"
#include "grafana/expressions/reduce.h"
#include "grafana/expressions/threshold.h"

namespace watchfire::grafana {
namespace {

using Refs = std::vector<std::string>;

Error UnknownType(std::string_view type) {
  if (type == "sql") return Error::Invalid("SQL expressions are not supported");
  if (type.empty()) return Error::Invalid("the expression has no type");
  return Error::Invalid("unknown expression type \"{}\"", type);
}

Result<ExpressionResult> Alone(Result<NodeValue> value) {
  if (!value.ok()) return value.error();
  return ExpressionResult{std::move(*value), {}};
}

// Walks what a node reads before the node itself.
class Sorter {
 public:
  explicit Sorter(const std::vector<Node>& nodes) : nodes_(nodes), states_(nodes.size()) {}

  Result<std::vector<size_t>> Sort() {
    for (size_t i = 0; i < nodes_.size(); ++i) {
      if (!index_.emplace(nodes_[i].ref_id, i).second) {
        return Error::Invalid("two queries are called {}", nodes_[i].ref_id);
      }
      Refs refs;
      if (nodes_[i].is_expression) {
        Result<Refs> read = References(nodes_[i].model);
        if (!read.ok()) return read.error().With("expression {}", nodes_[i].ref_id);
        refs = std::move(*read);
      }
      refs_.push_back(std::move(refs));
    }
    for (size_t i = 0; i < nodes_.size(); ++i) TRY(Visit(i));
    return order_;
  }

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };

  // Not recursive: a chain may be as long as the list.
  Result<void> Visit(size_t first) {
    if (states_[first] == State::kDone) return {};
    std::vector<std::pair<size_t, size_t>> path = {{first, 0}};  // node, next of its refs
    states_[first] = State::kOpen;
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next == refs_[node].size()) {
        states_[node] = State::kDone;
        order_.push_back(node);
        path.pop_back();
        continue;
      }
      const std::string& ref = refs_[node][next++];
      auto found = index_.find(ref);
      if (found == index_.end()) {
        return Error::Invalid("expression {} reads {}, which does not exist", nodes_[node].ref_id,
                              ref);
      }
      size_t target = found->second;
      if (states_[target] == State::kOpen) return Cycle(path, target);
      if (states_[target] == State::kDone) continue;
      states_[target] = State::kOpen;
      path.emplace_back(target, 0);
    }
    return {};
  }

  Error Cycle(const std::vector<std::pair<size_t, size_t>>& path, size_t target) const {
    std::string text;
    bool within = false;
    for (const auto& [node, next] : path) {
      within = within || node == target;
      if (within) text += nodes_[node].ref_id + " → ";
    }
    return Error::Invalid("expressions read each other in a circle: {}{}", text,
                          nodes_[target].ref_id);
  }

  const std::vector<Node>& nodes_;
  std::vector<State> states_;
  std::map<std::string, size_t> index_;
  std::vector<Refs> refs_;
  std::vector<size_t> order_;
};

const Node* FindNode(const std::vector<Node>& nodes, std::string_view ref) {
  auto found = std::find_if(nodes.begin(), nodes.end(),
                            [&](const Node& node) { return node.ref_id == ref; });
  return found == nodes.end() ? nullptr : &*found;
}

// "last() OF query(A)" of a reduction, "A" of anything else.
std::string Subject(const std::vector<Node>& nodes, std::string_view ref) {
  const Node* node = FindNode(nodes, ref);
  if (node == nullptr || !node->is_expression) return "query(" + std::string(ref) + ")";
  std::string_view type = TextOf(node->model, "type");
  std::string_view expression = TextOf(node->model, "expression");
  if (type == "reduce") {
    std::string_view inner_ref = BareRef(expression);
    const Node* inner = FindNode(nodes, inner_ref);
    bool query = inner == nullptr || !inner->is_expression;
    return std::string(TextOf(node->model, "reducer")) + "() OF " +
           (query ? "query(" + std::string(inner_ref) + ")" : std::string(inner_ref));
  }
  if (type == "math") return std::string(TrimSpace(expression));
  return std::string(ref);
}

std::string ThresholdSentence(const codec::Json& model, const std::string& subject) {
  const codec::Json* conditions = model.Find("conditions");
  const codec::Json::Array* list = conditions == nullptr ? nullptr : conditions->AsArray();
  if (list == nullptr || list->empty()) return {};
  const codec::Json* json = list->front().Find("evaluator");
  if (json == nullptr) return {};
  Result<Evaluator> evaluator = Evaluator::Of(*json);
  if (!evaluator.ok()) return {};
  std::string sentence = "WHEN " + subject + " " + evaluator->Words();
  const codec::Json* unload = list->front().Find("unloadEvaluator");
  if (unload == nullptr || unload->is_null()) return sentence;
  Result<Evaluator> back = Evaluator::Of(*unload);
  return back.ok() ? sentence + " UNTIL IT " + back->Words() : sentence;
}

}  // namespace

Result<Refs> References(const codec::Json& model) {
  std::string_view type = TextOf(model, "type");
  if (type == "classic_conditions") return ClassicReferences(model);
  std::string_view expression = TextOf(model, "expression");
  if (type == "math") {
    Result<MathTree> tree = ParseMath(expression);
    if (!tree.ok()) return tree.error().With("invalid math expression");
    return MathVariables(**tree);
  }
  if (type != "reduce" && type != "resample" && type != "threshold") return UnknownType(type);
  std::string_view ref = BareRef(expression);
  if (ref.empty()) return Error::Invalid("the expression names no query");
  return Refs{std::string(ref)};
}

Result<std::vector<size_t>> Order(const std::vector<Node>& nodes) {
  return Sorter(nodes).Sort();
}

Result<ExpressionResult> Evaluate(const codec::Json& model, const ExpressionContext& context) {
  std::string_view type = TextOf(model, "type");
  if (type == "math") return Alone(EvaluateMath(model, context));
  if (type == "reduce") return Alone(EvaluateReduce(model, context));
  if (type == "resample") return Alone(EvaluateResample(model, context));
  if (type == "threshold") return Alone(EvaluateThreshold(model, context));
  if (type == "classic_conditions") return EvaluateClassic(model, context);
  return UnknownType(type);
}

std::string Sentence(const codec::Json& model) {
  std::string_view type = TextOf(model, "type");
  std::string expression(BareRef(TextOf(model, "expression")));
  if (type == "classic_conditions") return ClassicSentence(model);
  if (type == "threshold") return ThresholdSentence(model, expression);
  if (type == "reduce") return std::string(TextOf(model, "reducer")) + "() OF " + expression;
  if (type == "math") return "WHEN " + std::string(TrimSpace(TextOf(model, "expression")));
  return {};
}

std::string Sentence(const std::vector<Node>& nodes, std::string_view condition) {
  const Node* node = FindNode(nodes, condition);
  if (node == nullptr || !node->is_expression) return {};
  if (TextOf(node->model, "type") != "threshold") return Sentence(node->model);
  return ThresholdSentence(node->model, Subject(nodes, BareRef(TextOf(node->model, "expression"))));
}

}  // namespace watchfire::grafana
