#include "template/html/escaped_set.h"

#include <fmt/core.h>

#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "template/html/context.h"
#include "template/html/escapers.h"

namespace watchfire::templates::html {
namespace {

// How often the branches of loops and calls are followed, in nodes: ranges inside ranges are each
// read twice, recursive templates too.
constexpr size_t kMaxSteps = 200'000;

// A template that is called in another context than text is one of its own.
std::string NameIn(const Context& context, std::string_view name) {
  if (context == Context()) return std::string(name);
  std::string state = context.ToString();
  for (char& c : state) {
    if (c == ' ') c = '_';
  }
  return fmt::format("{}$htmltemplate_{}", name, state.substr(1, state.size() - 8));
}

bool IsPredefined(std::string_view name) {
  return name == "html" || name == "urlquery";
}

bool StandsForHtml(Escaper escaper) {
  return escaper == EscapeText || escaper == EscapeRcdata || escaper == EscapeAttribute;
}

bool StandsForUrlquery(Escaper escaper) {
  return escaper == EscapeUrl || escaper == NormalizeUrl;
}

// A break or continue, and the context it leaves the loop's body in.
struct LoopExit {
  Context context;
  const Node* node;
};

struct LoopExits {
  std::vector<LoopExit> breaks;
  std::vector<LoopExit> continues;
};

class Pass {
 public:
  Pass(const TemplateSource& source, std::string_view root) : source_(source), root_(root) {}

  Result<std::map<std::string, EditedTree, std::less<>>> Run();

 private:
  // What is known of the templates; copied to try an assumption.
  struct Known {
    std::map<std::string, EditedTree, std::less<>> templates;
    std::map<std::string, Context, std::less<>> output;  // of templates, by name
    std::set<std::string> called;
  };

  Context Fail(const Node* node, std::string message);
  Context Escape(const Context& context, const Node& node);
  Context EscapeList(Context context, const ListNode* list);
  Context EscapeText(Context context, const TextNode& node);
  Context EscapeAction(Context context, const ActionNode& node);
  Context EscapeBranch(const Context& context, const BranchNode& node);
  Context EscapeRange(const Context& context, const BranchNode& node);
  Context EscapeCall(const Context& context, const TemplateNode& node);
  Context EscapeTemplate(const Context& context, const Node* node, std::string_view name,
                         std::string* name_here);
  bool TryBody(const Context& assumed, const Context& in, const std::string& name, Context* out);
  std::optional<Context> CheckPredefined(const Context& context, const ActionNode& node);
  Context Join(const Context& a, const Context& b, const Node& node, std::string_view word);
  Context JoinLoop(const Context& context, const LoopExits& exits);
  Edit& EditOf(uint32_t number);

