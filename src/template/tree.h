#pragma once
// The parsed form of a template: nodes as Go's text/template/parse has them, because the texts of
// execution errors print nodes (`at <.Labels.job>`) with their columns. A Tree owns its text and
// nodes and never changes after parsing; any thread may read it.
//
// Text, action and template nodes carry a number, unique in their tree: the HTML escaper notes per
// number what it changes (html/escaper.h).

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template/value.h"

namespace watchfire::templates {

enum class NodeType : uint8_t {
  kText,
  kAction,
  kBool,
  kBreak,
  kChain,
  kCommand,
  kContinue,
  kDot,
  kElse,
  kEnd,
  kField,
  kIdentifier,
  kIf,
  kList,
  kNil,
  kNumber,
  kPipe,
  kRange,
  kString,
  kTemplate,
  kVariable,
  kWith
};

struct Node {
  Node(NodeType node_type, uint32_t at, uint32_t at_line)
      : type(node_type), pos(at), line(at_line) {}
  virtual ~Node() = default;
  // The node in template syntax, as error texts show it.
  virtual void Write(std::string* out) const = 0;
  std::string ToString() const;

  NodeType type;
  uint32_t pos;  // byte offset in the tree's text
  uint32_t line;
};
using NodePtr = std::unique_ptr<Node>;

struct ListNode : Node {
  explicit ListNode(uint32_t at) : Node(NodeType::kList, at, 0) {}
  void Write(std::string* out) const override;
  std::vector<NodePtr> nodes;
};

struct TextNode : Node {
  TextNode(uint32_t at, uint32_t at_line, std::string_view t)
      : Node(NodeType::kText, at, at_line), text(t) {}
  void Write(std::string* out) const override { *out += text; }
  std::string_view text;  // of the tree's text
  uint32_t number = 0;
};

// A variable with fields: $x.A.B; the first identifier has its dollar.
struct VariableNode : Node {
  VariableNode(uint32_t at, uint32_t at_line) : Node(NodeType::kVariable, at, at_line) {}
  void Write(std::string* out) const override;
  std::vector<std::string> identifiers;
};

struct FieldNode : Node {
  FieldNode(uint32_t at, uint32_t at_line) : Node(NodeType::kField, at, at_line) {}
  void Write(std::string* out) const override;
  std::vector<std::string> identifiers;
};

struct ChainNode : Node {
  ChainNode(uint32_t at, uint32_t at_line) : Node(NodeType::kChain, at, at_line) {}
  void Write(std::string* out) const override;
  NodePtr node;
  std::vector<std::string> fields;
};

struct IdentifierNode : Node {
  IdentifierNode(uint32_t at, uint32_t at_line, std::string_view n)
      : Node(NodeType::kIdentifier, at, at_line), name(n) {}
  void Write(std::string* out) const override { *out += name; }
  std::string name;
};

// `.`, `nil`, {{break}}, {{continue}}, {{end}}, {{else}}.
struct WordNode : Node {
  WordNode(NodeType node_type, uint32_t at, uint32_t at_line) : Node(node_type, at, at_line) {}
  void Write(std::string* out) const override;
};

struct BoolNode : Node {
  BoolNode(uint32_t at, uint32_t at_line, bool v) : Node(NodeType::kBool, at, at_line), value(v) {}
  void Write(std::string* out) const override { *out += value ? "true" : "false"; }
  bool value;
};

struct NumberNode : Node {
  NumberNode(uint32_t at, uint32_t at_line, std::string_view t)
      : Node(NodeType::kNumber, at, at_line), text(t) {}
  void Write(std::string* out) const override { *out += text; }
  std::string text;
  bool is_int = false;
  bool is_uint = false;
  bool is_float = false;
  bool is_complex = false;
  int64_t int_value = 0;
  uint64_t uint_value = 0;
  double float_value = 0;
  std::complex<double> complex_value;
};

struct StringNode : Node {
  StringNode(uint32_t at, uint32_t at_line) : Node(NodeType::kString, at, at_line) {}
  void Write(std::string* out) const override { *out += quoted; }
  std::string quoted;
  std::string text;
};

struct CommandNode : Node {
  CommandNode(uint32_t at, uint32_t at_line) : Node(NodeType::kCommand, at, at_line) {}
  void Write(std::string* out) const override;
  std::vector<NodePtr> arguments;  // the first is what is called or meant
};

struct PipeNode : Node {
  PipeNode(uint32_t at, uint32_t at_line) : Node(NodeType::kPipe, at, at_line) {}
  void Write(std::string* out) const override;
  bool assigns = false;  // = and not :=
  std::vector<std::unique_ptr<VariableNode>> declared;
  std::vector<std::unique_ptr<CommandNode>> commands;
};

struct ActionNode : Node {
  ActionNode(uint32_t at, uint32_t at_line) : Node(NodeType::kAction, at, at_line) {}
  void Write(std::string* out) const override;
  std::unique_ptr<PipeNode> pipe;
  uint32_t number = 0;
};

struct BranchNode : Node {
  BranchNode(NodeType node_type, uint32_t at, uint32_t at_line) : Node(node_type, at, at_line) {}
  void Write(std::string* out) const override;
  std::unique_ptr<PipeNode> pipe;
  std::unique_ptr<ListNode> list;
  std::unique_ptr<ListNode> else_list;  // may be null
};

struct TemplateNode : Node {
  TemplateNode(uint32_t at, uint32_t at_line) : Node(NodeType::kTemplate, at, at_line) {}
  void Write(std::string* out) const override;
  std::string name;
  std::unique_ptr<PipeNode> pipe;  // may be null
  uint32_t number = 0;
};

struct Tree {
  std::string name;                           // of the template
  std::string parse_name;                     // of the text it was found in
  std::shared_ptr<const std::string> source;  // whole
  std::unique_ptr<ListNode> root;
  uint32_t numbers = 0;  // text, action and template nodes have smaller numbers

  // Nothing but white space and comments: such a definition does not replace another.
  bool IsEmpty() const;
  // "name:line:col" of a node.
  std::string Location(const Node& node) const;
};

using TreePtr = std::shared_ptr<const Tree>;
using TreeMap = std::map<std::string, TreePtr, std::less<>>;

// Methods without side effects only: the tree of nodes is walked with these.
template <typename T>
const T& As(const Node& node) {
  return static_cast<const T&>(node);
}

}  // namespace watchfire::templates
