#include "codec/yaml.h"

#include <libfyaml.h>

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/text.h"

namespace watchfire::yaml {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

struct FyDelete {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
using Diag = std::unique_ptr<fy_diag, FyDelete>;
using Parser = std::unique_ptr<fy_parser, FyDelete>;

std::string TokenText(fy_token* token) {
  if (token == nullptr) return {};
  size_t size = 0;
  const char* text = fy_token_get_text(token, &size);
  return text == nullptr ? std::string() : std::string(text, size);
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    ++digits;
    if (c == '=') {
      ++padding;
      continue;
    }
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  if (digits % 4 != 0 || padding > 2) return std::nullopt;
  return out;
}

// Turns the events of one document into a Node tree, without recursion.
class Builder {
 public:
  Builder(std::string_view text, const ParseOptions& options) : text_(text), options_(options) {}

  Result<void> Add(fy_event* event) {
    if (const fy_mark* mark = fy_event_start_mark(event)) {
      line_ = static_cast<uint32_t>(mark->line) + 1;
      column_ = static_cast<uint32_t>(mark->column) + 1;
    }
    switch (event->type) {
      case FYET_SCALAR:
        return AddScalar(event);
      case FYET_ALIAS:
        return AddAlias(TokenText(event->alias.anchor));
      case FYET_SEQUENCE_START:
        return Open(Kind::kSequence, event);
      case FYET_MAPPING_START:
        return Open(Kind::kMapping, event);
      case FYET_SEQUENCE_END:
      case FYET_MAPPING_END:
        return Close();
      default:
        return {};
    }
  }

  Node TakeRoot() { return std::move(root_); }

 private:
  struct Frame {
    Node node;
    std::string anchor;
    size_t height = 0;  // of the tallest child
    bool has_key = false;
    bool is_merge = false;  // the pending key is a plain `<<`
    Entry pending;
    std::vector<size_t> merges;  // which entries are merges
  };
  struct Anchored {
    Node node;
    size_t height = 0;
    size_t cost = 0;
  };

  template <typename... Args>
  Error At(uint32_t line, uint32_t column, fmt::format_string<Args...> format,
           Args&&... args) const {
    std::string prefix = options_.source.empty() ? "" : options_.source + ":";
    return Error::Invalid("{}{}:{}: {}", prefix, line, column,
                          fmt::format(format, std::forward<Args>(args)...));
  }

  // Every node costs 1 and long texts more, so that neither many nodes nor one long text referred
  // to many times can exceed a fixed multiple of the limit in memory.
  static size_t Cost(const Node& node) { return 1 + node.text.size() / 128; }

  Result<void> Charge(size_t cost) {
    spent_ += cost;
    if (spent_ > options_.node_limit) {
      return Error::Limit("{}:{}: document contains excessive aliasing or too many nodes", line_,
                          column_);
    }
    return {};
  }

  Result<void> AddScalar(fy_event* event) {
    Node node = MakeNode(Kind::kScalar, event);
    fy_scalar_style style = fy_token_scalar_style(event->scalar.value);
    std::optional<std::string> raw =
        style == FYSS_SINGLE_QUOTED ? DecodeAdjacentQuotes(event) : std::nullopt;
    node.text = raw ? std::move(*raw) : TokenText(event->scalar.value);
    node.plain = style == FYSS_PLAIN;
    // libfyaml points behind the quote, and behind the line of the indicator.
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) node.column -= 1;
    if (style == FYSS_LITERAL || style == FYSS_FOLDED) {
      FindIndicator(event, node);
      // An empty block scalar comes as one space, which no other block scalar can be.
      if (node.text == " ") node.text.clear();
    }
    if (node.tag == "tag:yaml.org,2002:binary") {
      std::optional<std::string> bytes = DecodeBase64(node.text);
      if (!bytes) return At(node.line, node.column, "!!binary value contains invalid base64 data");
      node.text = std::move(*bytes);
      node.plain = false;
    }
    if (node.tag == "tag:yaml.org,2002:str" || node.tag == "!") node.plain = false;
    size_t cost = Cost(node);
    TRY(Charge(cost));
    std::string anchor = TokenText(event->scalar.anchor);
    return Attach(std::move(node), anchor, 1, cost);
  }

