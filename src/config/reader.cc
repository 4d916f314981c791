#include "config/reader.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "model/duration.h"

namespace watchfire::config {
namespace {

// Enough to mend a file in one go, and a bound on the message.
constexpr size_t kMaxReported = 20;

std::vector<Secret> ToSecrets(std::vector<std::string> texts) {
  std::vector<Secret> out;
  out.reserve(texts.size());
  for (std::string& text : texts) out.emplace_back(std::move(text));
  return out;
}

}  // namespace

Error Reader::TakeError() {
  std::stable_sort(errors_.begin(), errors_.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::string text;
  for (size_t i = 0; i < errors_.size() && i < kMaxReported; ++i) {
    if (i > 0) text += '\n';
    text += fmt::format("{}:{}: {}", filename_, std::max(errors_[i].line, 1U), errors_[i].message);
  }
  if (errors_.size() > kMaxReported) {
    text += fmt::format("\n{}: and {} more errors", filename_, errors_.size() - kMaxReported);
  }
  return Error(ErrorCode::kInvalid, std::move(text));
}

bool Reader::Enter(const yaml::Node& node, std::string_view type) {
  if (!node.is_mapping()) {
    WrongType(node, type);
    return false;
  }
  Frame frame{&node, type, std::vector<bool>(node.entries.size(), false), false};
  frames_.push_back(std::move(frame));
  return true;
}

const yaml::Node* Reader::Take(std::string_view name) {
  Frame& frame = frames_.back();
  const yaml::Node* found = nullptr;
  for (size_t i = 0; i < frame.node->entries.size(); ++i) {
    const yaml::Entry& entry = frame.node->entries[i];
    if (entry.key != name) continue;
    if (found != nullptr && !frame.used[i]) {
      errors_.push_back(
          {entry.line, fmt::format("field {} already set in type {}", name, frame.type)});
    }
    if (found == nullptr) found = &entry.value;
    frame.used[i] = true;
  }
  return found;
}

bool Reader::Has(std::string_view name) const {
  return frames_.back().node->Find(name) != nullptr;
}

void Reader::WrongType(const yaml::Node& node, std::string_view go_type) {
  std::string shown;
  if (node.is_scalar()) {
    // As much of the value as upstream shows.
    shown = node.text.size() > 10 ? fmt::format(" `{}...`", node.text.substr(0, 7))
                                  : fmt::format(" `{}`", node.text);
  }
  errors_.push_back(
      {node.line, fmt::format("cannot unmarshal {}{} into {}", node.TypeName(), shown, go_type)});
}

std::optional<std::string> Reader::ScalarText(const yaml::Node& node) {
  if (!node.is_scalar()) {
    WrongType(node, "string");
    return std::nullopt;
  }
  return node.is_null() ? std::string() : node.text;
}

std::optional<std::vector<std::string>> Reader::TextList(const yaml::Node& node) {
  std::vector<std::string> out;
  if (node.is_null()) return out;
  if (!node.is_sequence()) {
    WrongType(node, "[]string");
    return std::nullopt;
  }
  for (const yaml::Node& item : node.items) {
    std::optional<std::string> text = ScalarText(item);
    if (text) out.push_back(std::move(*text));
  }
  return out;
}

bool Reader::IsMapping(const yaml::Node& node, std::string_view type) {
  if (node.is_mapping()) {
    std::set<std::string_view> seen;
    for (const yaml::Entry& entry : node.entries) {
      if (seen.insert(entry.key).second) continue;
      errors_.push_back({entry.line, fmt::format("key {} already set in map", GoQuote(entry.key))});
    }
    return true;
  }
  if (!node.is_null()) WrongType(node, type);
  return false;
}

void Reader::Text(std::string_view name, std::string& value, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (std::optional<std::string> text = ScalarText(*node)) value = std::move(*text);
}

void Reader::SecretText(std::string_view name, Secret& value, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (!node->is_scalar()) return WrongType(*node, "config.plain");
  value = Secret(node->is_null() ? std::string() : node->text);
}

void Reader::Path(std::string_view name, std::string& value) {
  Text(name, value, Show::kIfSet);
}

void Reader::Paths(std::string_view name, std::vector<std::string>& value) {
  Texts(name, value, yaml::Context::kBlock);
}

void Reader::Address(std::string_view name, Url& value, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  std::optional<std::string> text = ScalarText(*node);
  if (!text) return;
  Result<UrlParts> parts = ParseUrl(*text);
  if (!parts.ok()) return Fail(node->line, parts.error());
  value.text = std::move(*text);
}

void Reader::Bool(std::string_view name, bool& value, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (std::optional<bool> read = yaml::AsBool(*node)) {
    value = *read;
  } else if (node->is_null()) {
    value = false;
  } else {
    WrongType(*node, "bool");
  }
}

void Reader::OptionalBool(std::string_view name, std::optional<bool>& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  value = yaml::AsBool(*node);
  if (!value && !node->is_null()) WrongType(*node, "bool");
}

void Reader::Duration(std::string_view name, int64_t& ms, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (node->is_null()) {
    ms = 0;
    return;
  }
  std::optional<std::string> text = ScalarText(*node);
  if (!text) return;
  Result<int64_t> parsed = model::ParseDurationMs(*text);
  if (!parsed.ok()) return Fail(node->line, parsed.error());
  ms = *parsed;
}

void Reader::Size(std::string_view name, uint64_t& bytes) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (node->is_null()) {
    bytes = 0;
    return;
  }
  std::optional<std::string> text = ScalarText(*node);
  if (!text) return;
  Result<uint64_t> parsed = model::ParseSizeBytes(*text);
  if (!parsed.ok()) return Fail(node->line, parsed.error());
  bytes = *parsed;
}

void Reader::Uint(std::string_view name, uint64_t& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  std::optional<uint64_t> read = node->is_null() ? 0 : yaml::AsUint(*node);
  if (!read) return WrongType(*node, "uint");
  value = *read;
}

void Reader::Int(std::string_view name, int64_t& value, Show) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  std::optional<int64_t> read = node->is_null() ? 0 : yaml::AsInt(*node);
  if (!read) return WrongType(*node, "int");
  value = *read;
}

