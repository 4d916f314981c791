#include "template/parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "template/lexer.h"
#include "template/number.h"

namespace watchfire::templates {
namespace {

class Parser {
 public:
  Parser(std::string_view name, std::shared_ptr<const std::string> source,
         const FunctionTable& functions, const Limits& limits)
      : name_(name),
        source_(std::move(source)),
        functions_(functions),
        limits_(limits),
        tokens_(Tokenize(*source_)) {}

  Result<TreeMap> Run();

 private:
  // A list of nodes and the {{end}} or {{else}} behind it.
  struct Body {
    std::unique_ptr<ListNode> list;
    NodePtr end;
  };

  // Go's parser looks three tokens ahead; here the tokens are all there.
  const Token& Next() {
    last_ = at_;
    return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_];
  }
  const Token& Peek() {
    last_ = at_;
    return tokens_[at_];
  }
  const Token& NextNonSpace() {
    while (tokens_[at_].type == TokenType::kSpace) ++at_;
    return Next();
  }
  const Token& PeekNonSpace() {
    while (tokens_[at_].type == TokenType::kSpace) ++at_;
    return Peek();
  }
  void BackTo(const Token& token) { at_ = static_cast<size_t>(&token - tokens_.data()); }

  template <typename... Args>
  Error Fail(fmt::format_string<Args...> format, Args&&... args) const {
    return Error::Invalid("template: {}:{}: {}", name_, tokens_[last_].line,
                          fmt::format(format, std::forward<Args>(args)...));
  }
  Error Unexpected(const Token& token, std::string_view context) const;
  Result<void> Expect(TokenType type, std::string_view context);
  Result<void> Add(Tree tree);

  Result<Body> ItemList();
  Result<NodePtr> TextOrAction();
  Result<NodePtr> Action();
  Result<void> Definition();
  Result<NodePtr> Block();
  Result<NodePtr> Control(NodeType type);
  Result<std::unique_ptr<ListNode>> ElseList(NodeType type, const Node& end);
  Result<NodePtr> TemplateCall();
  Result<NodePtr> LoopWord(NodeType type, std::string_view word, const Token& token);
  Result<NodePtr> Else();
  Result<std::string> TemplateName(const Token& token, std::string_view context);
  Result<std::unique_ptr<PipeNode>> Pipeline(std::string_view context, TokenType end);
  Result<void> Declarations(PipeNode* pipe, std::string_view context);
  Result<std::unique_ptr<CommandNode>> Command();
  Result<NodePtr> Operand();
  Result<NodePtr> Term();
  Result<NodePtr> Variable(const Token& token);
  Result<NodePtr> Number(const Token& token);
  Result<NodePtr> String(const Token& token);

  std::string name_;
  std::shared_ptr<const std::string> source_;
  const FunctionTable& functions_;
  const Limits& limits_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t last_ = 0;  // the token whose line errors name
  TreeMap trees_;
  std::vector<std::string> variables_ = {"$"};
  size_t range_depth_ = 0;
  size_t nesting_ = 0;
  uint32_t action_line_ = 0;
  uint32_t numbers_ = 0;
};

Error Parser::Unexpected(const Token& token, std::string_view context) const {
  if (token.type != TokenType::kError) {
    return Fail("unexpected {} in {}", token.Describe(), context);
  }
  std::string extra;
  if (action_line_ != 0 && action_line_ != token.line) {
    bool names_action = token.error.ends_with(" action");
    extra =
        fmt::format("{} started at {}:{}", names_action ? "" : " in action", name_, action_line_);
  }
  return Fail("{}{}", token.error, extra);
}

Result<void> Parser::Expect(TokenType type, std::string_view context) {
  const Token& token = NextNonSpace();
  if (token.type != type) return Unexpected(token, context);
  return {};
}

// Of two definitions with one name in one text, one may be empty.
Result<void> Parser::Add(Tree tree) {
  std::string name = tree.name;
  auto at = trees_.find(name);
  if (at == trees_.end() || at->second->IsEmpty()) {
    trees_.insert_or_assign(name, std::make_shared<const Tree>(std::move(tree)));
    return {};
  }
  if (tree.IsEmpty()) return {};
  return Fail("template: multiple definition of template {}", GoQuote(name));
}

Result<TreeMap> Parser::Run() {
  auto root = std::make_unique<ListNode>(0);
  while (Peek().type != TokenType::kEof) {
    const Token& token = Peek();
    if (token.type == TokenType::kLeftDelimiter) {
      Next();
      if (NextNonSpace().type == TokenType::kDefine) {
        TRY(Definition());
        continue;
      }
      BackTo(token);
    }
    NodePtr node = TRY(TextOrAction());
    if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
      return Fail("unexpected {}", node->ToString());
    }
    root->nodes.push_back(std::move(node));
  }
  Tree tree;
  tree.name = name_;
  tree.parse_name = name_;
  tree.source = source_;
  tree.root = std::move(root);
  tree.numbers = numbers_;
  TRY(Add(std::move(tree)));
  return std::move(trees_);
}