  const TemplateSource& source_;
  std::string root_;
  Known known_;
  EditedTree* current_ = nullptr;  // in known_.templates
  std::vector<LoopExits> loops_;
  size_t steps_ = 0;
};

Context Pass::Fail(const Node* node, std::string message) {
  if (node == nullptr) return Context::Failed(std::move(message));
  return Context::Failed(
      fmt::format("html/template:{}: {}", current_->tree->Location(*node), message));
}

Edit& Pass::EditOf(uint32_t number) {
  if (current_->edits.empty()) current_->edits.resize(current_->tree->numbers);
  return current_->edits[number];
}

Result<std::map<std::string, EditedTree, std::less<>>> Pass::Run() {
  std::string name;
  Context end = EscapeTemplate(Context(), nullptr, root_, &name);
  std::string place = root_.empty() ? "html/template: " : "html/template:" + root_ + ": ";
  if (end.state == State::kError) {
    bool placed = end.error.starts_with("html/template:");
    return Error(ErrorCode::kInvalid, placed ? end.error : place + end.error);
  }
  if (end.state != State::kText) {
    return Error(ErrorCode::kInvalid, place + "ends in a non-text context: " + end.ToString());
  }
  return std::move(known_.templates);
}

Context Pass::EscapeTemplate(const Context& context, const Node* node, std::string_view name,
                             std::string* name_here) {
  std::string here = NameIn(context, name);
  *name_here = here;
  known_.called.insert(here);
  if (auto done = known_.output.find(here); done != known_.output.end()) return done->second;
  const EditedTree* found = source_.Find(name);
  if (found == nullptr) return Fail(node, fmt::format("no such template {}", GoQuote(name)));
  known_.templates.insert_or_assign(here, EditedTree{found->tree, here, {}});
  Context out;
  if (TryBody(context, context, here, &out)) return out;
  // Recursive, and not as assumed: look for a fixed point with what came out.
  Context again;
  if (out.state != State::kError && TryBody(out, context, here, &again)) return again;
  if (out.state == State::kError) return out;
  return Fail(node, fmt::format("cannot compute output context for template {}", here));
}

// Escapes the body with `assumed` as the template's own output; false if that proves wrong, and
// then nothing is changed.
bool Pass::TryBody(const Context& assumed, const Context& in, const std::string& name,
                   Context* out) {
  Known before = known_;
  known_.output.insert_or_assign(name, assumed);
  known_.called.erase(name);
  EditedTree* caller = std::exchange(current_, &known_.templates.find(name)->second);
  std::string caller_name = caller == nullptr ? "" : caller->name;
  std::vector<LoopExits> loops = std::exchange(loops_, {});
  *out = EscapeList(in, current_->tree->root.get());
  loops_ = std::move(loops);
  bool recursive = known_.called.count(name) > 0;
  bool good = out->state != State::kError && (!recursive || *out == assumed);
  if (good) {
    known_.output.insert_or_assign(name, *out);
    known_.called.insert(before.called.begin(), before.called.end());
    known_.called.insert(name);
  } else {
    known_ = std::move(before);
  }
  current_ = caller == nullptr ? nullptr : &known_.templates.find(caller_name)->second;
  return good;
}

Context Pass::EscapeList(Context context, const ListNode* list) {
  if (list == nullptr) return context;
  for (const NodePtr& node : list->nodes) {
    context = Escape(context, *node);
    if (context.state == State::kDead || context.state == State::kError) break;
  }
  return context;
}

namespace {

// A failure with words before its own, behind its place.
Context Explained(Context failed, std::string_view words) {
  size_t place = failed.error.starts_with("html/template:") ? failed.error.find(": ") : 0;
  failed.error.insert(place == 0 ? 0 : place + 2, words);
  return failed;
}

}  // namespace

Context Pass::Escape(const Context& context, const Node& node) {
  if (++steps_ > kMaxSteps) return Fail(&node, "too many branches to follow");
  switch (node.type) {
    case NodeType::kText:
      return EscapeText(context, As<TextNode>(node));
    case NodeType::kAction:
      return EscapeAction(context, As<ActionNode>(node));
    case NodeType::kIf:
    case NodeType::kWith:
      return EscapeBranch(context, As<BranchNode>(node));
    case NodeType::kRange:
      return EscapeRange(context, As<BranchNode>(node));
    case NodeType::kTemplate:
      return EscapeCall(context, As<TemplateNode>(node));
    case NodeType::kList:
      return EscapeList(context, &As<ListNode>(node));
    case NodeType::kBreak:
      if (!loops_.empty()) loops_.back().breaks.push_back({context, &node});
      return Context{State::kDead};
    case NodeType::kContinue:
      if (!loops_.empty()) loops_.back().continues.push_back({context, &node});
      return Context{State::kDead};
    default:
      return context;
  }
}

namespace {

// The literal text of a template while it is read: what of it goes out.
class TextRewriter {
 public:
  explicit TextRewriter(std::string_view text) : text_(text) {}

  // A '<' that starts no tag is text.
  void EscapeStrayBrackets(size_t from, size_t to) {
    for (size_t at = text_.find('<', from); at < to; at = text_.find('<', at + 1)) {
      if (EqualsIgnoreCase(text_.substr(at, 9), "<!DOCTYPE")) continue;
      CopyTo(at);
      out_ += "&lt;";
      written_ = at + 1;
    }
  }
  // What the comment that ends at `to` leaves behind.
  void DropComment(State state, size_t to) {
    std::string_view comment = text_.substr(written_, to - written_);
    if (state == State::kJsBlockComment) {
      out_ += comment.find_first_of("\n\r") == std::string_view::npos ? ' ' : '\n';
    } else if (state == State::kCssBlockComment) {
      out_ += ' ';
    }
    written_ = to;
    changed_ = true;
  }
  void StartComment(State state, size_t body) {
    CopyTo(body - (state == State::kHtmlComment ? 4 : 2));
    written_ = body;
    changed_ = true;
  }
  // nullopt if all of the text goes out as it is.
  std::optional<std::string> Finish(bool in_comment) {
    if (!changed_) return std::nullopt;
    if (!in_comment) CopyTo(text_.size());
    return std::move(out_);
  }

 private:
  void CopyTo(size_t to) {
    if (to > written_) out_ += text_.substr(written_, to - written_);
    written_ = to;
    changed_ = true;
  }