void Reader::Number(std::string_view name, double& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  std::optional<double> read = node->is_null() ? 0.0 : yaml::AsDouble(*node);
  if (!read) return WrongType(*node, "float64");
  value = *read;
}

void Reader::Texts(std::string_view name, std::vector<std::string>& value, yaml::Context) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (auto texts = TextList(*node)) value = std::move(*texts);
}

void Reader::OptionalTexts(std::string_view name, std::optional<std::vector<std::string>>& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr || node->is_null()) return;
  value = TextList(*node);
}

void Reader::SecretTexts(std::string_view name, std::vector<Secret>& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  if (auto texts = TextList(*node)) value = ToSecrets(std::move(*texts));
}

void Reader::TextMap(std::string_view name, std::map<std::string, std::string>& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  value.clear();
  if (!IsMapping(*node, "map[string]string")) return;
  for (const yaml::Entry& entry : node->entries) {
    if (auto text = ScalarText(entry.value)) value[entry.key] = std::move(*text);
  }
}

void Reader::TextsMap(std::string_view name,
                      std::map<std::string, std::vector<std::string>>& value) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  value.clear();
  if (!IsMapping(*node, "map[string][]string")) return;
  for (const yaml::Entry& entry : node->entries) {
    if (auto texts = TextList(entry.value)) value[entry.key] = std::move(*texts);
  }
}

void Reader::SecretsMap(std::string_view name, std::map<std::string, std::vector<Secret>>& value) {
  std::map<std::string, std::vector<std::string>> texts;
  if (!Has(name)) return;
  TextsMap(name, texts);
  value.clear();
  for (auto& [key, list] : texts) value[key] = ToSecrets(std::move(list));
}

void Reader::LabelSet(std::string_view name, model::Labels& value) {
  std::map<std::string, std::string> texts;
  if (!Has(name)) return;
  TextMap(name, texts);
  std::vector<model::LabelView> pairs;
  for (const auto& [key, text] : texts) pairs.push_back({key, text});
  value = model::Labels::FromPairs(std::move(pairs));
}

void Reader::Any(std::string_view name, yaml::Node& value) {
  if (const yaml::Node* node = Take(name)) value = *node;
}

void Reader::Converted(std::string_view name, const std::string&,
                       const std::function<Result<void>(const std::string&)>& set) {
  const yaml::Node* node = Take(name);
  if (node == nullptr) return;
  std::optional<std::string> text = ScalarText(*node);
  if (!text) return;
  Result<void> result = set(*text);
  if (!result.ok()) Fail(node->line, result.error());
}

bool Reader::BeginObject(std::string_view name, std::string_view type, bool) {
  const yaml::Node* node = Take(name);
  // An empty section means the defaults.
  if (node == nullptr || node->is_null()) return false;
  return Enter(*node, type);
}

void Reader::FieldsDone() {
  const Frame& frame = frames_.back();
  for (size_t i = 0; i < frame.node->entries.size(); ++i) {
    if (frame.used[i]) continue;
    const yaml::Entry& entry = frame.node->entries[i];
    errors_.push_back(
        {entry.line, fmt::format("field {} not found in type {}", entry.key, frame.type)});
  }
}

void Reader::EndObject() {
  frames_.pop_back();
}

size_t Reader::BeginList(std::string_view name, size_t) {
  const yaml::Node* node = Take(name);
  static const yaml::Node kNothing;
  if (node != nullptr && !node->is_sequence()) {
    if (!node->is_null()) WrongType(*node, fmt::format("[]{}", name));
    node = &kNothing;
  }
  Frame frame{node == nullptr ? &kNothing : node, {}, {}, true};
  frames_.push_back(std::move(frame));

  return node == nullptr ? 0 : node->items.size();
}

bool Reader::BeginItem(size_t index, std::string_view type, std::string_view null_error) {
  const yaml::Node& item = frames_.back().node->items[index];
  if (item.is_null()) {
    errors_.push_back({item.line, std::string(null_error)});
    return false;
  }
  return Enter(item, type);
}

void Reader::EndList() {
  WF_CHECK(frames_.back().is_list);
  frames_.pop_back();
}

bool Reader::BeginMap(std::string_view name, std::vector<std::string>& keys) {
  const yaml::Node* node = Take(name);
  if (node == nullptr || node->is_null()) return false;
  if (!Enter(*node, name)) return false;
  keys.clear();
  for (const yaml::Entry& entry : node->entries) keys.push_back(entry.key);
  return true;
}

void Reader::Check(const Result<void>& result) {
  if (!result.ok() && ok()) Fail(frames_.back().node->line, result.error());
}

}  // namespace watchfire::config
