#include "alerting/routing/route_text.h"

#include <set>

namespace watchfire::routing {
namespace {

class Drawing {
 public:
  // Nodes in `only`, or all.
  Drawing(bool is_filtered, const std::set<const RouteNode*>& only)
      : is_filtered_(is_filtered), only_(only) {}

  std::string Run(const RouteNode& root) {
    out_ = ".\n";
    Branch(root, "", true);
    return std::move(out_);
  }

 private:
  void Branch(const RouteNode& node, const std::string& indent, bool is_last) {
    out_ += indent + (is_last ? "└── " : "├── ") + Line(node) + "\n";
    std::vector<const RouteNode*> shown;
    for (const auto& child : node.children) {
      if (!is_filtered_ || only_.count(child.get()) != 0) shown.push_back(child.get());
    }
    std::string deeper = indent + (is_last ? "    " : "│   ");
    for (size_t i = 0; i < shown.size(); ++i) Branch(*shown[i], deeper, i + 1 == shown.size());
  }

  // Routes that only lead on to others have no receiver in a test.
  std::string Line(const RouteNode& node) const {
    std::string line =
        node.parent == nullptr ? "default-route" : amconfig::MatchersText(node.matchers);
    if (is_filtered_ && Passes(node)) return line;
    if (!is_filtered_ && node.continue_matching) line += "  continue: true";
    return line + "  receiver: " + node.receiver;
  }
  bool Passes(const RouteNode& node) const {
    for (const auto& child : node.children) {
      if (only_.count(child.get()) != 0) return true;
    }
    return false;
  }

  bool is_filtered_;
  const std::set<const RouteNode*>& only_;
  std::string out_;
};

}  // namespace

std::string DrawRoutes(const RouteTree& tree, const model::Labels* labels) {
  std::set<const RouteNode*> only;
  if (labels != nullptr) {
    for (const RouteNode* node : tree.Match(*labels)) {
      for (; node != nullptr; node = node->parent) only.insert(node);
    }
  }
  return Drawing(labels != nullptr, only).Run(tree.root());
}

std::vector<std::string> ReceiversOf(const RouteTree& tree, const model::Labels& labels) {
  std::vector<std::string> out;
  for (const RouteNode* node : tree.Match(labels)) out.push_back(node->receiver);
  return out;
}

}  // namespace watchfire::routing
