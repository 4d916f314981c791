#include "template/tree.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace watchfire::templates {

std::string Node::ToString() const {
  std::string out;
  Write(&out);
  return out;
}

void ListNode::Write(std::string* out) const {
  for (const NodePtr& node : nodes) node->Write(out);
}

void VariableNode::Write(std::string* out) const {
  *out += Join(identifiers, ".");
}

void FieldNode::Write(std::string* out) const {
  for (const std::string& name : identifiers) *out += "." + name;
}

void ChainNode::Write(std::string* out) const {
  bool pipe = node->type == NodeType::kPipe;
  if (pipe) *out += '(';
  node->Write(out);
  if (pipe) *out += ')';
  for (const std::string& field : fields) *out += "." + field;
}

void WordNode::Write(std::string* out) const {
  switch (type) {
    case NodeType::kDot:
      *out += '.';
      return;
    case NodeType::kNil:
      *out += "nil";
      return;
    case NodeType::kBreak:
      *out += "{{break}}";
      return;
    case NodeType::kContinue:
      *out += "{{continue}}";
      return;
    case NodeType::kElse:
      *out += "{{else}}";
      return;
    default:
      *out += "{{end}}";
  }
}

void CommandNode::Write(std::string* out) const {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) *out += ' ';
    bool pipe = arguments[i]->type == NodeType::kPipe;
    if (pipe) *out += '(';
    arguments[i]->Write(out);
    if (pipe) *out += ')';
  }
}

void PipeNode::Write(std::string* out) const {
  for (size_t i = 0; i < declared.size(); ++i) {
    if (i > 0) *out += ", ";
    declared[i]->Write(out);
  }
  if (!declared.empty()) *out += assigns ? " = " : " := ";
  for (size_t i = 0; i < commands.size(); ++i) {
    if (i > 0) *out += " | ";
    commands[i]->Write(out);
  }
}

void ActionNode::Write(std::string* out) const {
  *out += "{{";
  pipe->Write(out);
  *out += "}}";
}

void BranchNode::Write(std::string* out) const {
  *out += type == NodeType::kIf ? "{{if " : type == NodeType::kRange ? "{{range " : "{{with ";
  pipe->Write(out);
  *out += "}}";
  list->Write(out);
  if (else_list != nullptr) {
    *out += "{{else}}";
    else_list->Write(out);
  }
  *out += "{{end}}";
}

void TemplateNode::Write(std::string* out) const {
  *out += "{{template " + GoQuote(name);
  if (pipe != nullptr) {
    *out += ' ';
    pipe->Write(out);
  }
  *out += "}}";
}

bool Tree::IsEmpty() const {
  if (root == nullptr) return true;
  return std::all_of(root->nodes.begin(), root->nodes.end(), [](const NodePtr& node) {
    return node->type == NodeType::kText && TrimSpace(As<TextNode>(*node).text).empty();
  });
}

std::string Tree::Location(const Node& node) const {
  std::string_view before = std::string_view(*source).substr(0, node.pos);
  auto line = 1 + std::count(before.begin(), before.end(), '\n');
  size_t newline = before.rfind('\n');
  size_t column = newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  return fmt::format("{}:{}:{}", parse_name, line, column);
}

}  // namespace watchfire::templates