  // libfyaml 0.7 garbles (and leaks) adjacent escaped quotes ('a''''b'), so those are read from the
  // source instead; nullopt if there are none.
  std::optional<std::string> DecodeAdjacentQuotes(fy_event* event) const {
    const fy_mark* start = fy_event_start_mark(event);
    const fy_mark* end = fy_event_end_mark(event);
    if (start == nullptr || end == nullptr || end->input_pos > text_.size()) return std::nullopt;
    std::string_view raw = text_.substr(start->input_pos, end->input_pos - start->input_pos);
    if (raw.find("''''") == std::string_view::npos) return std::nullopt;
    return FoldLines(ReplaceAll(raw, "''", "'"));
  }

  // Line breaks inside quotes: one becomes a space, further ones stay, space around them goes.
  static std::string FoldLines(std::string_view text) {
    std::vector<std::string_view> lines = Split(text, '\n');
    std::string out(lines[0]);
    size_t breaks = 0;
    for (size_t i = 1; i < lines.size(); ++i) {
      if (breaks == 0) out.resize(out.find_last_not_of(" \t\r") + 1);
      size_t first = std::min(lines[i].find_first_not_of(" \t\r"), lines[i].size());
      std::string_view line = lines[i].substr(first);
      ++breaks;
      if (line.empty() && i + 1 < lines.size()) continue;
      out += breaks == 1 ? " " : std::string(breaks - 1, '\n');
      out += line;
      breaks = 0;
    }
    return out;
  }