Result<Parser::Body> Parser::ItemList() {
  if (++nesting_ > limits_.nesting) return Fail("actions nested too deeply");
  Body body;
  body.list = std::make_unique<ListNode>(PeekNonSpace().pos);
  while (PeekNonSpace().type != TokenType::kEof) {
    NodePtr node = TRY(TextOrAction());
    if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
      body.end = std::move(node);
      --nesting_;
      return body;
    }
    body.list->nodes.push_back(std::move(node));
  }
  return Fail("unexpected EOF");
}

Result<NodePtr> Parser::TextOrAction() {
  const Token& token = NextNonSpace();
  if (token.type == TokenType::kText) {
    auto node = std::make_unique<TextNode>(token.pos, token.line, token.text);
    node->number = numbers_++;
    return NodePtr(std::move(node));
  }
  if (token.type != TokenType::kLeftDelimiter) return Unexpected(token, "input");
  action_line_ = token.line;
  auto node = Action();
  action_line_ = 0;
  return node;
}

Result<NodePtr> Parser::Action() {
  const Token& token = NextNonSpace();
  switch (token.type) {
    case TokenType::kBlock:
      return Block();
    case TokenType::kBreak:
      return LoopWord(NodeType::kBreak, "{{break}}", token);
    case TokenType::kContinue:
      return LoopWord(NodeType::kContinue, "{{continue}}", token);
    case TokenType::kElse:
      return Else();
    case TokenType::kEnd: {
      const Token& close = NextNonSpace();
      if (close.type != TokenType::kRightDelimiter) return Unexpected(close, "end");
      return NodePtr(std::make_unique<WordNode>(NodeType::kEnd, close.pos, close.line));
    }
    case TokenType::kIf:
      return Control(NodeType::kIf);
    case TokenType::kRange:
      return Control(NodeType::kRange);
    case TokenType::kTemplate:
      return TemplateCall();
    case TokenType::kWith:
      return Control(NodeType::kWith);
    default:
      break;
  }
  BackTo(token);
  Peek();
  auto node = std::make_unique<ActionNode>(token.pos, token.line);
  node->pipe = TRY(Pipeline("command", TokenType::kRightDelimiter));
  node->number = numbers_++;
  return NodePtr(std::move(node));
}

Result<void> Parser::Definition() {
  constexpr std::string_view kContext = "define clause";
  const Token& token = NextNonSpace();
  if (token.type != TokenType::kString && token.type != TokenType::kRawString) {
    return Unexpected(token, kContext);
  }
  auto name = UnquoteGo(token.text);
  if (!name) return Fail("invalid syntax");
  TRY(Expect(TokenType::kRightDelimiter, kContext));
  auto variables = std::exchange(variables_, {"$"});
  uint32_t numbers = std::exchange(numbers_, 0);
  Body body = TRY(ItemList());
  if (body.end->type != NodeType::kEnd) {
    return Fail("unexpected {} in {}", body.end->ToString(), kContext);
  }
  TRY(Add({*name, name_, source_, std::move(body.list), numbers_}));
  variables_ = std::move(variables);
  numbers_ = numbers;
  return {};
}

Result<NodePtr> Parser::Block() {
  constexpr std::string_view kContext = "block clause";
  const Token& token = NextNonSpace();
  auto node = std::make_unique<TemplateNode>(token.pos, token.line);
  node->name = TRY(TemplateName(token, kContext));
  node->pipe = TRY(Pipeline(kContext, TokenType::kRightDelimiter));
  node->number = numbers_++;
  auto variables = std::exchange(variables_, {"$"});
  size_t range_depth = std::exchange(range_depth_, 0);
  uint32_t numbers = std::exchange(numbers_, 0);
  Body body = TRY(ItemList());
  if (body.end->type != NodeType::kEnd) {
    return Fail("unexpected {} in {}", body.end->ToString(), kContext);
  }
  TRY(Add({node->name, name_, source_, std::move(body.list), numbers_}));
  variables_ = std::move(variables);
  range_depth_ = range_depth;
  numbers_ = numbers;
  return NodePtr(std::move(node));
}

