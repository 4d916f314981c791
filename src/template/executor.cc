#include "template/executor.h"

#include <fmt/core.h>

#include <utility>

#include "base/text.h"
#include "template/format.h"

namespace watchfire::templates {
namespace {

// Lists and pipelines inside each other, over all templates on the way: what bounds the C++ stack.
// A level takes about 1 KiB of it, and thirteen with AddressSanitizer.
constexpr size_t kMaxRecursion = 500;

enum class Flow : uint8_t { kNext, kBreak, kContinue };

struct Variable {
  std::string_view name;  // of the tree
  Value value;
};

// What a command calls: a function of the table or a method of a value.
struct Callee {
  std::string_view name;
  const std::vector<std::string_view>* parameters;
  bool variadic = false;
  const Function* function = nullptr;
  const Method* method = nullptr;
  Value receiver;

  size_t fixed() const { return parameters->size() - (variadic ? 1 : 0); }
  // The type of the i-th argument.
  std::string_view TypeOf(size_t i) const {
    return i < parameters->size() ? (*parameters)[i] : parameters->back();
  }
};

using ArgumentNodes = std::span<const NodePtr>;

bool CanBeNil(std::string_view type) {
  return type == kAnyType || type == kReflectType || type.starts_with("[]") ||
         type.starts_with("map[") || type.starts_with('*') || type == "template.queryResult";
}

class Executor {
 public:
  Executor(const TemplateSource& source, const Execution& execution)
      : source_(source), execution_(execution), budget_(execution.limits) {}

  Result<std::string> Run(std::string_view name, const Value& data);

 private:
  template <typename... Args>
  Error Fail(fmt::format_string<Args...> format, Args&&... args) const {
    return FailText(ErrorCode::kInvalid, fmt::format(format, std::forward<Args>(args)...));
  }
  Error FailText(ErrorCode code, const std::string& message) const;
  void At(const Node& node) { node_ = &node; }
  Result<void> Write(std::string_view text);
  Result<void> Step();

  Result<Flow> Walk(const Value& dot, const Node& node);
  Result<Flow> WalkList(const Value& dot, const ListNode& list);
  Result<Flow> WalkBranch(const Value& dot, const BranchNode& node);
  Result<Flow> WalkRange(const Value& dot, const BranchNode& node);
  Result<Flow> RangeItems(const BranchNode& node, const Value& value, size_t count);
  Result<Flow> OneRound(const BranchNode& node, const Value& index, const Value& element);
  Result<void> WalkTemplate(const Value& dot, const TemplateNode& node);
  Result<void> WalkAction(const Value& dot, const ActionNode& node);

  Result<Value> EvalPipeline(const Value& dot, const PipeNode& pipe, bool drop_last = false);
  Result<Value> EvalCommand(const Value& dot, const CommandNode& command, const Value* final);
  Result<Value> EvalArguments(const Value& dot, const CommandNode& command);
  Result<Value> EvalFields(const Value& dot, const Node& node, std::span<const std::string> names,
                           ArgumentNodes arguments, const Value* final, Value receiver);
  Result<Value> EvalField(const Value& dot, const Node& node, std::string_view name,
                          ArgumentNodes arguments, const Value* final, const Value& receiver);
  Result<Value> EvalMapField(std::string_view name, const Value& map, bool has_arguments);
  Result<Value> EvalVariable(const Value& dot, const VariableNode& node, ArgumentNodes arguments,
                             const Value* final);
  Result<Value> EvalChain(const Value& dot, const ChainNode& node, ArgumentNodes arguments,
                          const Value* final);
  Result<Value> EvalFunction(const Value& dot, const IdentifierNode& name, const Node& node,
                             ArgumentNodes arguments, const Value* final);
  Result<Value> EvalCall(const Value& dot, const Node& node, const Callee& callee,
                         ArgumentNodes arguments, const Value* final);
  Result<void> CheckCount(const Callee& callee, size_t written, size_t given) const;
  Result<Value> ShortCircuit(const Value& dot, const Callee& callee, ArgumentNodes arguments,
                             const Value* final);
  Result<Value> Invoke(const Node& node, const Callee& callee, std::span<const Value> arguments);
  Result<Value> EvalArgument(const Value& dot, std::string_view type, const Node& node);
  Result<Value> EvalLiteral(std::string_view type, const Node& node);
  Result<Value> IdealConstant(const NumberNode& node);
  Result<Value> Validate(const Value& value, std::string_view type) const;
  Result<void> NotAFunction(ArgumentNodes all, const Value* final) const;