  std::string_view text_;
  std::string out_;
  size_t written_ = 0;
  bool changed_ = false;
};

}  // namespace

Context Pass::EscapeText(Context context, const TextNode& node) {
  std::string_view text = node.text;
  TextRewriter rewriter(text);
  size_t at = 0;
  while (at < text.size()) {
    Step step = AfterText(context, text.substr(at));
    size_t next = at + step.read;
    const Context& after = step.context;
    if (context.state == State::kText || context.state == State::kRcdata) {
      size_t end = next;
      if (after.state != context.state) {
        size_t open = text.substr(at, next - at).rfind('<');
        if (open != std::string_view::npos) end = at + open;
      }
      rewriter.EscapeStrayBrackets(at, end);
    } else if (IsComment(context.state) && context.delim == Delim::kNone) {
      rewriter.DropComment(context.state, next);
    }
    if (context.state != after.state && IsComment(after.state) && after.delim == Delim::kNone) {
      rewriter.StartComment(after.state, next);
    }
    if (after.state == State::kError) return Fail(nullptr, after.error);
    if (at == next && context == after) return Fail(&node, "cannot follow the text");
    context = after;
    at = next;
  }
  bool in_comment = IsComment(context.state) && context.delim == Delim::kNone;
  if (auto changed = rewriter.Finish(in_comment)) EditOf(node.number).text = std::move(changed);
  return context;
}

std::optional<Context> Pass::CheckPredefined(const Context& context, const ActionNode& node) {
  const auto& commands = node.pipe->commands;
  for (size_t i = 0; i < commands.size(); ++i) {
    const Node& first = *commands[i]->arguments[0];
    if (first.type != NodeType::kIdentifier) continue;
    const std::string& name = As<IdentifierNode>(first).name;
    if (!IsPredefined(name)) continue;
    bool unquoted = context.state == State::kAttr && context.delim == Delim::kSpaceOrTagEnd;
    if (i + 1 < commands.size() || (unquoted && name == "html")) {
      return Fail(&node,
                  fmt::format("predefined escaper {} disallowed in template", GoQuote(name)));
    }
  }
  return std::nullopt;
}

namespace {

void AddUrlEscapers(const Context& context, std::vector<Escaper>* escapers) {
  bool string =
      context.state == State::kCssDoubleQuoted || context.state == State::kCssSingleQuoted;
  if (context.url_part == UrlPart::kQueryOrFragment) {
    escapers->push_back(EscapeUrl);
    return;
  }
  if (context.url_part == UrlPart::kNone) escapers->push_back(FilterUrl);
  escapers->push_back(string ? EscapeCssString : NormalizeUrl);
}

// What a value needs where the context stands, but for the quotes around it.
void AddEscapers(const Context& context, std::vector<Escaper>* escapers) {
  switch (context.state) {
    case State::kUrl:
    case State::kCssDoubleQuoted:
    case State::kCssSingleQuoted:
    case State::kCssDoubleQuotedUrl:
    case State::kCssSingleQuotedUrl:
    case State::kCssUrl:
      return AddUrlEscapers(context, escapers);
    case State::kJs:
      return escapers->push_back(EscapeJsValue);
    case State::kJsDoubleQuoted:
    case State::kJsSingleQuoted:
    case State::kJsTemplateLiteral:
      return escapers->push_back(EscapeJsString);
    case State::kJsRegexp:
      return escapers->push_back(EscapeJsRegexp);
    case State::kCss:
      return escapers->push_back(FilterCss);
    case State::kText:
      return escapers->push_back(EscapeText);
    case State::kRcdata:
      return escapers->push_back(EscapeRcdata);
    case State::kAttrName:
    case State::kTag:
      return escapers->push_back(FilterName);
    case State::kSrcset:
      return escapers->push_back(EscapeSrcset);
    case State::kAttr:
      return;
    default:
      return escapers->push_back(EscapeComment);
  }
}

}  // namespace

Context Pass::EscapeAction(Context context, const ActionNode& node) {
  if (!node.pipe->declared.empty()) return context;
  context = Nudge(std::move(context));
  if (auto failed = CheckPredefined(context, node)) return *failed;
  if (context.url_part == UrlPart::kUnknown) {
    return Fail(&node, node.ToString() + " appears in an ambiguous context within a URL");
  }
  std::vector<Escaper> escapers;
  AddEscapers(context, &escapers);
  if (context.state == State::kJs) context.js = JsContext::kDivision;
  if (context.state == State::kTag) context.state = State::kAttrName;
  if (context.delim == Delim::kSpaceOrTagEnd) {
    escapers.push_back(EscapeUnquotedAttribute);
  } else if (context.delim != Delim::kNone) {
    escapers.push_back(EscapeAttribute);
  }
  Edit& edit = EditOf(node.number);
  edit.drop_last = false;
  // A pipeline's own html or urlquery takes the place of ours.
  const CommandNode& last = *node.pipe->commands.back();
  if (last.arguments[0]->type == NodeType::kIdentifier) {
    const std::string& name = As<IdentifierNode>(*last.arguments[0]).name;
    for (Escaper& escaper : escapers) {
      if (name == "html" && StandsForHtml(escaper)) {
        escaper = PredefinedHtml;
        edit.drop_last = true;
      } else if (name == "urlquery" && StandsForUrlquery(escaper)) {
        escaper = PredefinedUrlquery;
        edit.drop_last = true;
      }
    }
  }
  edit.escapers = std::move(escapers);
  return context;
}

Context Pass::Join(const Context& a, const Context& b, const Node& node, std::string_view word) {
  if (a.state == State::kError) return a;
  if (b.state == State::kError) return b;
  if (a.state == State::kDead) return b;
  if (b.state == State::kDead || a == b) return a;
  Context joined = a;
  joined.url_part = b.url_part;
  if (joined == b) {
    joined.url_part = UrlPart::kUnknown;
    return joined;
  }
  joined = a;
  joined.js = b.js;
  if (joined == b) {
    joined.js = JsContext::kUnknown;
    return joined;
  }
  Context nudged_a = Nudge(a);
  Context nudged_b = Nudge(b);
  if (nudged_a != a || nudged_b != b) {
    Context both = Join(nudged_a, nudged_b, node, word);
    if (both.state != State::kError) return both;
  }
  return Fail(&node, fmt::format("{{{{{}}}}} branches end in different contexts: {}, {}", word,
                                 a.ToString(), b.ToString()));
}

Context Pass::EscapeBranch(const Context& context, const BranchNode& node) {
  Context first = EscapeList(context, node.list.get());
  Context second = EscapeList(context, node.else_list.get());
  return Join(first, second, node, node.type == NodeType::kIf ? "if" : "with");
}

Context Pass::JoinLoop(const Context& context, const LoopExits& exits) {
  Context joined = context;
  for (const std::vector<LoopExit>* list : {&exits.breaks, &exits.continues}) {
    std::string_view word = list == &exits.breaks ? "break" : "continue";
    for (const LoopExit& exit : *list) {
      joined = Join(joined, exit.context, *exit.node, "range");
      if (joined.state == State::kError) {
        return Explained(joined, fmt::format("at range loop {}: ", word));
      }
    }
  }
  return joined;
}

Context Pass::EscapeRange(const Context& context, const BranchNode& node) {
  loops_.emplace_back();
  Context once = EscapeList(context, node.list.get());
  if (once.state != State::kError) once = JoinLoop(once, loops_.back());
  loops_.pop_back();
  if (once.state == State::kError) return once;
  // A second round starts where the first one ended, and must end there too.
  Known before = known_;
  std::string name = current_->name;
  loops_.emplace_back();
  Context twice = EscapeList(once, node.list.get());
  LoopExits exits = std::move(loops_.back());
  loops_.pop_back();
  known_ = std::move(before);
  current_ = &known_.templates.find(name)->second;
  Context both = Join(once, twice, node, "range");
  if (both.state == State::kError) return Explained(both, "on range loop re-entry: ");
  both = JoinLoop(both, exits);
  if (both.state == State::kError) return both;
  Context otherwise = EscapeList(context, node.else_list.get());
  return Join(both, otherwise, node, "range");
}

Context Pass::EscapeCall(const Context& context, const TemplateNode& node) {
  std::string name;
  Context after = EscapeTemplate(context, &node, node.name, &name);
  if (after.state != State::kError && name != node.name) {
    EditOf(node.number).template_name = name;
  }
  return after;
}

}  // namespace

Result<EscapedSet> EscapedSet::Make(const TemplateSource& source, std::string_view root) {
  EscapedSet set;
  set.templates_ = TRY(Pass(source, root).Run());
  return set;
}

const EditedTree* EscapedSet::Find(std::string_view name) const {
  auto at = templates_.find(name);
  return at == templates_.end() ? nullptr : &at->second;
}

}  // namespace watchfire::templates::html