Result<NodePtr> Parser::LoopWord(NodeType type, std::string_view word, const Token& token) {
  const Token& close = NextNonSpace();
  if (close.type != TokenType::kRightDelimiter) return Unexpected(close, word);
  if (range_depth_ == 0) return Fail("{} outside {{{{range}}}}", word);
  return NodePtr(std::make_unique<WordNode>(type, token.pos, token.line));
}

Result<NodePtr> Parser::Else() {
  const Token& next = PeekNonSpace();
  if (next.type != TokenType::kIf && next.type != TokenType::kWith) {
    const Token& close = NextNonSpace();
    if (close.type != TokenType::kRightDelimiter) return Unexpected(close, "else");
  }
  return NodePtr(std::make_unique<WordNode>(NodeType::kElse, next.pos, next.line));
}

Result<NodePtr> Parser::Control(NodeType type) {
  if (++nesting_ > limits_.nesting) return Fail("actions nested too deeply");
  std::string_view context = type == NodeType::kIf      ? "if"
                             : type == NodeType::kRange ? "range"
                                                        : "with";
  size_t variables = variables_.size();
  const Token& first = PeekNonSpace();
  auto node = std::make_unique<BranchNode>(type, first.pos, first.line);
  node->pipe = TRY(Pipeline(context, TokenType::kRightDelimiter));
  if (type == NodeType::kRange) ++range_depth_;
  Body body = TRY(ItemList());
  if (type == NodeType::kRange) --range_depth_;
  node->list = std::move(body.list);
  if (body.end->type == NodeType::kElse) node->else_list = TRY(ElseList(type, *body.end));
  variables_.resize(variables);
  --nesting_;
  return NodePtr(std::move(node));
}

Result<std::unique_ptr<ListNode>> Parser::ElseList(NodeType type, const Node& end) {
  TokenType chained = type == NodeType::kIf     ? TokenType::kIf
                      : type == NodeType::kWith ? TokenType::kWith
                                                : TokenType::kEof;
  if (Peek().type == chained && chained != TokenType::kEof) {
    Next();
    auto list = std::make_unique<ListNode>(end.pos);
    list->nodes.push_back(TRY(Control(type)));
    return list;
  }
  Body body = TRY(ItemList());
  if (body.end->type != NodeType::kEnd) {
    return Fail("expected end; found {}", body.end->ToString());
  }
  return std::move(body.list);
}

Result<NodePtr> Parser::TemplateCall() {
  constexpr std::string_view kContext = "template clause";
  const Token& token = NextNonSpace();
  auto node = std::make_unique<TemplateNode>(token.pos, token.line);
  node->name = TRY(TemplateName(token, kContext));
  const Token& next = NextNonSpace();
  if (next.type != TokenType::kRightDelimiter) {
    BackTo(next);
    node->pipe = TRY(Pipeline(kContext, TokenType::kRightDelimiter));
  }
  node->number = numbers_++;
  return NodePtr(std::move(node));
}

Result<std::string> Parser::TemplateName(const Token& token, std::string_view context) {
  if (token.type != TokenType::kString && token.type != TokenType::kRawString) {
    return Unexpected(token, context);
  }
  auto name = UnquoteGo(token.text);
  if (!name) return Fail("invalid syntax");
  return *std::move(name);
}

namespace {

bool StartsOperand(TokenType type) {
  switch (type) {
    case TokenType::kBool:
    case TokenType::kCharConstant:
    case TokenType::kComplex:
    case TokenType::kDot:
    case TokenType::kField:
    case TokenType::kIdentifier:
    case TokenType::kNumber:
    case TokenType::kNil:
    case TokenType::kRawString:
    case TokenType::kString:
    case TokenType::kVariable:
    case TokenType::kLeftParen:
      return true;
    default:
      return false;
  }
}

bool CannotBeCalled(NodeType type) {
  return type == NodeType::kBool || type == NodeType::kDot || type == NodeType::kNil ||
         type == NodeType::kNumber || type == NodeType::kString;
}

}  // namespace