  Result<void> SetVariable(std::string_view name, const Value& value);
  const Edit* EditOf(uint32_t number) const;

  const TemplateSource& source_;
  const Execution& execution_;
  Budget budget_;
  std::string out_;
  size_t recursion_ = 0;
  size_t template_depth_ = 0;

  // Of the template that is being executed.
  const EditedTree* current_ = nullptr;
  std::vector<Variable> variables_;
  const Node* node_ = nullptr;  // the one that an error names
};

// Counts the way down and up again.
class Deeper {
 public:
  explicit Deeper(size_t* depth) : depth_(depth) { ++*depth_; }
  ~Deeper() { --*depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  size_t* depth_;
};

Error Executor::FailText(ErrorCode code, const std::string& message) const {
  if (node_ == nullptr) {
    return Error(code, fmt::format("template: {}: {}", current_->name, message));
  }
  return Error(
      code, fmt::format("template: {}: executing {} at <{}>: {}", current_->tree->Location(*node_),
                        GoQuote(current_->name), node_->ToString(), message));
}

Result<void> Executor::Write(std::string_view text) {
  if (out_.size() + text.size() > execution_.limits.output_bytes) {
    return FailText(ErrorCode::kLimit,
                    fmt::format("output is longer than {} bytes", execution_.limits.output_bytes));
  }
  out_ += text;
  return {};
}

Result<void> Executor::Step() {
  auto step = budget_.Step();
  if (!step.ok()) return FailText(step.error().code(), step.error().message());
  if (recursion_ > kMaxRecursion) {
    return FailText(ErrorCode::kLimit, fmt::format("exceeded maximum template depth ({})",
                                                   execution_.limits.template_depth));
  }
  return {};
}

const Edit* Executor::EditOf(uint32_t number) const {
  return number < current_->edits.size() ? &current_->edits[number] : nullptr;
}

Result<std::string> Executor::Run(std::string_view name, const Value& data) {
  current_ = source_.Find(name);
  if (current_ == nullptr) {
    return Error::Invalid("template: no template {} associated with template \"\"", GoQuote(name));
  }
  variables_.push_back({"$", data});
  TRY(Walk(data, *current_->tree->root));
  return std::move(out_);
}

Result<Flow> Executor::Walk(const Value& dot, const Node& node) {
  At(node);
  TRY(Step());
  switch (node.type) {
    case NodeType::kText: {
      const auto& text = As<TextNode>(node);
      const Edit* edit = EditOf(text.number);
      TRY(Write(edit != nullptr && edit->text ? std::string_view(*edit->text) : text.text));
      return Flow::kNext;
    }
    case NodeType::kAction:
      TRY(WalkAction(dot, As<ActionNode>(node)));
      return Flow::kNext;
    case NodeType::kBreak:
      return Flow::kBreak;
    case NodeType::kContinue:
      return Flow::kContinue;
    case NodeType::kIf:
    case NodeType::kWith:
      return WalkBranch(dot, As<BranchNode>(node));
    case NodeType::kRange:
      return WalkRange(dot, As<BranchNode>(node));
    case NodeType::kList:
      return WalkList(dot, As<ListNode>(node));
    case NodeType::kTemplate:
      TRY(WalkTemplate(dot, As<TemplateNode>(node)));
      return Flow::kNext;
    default:
      return Fail("unknown node: {}", node.ToString());
  }
}

Result<Flow> Executor::WalkList(const Value& dot, const ListNode& list) {
  Deeper deeper(&recursion_);
  for (const NodePtr& node : list.nodes) {
    Flow flow = TRY(Walk(dot, *node));
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Result<void> Executor::WalkAction(const Value& dot, const ActionNode& node) {
  const Edit* edit = EditOf(node.number);
  Value value = TRY(EvalPipeline(dot, *node.pipe, edit != nullptr && edit->drop_last));
  if (!node.pipe->declared.empty()) return {};
  At(node);
  if (edit != nullptr) {
    for (Escaper escaper : edit->escapers) value = TRY(escaper(value, budget_));
  }
  if (value.kind() == Kind::kString) return Write(value.text());
  if (!value.valid()) return Write("<no value>");
  auto text = Sprint(std::span<const Value>(&value, 1), budget_);
  if (!text.ok()) return FailText(text.error().code(), text.error().message());
  return Write(*text);
}

Result<Flow> Executor::WalkBranch(const Value& dot, const BranchNode& node) {
  size_t mark = variables_.size();
  Value value = TRY(EvalPipeline(dot, *node.pipe));
  Flow flow = Flow::kNext;
  if (value.Truth()) {
    flow = TRY(Walk(node.type == NodeType::kWith ? value : dot, *node.list));
  } else if (node.else_list != nullptr) {
    flow = TRY(Walk(dot, *node.else_list));
  }
  variables_.resize(mark);
  return flow;
}

Result<Flow> Executor::WalkRange(const Value& dot, const BranchNode& node) {
  size_t mark = variables_.size();
  Value value = TRY(EvalPipeline(dot, *node.pipe));
  size_t count = 0;
  switch (value.kind()) {
    case Kind::kList:
    case Kind::kMap:
      count = value.object().size();
      break;
    case Kind::kInt:
    case Kind::kUint:
      if (node.pipe->declared.size() > 1) {
        return Fail("can't use {} to iterate over more than one variable", Describe(value));
      }
      count = value.kind() == Kind::kUint ? value.unsigned_integer()
              : value.integer() > 0       ? static_cast<size_t>(value.integer())
                                          : 0;
      break;
    case Kind::kInvalid:
      break;
    default:
      return Fail("range can't iterate over {}", Describe(value));
  }
  Flow flow = Flow::kNext;
  if (count > 0) {
    TRY(RangeItems(node, value, count));
  } else if (node.else_list != nullptr) {
    flow = TRY(Walk(dot, *node.else_list));
  }
  variables_.resize(mark);
  return flow;
}

Result<Flow> Executor::RangeItems(const BranchNode& node, const Value& value, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    Value index;
    Value element;
    if (value.kind() == Kind::kMap) {
      index = Value::Text(std::string(value.object().NameAt(i)));
      element = value.object().At(i);
    } else if (value.kind() == Kind::kList) {
      index = Value::Int(static_cast<int64_t>(i));
      element = value.object().At(i);
    } else if (value.kind() == Kind::kUint) {
      index = element = Value::Uint(i, value.number_type());
    } else {
      index = element = Value::Int(static_cast<int64_t>(i), value.number_type());
    }
    if (TRY(OneRound(node, index, element)) == Flow::kBreak) break;
  }
  return Flow::kNext;
}

Result<Flow> Executor::OneRound(const BranchNode& node, const Value& index, const Value& element) {
  size_t mark = variables_.size();
  const auto& declared = node.pipe->declared;
  bool both = declared.size() > 1;
  if (!declared.empty()) {
    const Value& first = both ? index : element;
    if (node.pipe->assigns) {
      TRY(SetVariable(declared[0]->identifiers[0], first));
      if (both) TRY(SetVariable(declared[1]->identifiers[0], element));
    } else {
      // The pipeline has pushed them.
      variables_[mark - 1].value = element;
      if (both) variables_[mark - 2].value = index;
    }
  }
  Flow flow = TRY(Walk(element, *node.list));
  variables_.resize(mark);
  return flow;
}

Result<void> Executor::WalkTemplate(const Value& dot, const TemplateNode& node) {
  const Edit* edit = EditOf(node.number);
  const std::string& name =
      edit != nullptr && edit->template_name ? *edit->template_name : node.name;
  const EditedTree* target = source_.Find(name);
  if (target == nullptr) return Fail("template {} not defined", GoQuote(name));
  if (template_depth_ == execution_.limits.template_depth) {
    return Fail("exceeded maximum template depth ({})", execution_.limits.template_depth);
  }
  Value data;
  if (node.pipe != nullptr) data = TRY(EvalPipeline(dot, *node.pipe));
  Deeper deeper(&template_depth_);
  const EditedTree* caller = std::exchange(current_, target);
  std::vector<Variable> variables = std::exchange(variables_, {});
  variables_.push_back({"$", data});
  TRY(Walk(data, *target->tree->root));
  variables_ = std::move(variables);
  current_ = caller;
  At(node);
  return {};
}

Result<void> Executor::SetVariable(std::string_view name, const Value& value) {
  for (size_t i = variables_.size(); i-- > 0;) {
    if (variables_[i].name == name) {
      variables_[i].value = value;
      return {};
    }
  }
  return Fail("undefined variable: {}", name);
}

// `drop_last` leaves the last command out; of a single command, its arguments remain.
Result<Value> Executor::EvalPipeline(const Value& dot, const PipeNode& pipe, bool drop_last) {
  Deeper deeper(&recursion_);
  At(pipe);
  TRY(Step());
  Value value;
  size_t count = pipe.commands.size() - (drop_last ? 1 : 0);
  if (count == 0) return EvalArguments(dot, *pipe.commands[0]);
  for (size_t i = 0; i < count; ++i) {
    value = TRY(EvalCommand(dot, *pipe.commands[i], i == 0 ? nullptr : &value)).Unboxed();
  }
  for (const auto& variable : pipe.declared) {
    if (pipe.assigns) {
      TRY(SetVariable(variable->identifiers[0], value));
    } else {
      variables_.push_back({variable->identifiers[0], value});
    }
  }
  return value;
}

Result<Value> Executor::EvalArguments(const Value& dot, const CommandNode& command) {
  std::vector<Value> values;
  for (size_t i = 1; i < command.arguments.size(); ++i) {
    values.push_back(TRY(EvalArgument(dot, kAnyType, *command.arguments[i])).Unboxed());
  }
  if (values.size() == 1) return values[0];
  return Value::Text(TRY(Sprint(values, budget_)));
}

Result<void> Executor::NotAFunction(ArgumentNodes all, const Value* final) const {
  if (all.size() > 1 || final != nullptr) {
    return Fail("can't give argument to non-function {}", all[0]->ToString());
  }
  return {};
}

Result<Value> Executor::EvalCommand(const Value& dot, const CommandNode& command,
                                    const Value* final) {
  const Node& first = *command.arguments[0];
  ArgumentNodes all = command.arguments;
  ArgumentNodes arguments = all.subspan(1);
  switch (first.type) {
    case NodeType::kField:
      At(first);
      return EvalFields(dot, first, As<FieldNode>(first).identifiers, arguments, final, dot);
    case NodeType::kChain:
      return EvalChain(dot, As<ChainNode>(first), arguments, final);
    case NodeType::kIdentifier:
      At(command);
      return EvalFunction(dot, As<IdentifierNode>(first), command, arguments, final);
    case NodeType::kPipe:
      TRY(NotAFunction(all, final));
      return EvalPipeline(dot, As<PipeNode>(first));
    case NodeType::kVariable:
      return EvalVariable(dot, As<VariableNode>(first), arguments, final);
    default:
      break;
  }
  At(first);
  TRY(NotAFunction(all, final));
  switch (first.type) {
    case NodeType::kBool:
      return Value::Bool(As<BoolNode>(first).value);
    case NodeType::kDot:
      return dot;
    case NodeType::kNil:
      return Fail("nil is not a command");
    case NodeType::kNumber:
      return IdealConstant(As<NumberNode>(first));
    case NodeType::kString:
      return Value::View(As<StringNode>(first).text);
    default:
      return Fail("can't evaluate command {}", GoQuote(first.ToString()));
  }
}

Result<Value> Executor::IdealConstant(const NumberNode& node) {
  At(node);
  if (node.is_complex) return Value::Complex(node.complex_value);
  bool hex = node.text.size() > 1 && node.text[0] == '0' && (node.text[1] | 0x20) == 'x';
  bool hex_float = hex && node.text.find_first_of("pP") != std::string::npos;
  bool rune = node.text[0] == '\'';
  bool looks_float = node.text.find_first_of(".eEpP") != std::string::npos;
  if (node.is_float && !rune && looks_float && (!hex || hex_float)) {
    return Value::Float(node.float_value);
  }
  if (node.is_int) return Value::Int(node.int_value);
  if (node.is_uint) return Fail("{} overflows int", node.text);
  return Value();
}

Result<Value> Executor::EvalVariable(const Value& dot, const VariableNode& node,
                                     ArgumentNodes arguments, const Value* final) {
  At(node);
  for (size_t i = variables_.size(); i-- > 0;) {
    if (variables_[i].name != node.identifiers[0]) continue;
    Value value = variables_[i].value;
    std::span<const std::string> names(node.identifiers);
    if (names.size() > 1) return EvalFields(dot, node, names.subspan(1), arguments, final, value);
    if (!arguments.empty() || final != nullptr) {
      return Fail("can't give argument to non-function {}", node.ToString());
    }
    return value;
  }
  return Fail("undefined variable: {}", node.identifiers[0]);
}

Result<Value> Executor::EvalChain(const Value& dot, const ChainNode& node, ArgumentNodes arguments,
                                  const Value* final) {
  At(node);
  if (node.node->type == NodeType::kNil) {
    return Fail("indirection through explicit nil in {}", node.ToString());
  }
  Value value = TRY(EvalArgument(dot, kAnyType, *node.node));
  return EvalFields(dot, node, node.fields, arguments, final, std::move(value));
}

Result<Value> Executor::EvalFields(const Value& dot, const Node& node,
                                   std::span<const std::string> names, ArgumentNodes arguments,
                                   const Value* final, Value receiver) {
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    receiver = TRY(EvalField(dot, node, names[i], {}, nullptr, receiver));
  }
  return EvalField(dot, node, names.back(), arguments, final, receiver);
}

Result<Value> Executor::EvalField(const Value& dot, const Node& node, std::string_view name,
                                  ArgumentNodes arguments, const Value* final,
                                  const Value& receiver) {
  if (!receiver.valid()) {
    if (receiver.boxed()) return Fail("nil pointer evaluating {}.{}", receiver.type_name(), name);
    if (execution_.missing_key == MissingKey::kError) {
      return Fail("nil data; no entry for key {}", GoQuote(name));
    }
    return Value();
  }
  if (const Method* method = receiver.FindMethod(name)) {
    Callee callee{name, &method->parameters, method->variadic, nullptr, method, receiver.Unboxed()};
    return EvalCall(dot, node, callee, arguments, final);
  }
  bool has_arguments = !arguments.empty() || final != nullptr;
  if (receiver.kind() == Kind::kMap) return EvalMapField(name, receiver, has_arguments);
  if (receiver.kind() == Kind::kStruct) {
    if (auto field = receiver.object().Find(name)) {
      if (!has_arguments) return *std::move(field);
      return Fail("{} has arguments but cannot be invoked as function", name);
    }
  }
  return Fail("can't evaluate field {} in type {}", name, receiver.type_name());
}

Result<Value> Executor::EvalMapField(std::string_view name, const Value& map, bool has_arguments) {
  if (has_arguments) return Fail("{} is not a method but has arguments", name);
  if (auto found = map.object().Find(name)) return *std::move(found);
  switch (execution_.missing_key) {
    case MissingKey::kZero:
      return Value::Zero(map.object().element_type());
    case MissingKey::kError:
      return Fail("map has no entry for key {}", GoQuote(name));
    case MissingKey::kInvalid:
      break;
  }
  return Value();
}

Result<Value> Executor::EvalFunction(const Value& dot, const IdentifierNode& name, const Node& node,
                                     ArgumentNodes arguments, const Value* final) {
  At(name);
  const Function* function = execution_.functions->Find(name.name);
  if (function == nullptr) return Fail("{} is not a defined function", GoQuote(name.name));
  Callee callee{name.name, &function->parameters, function->variadic, function, nullptr, {}};
  return EvalCall(dot, node, callee, arguments, final);
}

Result<void> Executor::CheckCount(const Callee& callee, size_t written, size_t given) const {
  if (callee.variadic) {
    if (given >= callee.fixed()) return {};
    return Fail("wrong number of args for {}: want at least {} got {}", callee.name, callee.fixed(),
                written);
  }
  if (given == callee.fixed()) return {};
  return Fail("wrong number of args for {}: want {} got {}", callee.name, callee.fixed(), given);
}

Result<Value> Executor::ShortCircuit(const Value& dot, const Callee& callee,
                                     ArgumentNodes arguments, const Value* final) {
  Value value;
  for (const NodePtr& argument : arguments) {
    value = TRY(EvalArgument(dot, kReflectType, *argument));
    if (value.Truth() == (callee.name == "or")) return value;
  }
  return final == nullptr ? value : *final;
}

Result<Value> Executor::EvalCall(const Value& dot, const Node& node, const Callee& callee,
                                 ArgumentNodes arguments, const Value* final) {
  size_t given = arguments.size() + (final != nullptr ? 1 : 0);
  TRY(CheckCount(callee, arguments.size(), given));
  if (callee.function != nullptr && ShortCircuits(callee.name)) {
    return ShortCircuit(dot, callee, arguments, final);
  }
  std::vector<Value> values;
  values.reserve(given + 1);
  for (const NodePtr& argument : arguments) {
    values.push_back(TRY(EvalArgument(dot, callee.TypeOf(values.size()), *argument)).Unboxed());
  }
  if (final != nullptr) {
    values.push_back(TRY(Validate(*final, callee.TypeOf(values.size()))).Unboxed());
  }
  if (callee.function != nullptr && callee.name == "call") {
    std::string name = arguments.empty() ? Describe(*final) : arguments[0]->ToString();
    values.insert(values.begin(), Value::Text(std::move(name)));
  }
  return Invoke(node, callee, values);
}

Result<Value> Executor::Invoke(const Node& node, const Callee& callee,
                               std::span<const Value> arguments) {
  Call call{arguments, budget_, execution_.environment};
  auto result = callee.function != nullptr ? callee.function->body(call)
                                           : callee.method->body(callee.receiver, call);
  if (result.ok()) return result;
  At(node);
  return FailText(result.error().code(),
                  fmt::format("error calling {}: {}", callee.name, result.error().message()));
}

Result<Value> Executor::Validate(const Value& value, std::string_view type) const {
  if (type == kReflectType) return value;
  if (!value.valid() && !value.boxed()) {
    if (CanBeNil(type)) return Value();
    return Fail("invalid value; expected {}", type);
  }
  if (type == kAnyType) return value;
  if (!value.valid()) {
    return Fail("wrong type for value; expected {}; got {}", type, value.type_name());
  }
  if (value.AssignableTo(type)) return value.Unboxed();
  return Fail("wrong type for value; expected {}; got {}", type, value.held_type_name());
}

Result<Value> Executor::EvalArgument(const Value& dot, std::string_view type, const Node& node) {
  At(node);
  switch (node.type) {
    case NodeType::kDot:
      return Validate(dot, type);
    case NodeType::kNil:
      if (CanBeNil(type)) return Value();
      return Fail("cannot assign nil to {}", type);
    case NodeType::kField:
      return Validate(TRY(EvalFields(dot, node, As<FieldNode>(node).identifiers, {}, nullptr, dot)),
                      type);
    case NodeType::kVariable:
      return Validate(TRY(EvalVariable(dot, As<VariableNode>(node), {}, nullptr)), type);
    case NodeType::kPipe:
      return Validate(TRY(EvalPipeline(dot, As<PipeNode>(node))), type);
    case NodeType::kIdentifier:
      return Validate(TRY(EvalFunction(dot, As<IdentifierNode>(node), node, {}, nullptr)), type);
    case NodeType::kChain:
      return Validate(TRY(EvalChain(dot, As<ChainNode>(node), {}, nullptr)), type);
    default:
      return EvalLiteral(type, node);
  }
}

// A constant takes the type of the parameter it stands for.
Result<Value> Executor::EvalLiteral(std::string_view type, const Node& node) {
  if (type == kAnyType || type == kReflectType) {
    if (node.type == NodeType::kBool) return Value::Bool(As<BoolNode>(node).value);
    if (node.type == NodeType::kString) return Value::View(As<StringNode>(node).text);
    if (node.type == NodeType::kNumber) return IdealConstant(As<NumberNode>(node));
  }
  const NumberNode* number = node.type == NodeType::kNumber ? &As<NumberNode>(node) : nullptr;
  if (type == "string") {
    if (node.type == NodeType::kString) return Value::View(As<StringNode>(node).text);
    return Fail("expected string; found {}", node.ToString());
  }
  if (type == "bool") {
    if (node.type == NodeType::kBool) return Value::Bool(As<BoolNode>(node).value);
    return Fail("expected bool; found {}", node.ToString());
  }
  if (type == "float64") {
    if (number != nullptr && number->is_float) return Value::Float(number->float_value);
    return Fail("expected float; found {}", node.ToString());
  }
  if (type == "int" || type == "int64" || type == "time.Duration") {
    if (number == nullptr || !number->is_int) {
      return Fail("expected integer; found {}", node.ToString());
    }
    return Value::Int(number->int_value, type == "int"     ? NumberType::kInt
                                         : type == "int64" ? NumberType::kInt64
                                                           : NumberType::kDuration);
  }
  return Fail("can't handle {} for arg of type {}", node.ToString(), type);
}

}  // namespace

Result<std::string> Execute(const TemplateSource& source, std::string_view name, const Value& data,
                            const Execution& execution) {
  return Executor(source, execution).Run(name, data);
}

}  // namespace watchfire::templates