  // Moves the place of a block scalar to its `|` or `>`: the last one on the last line before the
  // text that only modifiers, space and a comment follow.
  void FindIndicator(fy_event* event, Node& node) const {
    const fy_mark* mark = fy_event_start_mark(event);
    if (mark == nullptr) return;
    std::string_view before = text_.substr(0, mark->input_pos);
    size_t end = before.find_last_of("|>");
    if (end == std::string_view::npos) return;
    size_t break_at = before.find('\n', end);
    size_t line_start = before.rfind('\n', end) + 1;  // npos + 1 is 0
    std::string_view line = before.substr(line_start, break_at - line_start);
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '|' && line[i] != '>') continue;
      size_t next = line.find_first_not_of("+-0123456789", i + 1);
      if (next != std::string_view::npos && line[next] != ' ' && line[next] != '\r') continue;
      node.column = static_cast<uint32_t>(i) + 1;
      break;
    }
    auto lines = std::count(before.begin() + static_cast<std::ptrdiff_t>(end), before.end(), '\n');
    node.line -= std::min(node.line - 1, static_cast<uint32_t>(lines));
  }

  Node MakeNode(Kind kind, fy_event* event) const {
    Node node;
    node.kind = kind;
    node.line = line_;
    node.column = column_;
    node.tag = TokenText(fy_event_get_tag_token(event));
    return node;
  }

  Result<void> AddAlias(const std::string& name) {
    auto at = anchors_.find(name);
    if (at == anchors_.end()) {
      for (const Frame& frame : stack_) {
        if (frame.anchor == name) {
          return At(line_, column_, "anchor '{}' value contains itself", name);
        }
      }
      return At(line_, column_, "unknown anchor '{}' referenced", name);
    }
    if (stack_.size() + at->second.height > options_.depth_limit) return TooDeep();
    TRY(Charge(at->second.cost));
    return Attach(at->second.node, "", at->second.height, at->second.cost);
  }

  Error TooDeep() const {
    return At(line_, column_, "nested deeper than {} levels", options_.depth_limit);
  }

  Result<void> Open(Kind kind, fy_event* event) {
    if (stack_.size() + 1 > options_.depth_limit) return TooDeep();
    Frame frame;
    frame.node = MakeNode(kind, event);
    frame.anchor = TokenText(fy_event_get_anchor_token(event));
    TRY(Charge(1));
    costs_.push_back(1);
    stack_.push_back(std::move(frame));
    return {};
  }

  Result<void> Close() {
    Frame frame = std::move(stack_.back());
    size_t cost = costs_.back();
    stack_.pop_back();
    costs_.pop_back();
    if (frame.node.is_mapping()) {
      if (!options_.allow_duplicate_keys) TRY(RefuseDuplicates(frame.node));
      if (!frame.merges.empty()) TRY(Merge(frame.node, frame.merges));
    }
    return Attach(std::move(frame.node), frame.anchor, frame.height + 1, cost);
  }

  Result<void> Attach(Node node, const std::string& anchor, size_t height, size_t cost) {
    if (!anchor.empty()) {
      TRY(Charge(cost));
      anchors_[anchor] = {node, height, cost};
    }
    if (stack_.empty()) {
      root_ = std::move(node);
      return {};
    }
    Frame& parent = stack_.back();
    parent.height = std::max(parent.height, height);
    costs_.back() += cost;
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      if (!node.is_scalar()) return At(node.line, node.column, "a key must be a scalar");
      parent.is_merge = node.plain && node.text == "<<";
      parent.pending = {std::move(node.text), node.line, node.column, {}};
      parent.has_key = true;
    } else {
      parent.pending.value = std::move(node);
      if (parent.is_merge) parent.merges.push_back(parent.node.entries.size());
      parent.node.entries.push_back(std::move(parent.pending));
      parent.has_key = false;
    }
    return {};
  }

  Result<void> RefuseDuplicates(const Node& node) const {
    std::map<std::string_view, uint32_t> seen;
    for (const Entry& entry : node.entries) {
      auto [at, fresh] = seen.emplace(entry.key, entry.line);
      if (!fresh) {
        return At(entry.line, entry.column, "mapping key {} already defined at line {}",
                  GoQuote(entry.key), at->second);
      }
    }
    return {};
  }

  // Replaces the merge entries by the keys of their mappings that are not there otherwise.
  Result<void> Merge(Node& node, const std::vector<size_t>& merges) const {
    std::unordered_set<std::string> present;
    for (size_t i = 0; i < node.entries.size(); ++i) {
      bool merge = std::binary_search(merges.begin(), merges.end(), i);
      if (!merge) present.insert(node.entries[i].key);
    }
    std::vector<Entry> out;
    for (size_t i = 0; i < node.entries.size(); ++i) {
      Entry& entry = node.entries[i];
      if (!std::binary_search(merges.begin(), merges.end(), i)) {
        out.push_back(std::move(entry));
        continue;
      }
      std::vector<Node> sources;
      if (entry.value.is_sequence()) {
        sources = std::move(entry.value.items);
      } else {
        sources.push_back(std::move(entry.value));
      }
      for (Node& source : sources) {
        if (!source.is_mapping()) {
          return At(entry.line, entry.column,
                    "map merge requires map or sequence of maps as the value");
        }
        for (Entry& merged : source.entries) {
          if (present.insert(merged.key).second) out.push_back(std::move(merged));
        }
      }
    }
    node.entries = std::move(out);
    return {};
  }

  std::string_view text_;
  const ParseOptions& options_;
  Node root_;
  std::vector<Frame> stack_;
  std::vector<size_t> costs_;  // parallel to stack_: what the subtree so far would cost to copy
  std::map<std::string, Anchored> anchors_;
  size_t spent_ = 0;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
};

// libfyaml reports a parser error and then the consequences; the first is what helps.
Error FirstDiagnostic(fy_diag* diag, const std::string& source) {
  std::string prefix = source.empty() ? "" : source + ":";
  void* at = nullptr;
  if (const fy_diag_error* error = fy_diag_errors_iterate(diag, &at)) {
    return Error::Invalid("{}{}:{}: {}", prefix, std::max(1, error->line),
                          std::max(1, error->column),
                          TrimSpace(error->msg == nullptr ? "syntax error" : error->msg));
  }
  return Error::Invalid("{}1:1: syntax error", prefix);
}