// `$x := `, `$x = `, `$i, $x := ` before a pipeline, if that is what is there.
Result<void> Parser::Declarations(PipeNode* pipe, std::string_view context) {
  while (PeekNonSpace().type == TokenType::kVariable) {
    const Token& variable = Next();
    const Token& mark = PeekNonSpace();
    bool comma = mark.type == TokenType::kChar && mark.text == ",";
    if (mark.type != TokenType::kAssign && mark.type != TokenType::kDeclare && !comma) {
      BackTo(variable);
      return {};
    }
    NextNonSpace();
    auto node = std::make_unique<VariableNode>(variable.pos, variable.line);
    node->identifiers = {std::string(variable.text)};
    pipe->declared.push_back(std::move(node));
    variables_.emplace_back(variable.text);
    if (!comma) {
      pipe->assigns = mark.type == TokenType::kAssign;
      return {};
    }
    if (context != "range" || pipe->declared.size() >= 2) {
      return Fail("too many declarations in {}", context);
    }
    TokenType next = PeekNonSpace().type;
    if (next != TokenType::kVariable && next != TokenType::kRightDelimiter &&
        next != TokenType::kRightParen) {
      return Fail("range can only initialize variables");
    }
  }
  return {};
}

Result<std::unique_ptr<PipeNode>> Parser::Pipeline(std::string_view context, TokenType end) {
  if (++nesting_ > limits_.nesting) return Fail("actions nested too deeply");
  const Token& first = PeekNonSpace();
  auto pipe = std::make_unique<PipeNode>(first.pos, first.line);
  TRY(Declarations(pipe.get(), context));
  for (;;) {
    const Token& token = NextNonSpace();
    if (token.type == end) break;
    if (!StartsOperand(token.type)) return Unexpected(token, context);
    BackTo(token);
    pipe->commands.push_back(TRY(Command()));
  }
  if (pipe->commands.empty()) return Fail("missing value for {}", context);
  for (size_t i = 1; i < pipe->commands.size(); ++i) {
    if (CannotBeCalled(pipe->commands[i]->arguments[0]->type)) {
      return Fail("non executable command in pipeline stage {}", i + 1);
    }
  }
  --nesting_;
  return pipe;
}

Result<std::unique_ptr<CommandNode>> Parser::Command() {
  const Token& first = PeekNonSpace();
  auto command = std::make_unique<CommandNode>(first.pos, first.line);
  for (;;) {
    PeekNonSpace();
    NodePtr operand = TRY(Operand());
    if (operand != nullptr) command->arguments.push_back(std::move(operand));
    const Token& token = Next();
    if (token.type == TokenType::kSpace) continue;
    if (token.type == TokenType::kRightDelimiter || token.type == TokenType::kRightParen) {
      BackTo(token);
    } else if (token.type != TokenType::kPipe) {
      return Unexpected(token, "operand");
    }
    break;
  }
  if (command->arguments.empty()) return Fail("empty command");
  return command;
}

Result<NodePtr> Parser::Operand() {
  NodePtr node = TRY(Term());
  if (node == nullptr || Peek().type != TokenType::kField) return node;
  uint32_t pos = Peek().pos;
  uint32_t line = Peek().line;
  std::vector<std::string> fields;
  while (Peek().type == TokenType::kField) fields.emplace_back(Next().text.substr(1));
  if (node->type == NodeType::kField || node->type == NodeType::kVariable) {
    // One chain, which stands where its second part does.
    auto& identifiers = node->type == NodeType::kField
                            ? static_cast<FieldNode&>(*node).identifiers
                            : static_cast<VariableNode&>(*node).identifiers;
    identifiers.insert(identifiers.end(), fields.begin(), fields.end());
    node->pos = pos;
    node->line = line;
    return node;
  }
  if (CannotBeCalled(node->type)) {
    return Fail("unexpected . after term {}", GoQuote(node->ToString()));
  }
  auto chain = std::make_unique<ChainNode>(pos, line);
  chain->node = std::move(node);
  chain->fields = std::move(fields);
  return NodePtr(std::move(chain));
}

// Null if no term begins here.
Result<NodePtr> Parser::Term() {
  const Token& token = NextNonSpace();
  switch (token.type) {
    case TokenType::kIdentifier:
      if (functions_.Find(token.text) == nullptr) {
        return Fail("function {} not defined", GoQuote(token.text));
      }
      return NodePtr(std::make_unique<IdentifierNode>(token.pos, token.line, token.text));
    case TokenType::kDot:
      return NodePtr(std::make_unique<WordNode>(NodeType::kDot, token.pos, token.line));
    case TokenType::kNil:
      return NodePtr(std::make_unique<WordNode>(NodeType::kNil, token.pos, token.line));
    case TokenType::kVariable:
      return Variable(token);
    case TokenType::kField: {
      auto node = std::make_unique<FieldNode>(token.pos, token.line);
      node->identifiers.emplace_back(token.text.substr(1));
      return NodePtr(std::move(node));
    }
    case TokenType::kBool:
      return NodePtr(std::make_unique<BoolNode>(token.pos, token.line, token.text == "true"));
    case TokenType::kCharConstant:
    case TokenType::kComplex:
    case TokenType::kNumber:
      return Number(token);
    case TokenType::kLeftParen: {
      auto pipe = TRY(Pipeline("parenthesized pipeline", TokenType::kRightParen));
      return NodePtr(std::move(pipe));
    }
    case TokenType::kString:
    case TokenType::kRawString:
      return String(token);
    default:
      BackTo(token);
      return NodePtr();
  }
}

Result<NodePtr> Parser::Variable(const Token& token) {
  if (std::find(variables_.begin(), variables_.end(), token.text) == variables_.end()) {
    return Fail("undefined variable {}", GoQuote(token.text));
  }
  auto node = std::make_unique<VariableNode>(token.pos, token.line);
  node->identifiers.emplace_back(token.text);
  return NodePtr(std::move(node));
}

Result<NodePtr> Parser::String(const Token& token) {
  auto text = UnquoteGo(token.text);
  if (!text) return Fail("invalid syntax");
  auto node = std::make_unique<StringNode>(token.pos, token.line);
  node->quoted = token.text;
  node->text = *std::move(text);
  return NodePtr(std::move(node));
}

namespace {

void SetInt(NumberNode* node, int64_t v) {
  node->is_int = node->is_float = true;
  node->int_value = v;
  node->float_value = static_cast<double>(v);
  if (v >= 0) {
    node->is_uint = true;
    node->uint_value = static_cast<uint64_t>(v);
  }
}

// A float may stand where an integer is wanted, if it is one.
void SetFloat(NumberNode* node, double v) {
  node->is_float = true;
  node->float_value = v;
  if (v != std::trunc(v)) return;
  if (std::fabs(v) < 9.2e18) {
    node->is_int = true;
    node->int_value = static_cast<int64_t>(v);
  }
  if (v >= 0 && v < 1.8e19) {
    node->is_uint = true;
    node->uint_value = static_cast<uint64_t>(v);
  }
}

// "1+2i", "2i": where the imaginary part starts.
bool SetComplex(NumberNode* node, std::string_view text) {
  text.remove_suffix(1);
  size_t split = text.find_last_of("+-");
  while (split != std::string_view::npos && split > 0 && (text[split - 1] | 0x20) == 'e') {
    split = text.substr(0, split).find_last_of("+-");
  }
  bool both = split != std::string_view::npos && split > 0;
  auto real = both ? ParseGoFloat(text.substr(0, split)) : std::optional<double>(0);
  auto imaginary = ParseGoFloat(both ? text.substr(split) : text);
  if (!real || !imaginary) return false;
  node->is_complex = true;
  node->complex_value = {*real, *imaginary};
  if (*imaginary == 0) SetFloat(node, *real);
  return true;
}

}  // namespace

Result<NodePtr> Parser::Number(const Token& token) {
  auto node = std::make_unique<NumberNode>(token.pos, token.line, token.text);
  if (token.type == TokenType::kCharConstant) {
    size_t size = 0;
    auto code = UnquoteChar(token.text, &size);
    if (!code) return Fail("invalid syntax");
    if (size != token.text.size()) return Fail("malformed character constant: {}", token.text);
    SetInt(node.get(), *code);
    return NodePtr(std::move(node));
  }
  if (token.text.back() == 'i') {
    if (!SetComplex(node.get(), token.text)) {
      return Fail("illegal number syntax: {}", GoQuote(token.text));
    }
    return NodePtr(std::move(node));
  }
  if (auto integer = ParseGoInt(token.text)) {
    SetInt(node.get(), *integer);
  } else if (auto large = ParseGoUint(token.text)) {
    node->is_uint = node->is_float = true;
    node->uint_value = *large;
    node->float_value = static_cast<double>(*large);
  } else if (auto real = ParseGoFloat(token.text)) {
    if (token.text.find_first_of(".eEpP") == std::string_view::npos) {
      return Fail("integer overflow: {}", GoQuote(token.text));
    }
    SetFloat(node.get(), *real);
  } else {
    return Fail("illegal number syntax: {}", GoQuote(token.text));
  }
  return NodePtr(std::move(node));
}

}  // namespace

Result<TreeMap> ParseTemplate(std::string_view name, std::string_view text,
                              const FunctionTable& functions, const Limits& limits) {
  if (text.size() > limits.template_bytes) {
    return Error::Make(ErrorCode::kLimit, "template: {}: longer than {} bytes", name,
                       limits.template_bytes);
  }
  return Parser(name, std::make_shared<const std::string>(text), functions, limits).Run();
}

}  // namespace watchfire::templates