// libfyaml stops at a zero byte and passes other control characters and broken UTF-8 on; YAML
// allows neither. Names the place of the first such byte.
Result<void> CheckCharacters(std::string_view text, const std::string& source) {
  std::string prefix = source.empty() ? "" : source + ":";
  uint32_t line = 1;
  size_t line_start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<uint8_t>(text[i]);
    if (byte == '\n') {
      ++line;
      line_start = i + 1;
    } else if ((byte < 0x20 && byte != '\t' && byte != '\r') || byte == 0x7f) {
      return Error::Invalid("{}{}:{}: control characters are not allowed", prefix, line,
                            i - line_start + 1);
    }
  }
  if (IsValidUtf8(text)) return {};
  line = 1;
  for (std::string_view rest : Split(text, '\n')) {
    if (!IsValidUtf8(rest)) break;
    ++line;
  }
  return Error::Invalid("{}{}:1: invalid UTF-8", prefix, line);
}

}  // namespace

Result<Document> ParseDocument(std::string_view text, const ParseOptions& options) {
  std::string prefix = options.source.empty() ? "" : options.source + ": ";
  if (text.size() > options.size_limit_bytes) {
    return Error::Limit("{}larger than {} bytes", prefix, options.size_limit_bytes);
  }
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  TRY(CheckCharacters(text, options.source));

  fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  Diag diag(fy_diag_create(&diag_config));
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  unsigned flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_1 |
                   FYPCF_SLOPPY_FLOW_INDENTATION |
                   (options.json ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE);
  config.flags = static_cast<fy_parse_cfg_flags>(flags);
  config.diag = diag.get();
  Parser parser(fy_parser_create(&config));
  if (parser == nullptr) return Error::Internal("cannot create a YAML parser");
  // The parser may look one byte past the end, so it gets a terminated copy.
  std::string copy(text);
  if (fy_parser_set_string(parser.get(), copy.data(), copy.size()) != 0) {
    return FirstDiagnostic(diag.get(), options.source);
  }

  Builder builder(copy, options);
  Document document;
  bool ended = false;
  while (true) {
    fy_event* event = fy_parser_parse(parser.get());
    if (event == nullptr) break;
    fy_event_type type = event->type;
    Result<void> added;
    if (!ended) added = builder.Add(event);
    fy_parser_event_free(parser.get(), event);
    if (!added.ok()) return added.error();
    if (type == FYET_DOCUMENT_START && ended) {
      document.has_more = true;
      break;
    }
    ended = ended || type == FYET_DOCUMENT_END;
  }
  // What follows the first document is not ours to judge.
  if (!document.has_more && fy_parser_get_stream_error(parser.get())) {
    return FirstDiagnostic(diag.get(), options.source);
  }
  document.root = builder.TakeRoot();
  return document;
}

Result<Node> Parse(std::string_view text, const ParseOptions& options) {
  Document document = TRY(ParseDocument(text, options));
  return std::move(document.root);
}

bool Node::is_null() const {
  if (!is_scalar()) return false;
  if (tag == "tag:yaml.org,2002:null") return true;
  if (!plain || !tag.empty()) return false;
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

const Node* Node::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

bool Node::operator==(const Node& other) const {
  return kind == other.kind && text == other.text && items == other.items &&
         entries == other.entries;
}

std::string_view Node::TypeName() const {
  if (is_sequence()) return "!!seq";
  if (is_mapping()) return "!!map";
  if (is_null()) return "!!null";
  if (tag.substr(0, kTagPrefix.size()) == kTagPrefix) {
    std::string_view name = std::string_view(tag).substr(kTagPrefix.size());
    if (name == "binary") return "!!binary";
    if (name == "str") return "!!str";
  }
  if (AsBool(*this)) return "!!bool";
  if (!plain) return "!!str";
  if (text.find_first_of(".eE") == std::string::npos || text.substr(0, 2) == "0x") {
    if (AsInt(*this) || AsUint(*this)) return "!!int";
  }
  return AsDouble(*this) ? "!!float" : "!!str";
}

}  // namespace watchfire::yaml
