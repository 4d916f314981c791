#include "grafana/provisioning/file_values.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/numbers.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

constexpr size_t kMaxFiles = 1'000;
constexpr size_t kMaxProblems = 500;

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Texts of templates, where `$labels` is theirs.
bool IsTemplateText(std::string_view key) {
  return IsOneOf(key, {"annotations", "template", "message", "text", "title", "subject", "body",
                       "description", "details", "summary", "payload"});
}

// Keys of alerting files that are no text, so that `$VAR` may stand for them.
bool IsTyped(std::string_view key) {
  return IsOneOf(key, {"isPaused", "disableResolveMessage", "continue", "orgId", "panelId",
                       "singleEmail", "editable"});
}

// As files are read into values of any type: true and false alone, not YAML 1.1's yes and no.
Json OfPlain(const yaml::Node& node) {
  if (node.is_null()) return Json();
  if (IsOneOf(node.text, {"true", "True", "TRUE"})) return Json::OfBool(true);
  if (IsOneOf(node.text, {"false", "False", "FALSE"})) return Json::OfBool(false);
  // "1_000" and "0x10" are numbers; what a float says stays a float.
  bool whole = node.text.find_first_of(".eE") == std::string::npos || node.text.starts_with("0x");
  if (whole) {
    if (std::optional<int64_t> number = yaml::AsInt(node)) return Json::OfInt(*number);
  }
  std::optional<double> number = yaml::AsDouble(node);
  if (number && *number - *number == 0) return Json::OfDouble(*number);
  return Json::OfString(node.text);
}

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string ExpandBraces(std::string_view text, const Environment& environment) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    size_t end = text[i + 1] == '{' ? text.find('}', i) : std::string_view::npos;
    std::string_view name = end == std::string_view::npos ? "" : text.substr(i + 2, end - i - 2);
    if (text[i + 1] == '$') {
      out += text[i++];
    } else if (!name.empty() && std::all_of(name.begin(), name.end(), IsNameByte)) {
      out += environment(name).value_or("");
      i = end;
    } else {
      out += text[i];
    }
  }
  return out;
}

// Digits from `at` on; moves it behind them.
uint32_t TakeNumber(std::string_view text, size_t& at) {
  uint32_t number = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9' && number < 100'000'000) {
    number = number * 10 + static_cast<uint32_t>(text[at++] - '0');
  }
  return number;
}

}  // namespace

void ProblemList::Add(const std::string& file, uint32_t line, std::string message) {
  if (list_.size() < kMaxProblems) list_.push_back({kind_, file, line, std::move(message)});
}

void ProblemList::AddUnplaced(const std::string& file, std::string message) {
  constexpr std::string_view kLine = "line ";
  size_t at = message.starts_with(kLine) ? kLine.size() : 0;
  uint32_t line = TakeNumber(message, at);
  bool yaml_form = line > 0 && at < message.size() && message[at] == ':';
  if (yaml_form) message.erase(0, at + 1);
  // "7: …" is left: the column.
  if (yaml_form && !message.empty() && message[0] >= '0' && message[0] <= '9') {
    message = "column " + message;
  }
  Add(file, line, std::move(message));
}

std::vector<std::string> FilesIn(FileSystem& files, const std::string& directory,
                                 const std::vector<std::string>& endings) {
  std::vector<std::string> paths;
  Result<std::vector<DirEntry>> entries = files.ListDirectory(directory);
  if (!entries.ok()) return paths;
  for (const DirEntry& entry : *entries) {
    bool ends = std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
      return entry.name.ends_with(ending);
    });
    if (!entry.is_directory && ends && paths.size() < kMaxFiles) {
      paths.push_back(JoinPath(directory, entry.name));
    }
  }
  return paths;
}

Result<std::string> ReadRegularFile(FileSystem& files, const std::string& path) {
  std::error_code error;
  // Through links. A pipe would be waited for, a device never ends.
  std::filesystem::file_status status = std::filesystem::status(path, error);
  if (error) return Error::Io("cannot be read: {}", error.message());
  if (!std::filesystem::is_regular_file(status)) return Error::Invalid("is no regular file");
  Result<std::string> text = files.ReadFile(path, kMaxProvisioningFile);
  if (!text.ok() && text.error().code() == ErrorCode::kLimit) {
    return Error::Limit("is larger than {} bytes", kMaxProvisioningFile);
  }
  return text;
}

const yaml::Node* FileValues::Find(const yaml::Node& node, std::string_view key,
                                   std::string_view other) {
  if (!node.is_mapping()) return nullptr;
  const yaml::Node* found = node.Find(key);
  return found == nullptr && !other.empty() ? node.Find(other) : found;
}

std::string FileValues::Text(const yaml::Node& node, Expansion how) {
  if (!node.is_scalar()) {
    problems_.Add(file_, node.line, fmt::format("expected a text, not {}", node.TypeName()));
    return {};
  }
  if (node.is_null()) return {};
  if (how == Expansion::kNone) return node.text;
  if (how == Expansion::kBraces) return ExpandBraces(node.text, environment_);
  Result<std::string> expanded = ExpandValue(node.text, environment_, files_);
  if (expanded.ok()) return *std::move(expanded);
  problems_.Add(file_, node.line, expanded.error().message());
  return {};
}

std::string FileValues::TextAt(const yaml::Node& node, std::string_view key,
                               std::string_view other) {
  const yaml::Node* found = Find(node, key, other);
  return found == nullptr ? "" : Text(*found);
}

bool FileValues::BoolAt(const yaml::Node& node, std::string_view key, std::string_view other,
                        bool otherwise) {
  const yaml::Node* found = Find(node, key, other);
  if (found == nullptr || found->is_null()) return otherwise;
  yaml::Node expanded;
  expanded.text = Text(*found);
  if (expanded.text.empty()) return otherwise;
  std::optional<bool> value = yaml::AsBool(expanded);
  if (!value) {
    problems_.Add(file_, found->line,
                  fmt::format("{}: expected true or false, not {}", key, GoQuote(expanded.text)));
  }
  return value.value_or(otherwise);
}

int64_t FileValues::IntAt(const yaml::Node& node, std::string_view key, std::string_view other,
                          int64_t otherwise) {
  const yaml::Node* found = Find(node, key, other);
  if (found == nullptr || found->is_null()) return otherwise;
  yaml::Node expanded;
  expanded.text = Text(*found);
  if (expanded.text.empty()) return otherwise;
  std::optional<int64_t> value = yaml::AsInt(expanded);
  if (!value) {
    problems_.Add(file_, found->line,
                  fmt::format("{}: expected a number, not {}", key, GoQuote(expanded.text)));
  }
  return value.value_or(otherwise);
}

Json FileValues::ToJson(const yaml::Node& node) {
  return Convert(node, Expansion::kAll, false);
}

Json FileValues::ToAlertingJson(const yaml::Node& node) {
  return Convert(node, Expansion::kAll, true);
}

Json FileValues::Convert(const yaml::Node& node, Expansion how, bool alerting) {
  if (node.is_sequence()) {
    Json::Array items;
    for (const yaml::Node& item : node.items) items.push_back(Convert(item, how, alerting));
    return Json::OfArray(std::move(items));
  }
  if (node.is_mapping()) {
    Json::Object members;
    for (const yaml::Entry& entry : node.entries) {
      Expansion inner = how;
      if (alerting && entry.key == "model") inner = Expansion::kNone;
      if (alerting && how == Expansion::kAll && IsTemplateText(entry.key)) {
        inner = Expansion::kBraces;
      }
      Json value = Convert(entry.value, inner, alerting);
      const std::string* text = value.AsString();
      if (alerting && text != nullptr && inner == Expansion::kAll && IsTyped(entry.key)) {
        yaml::Node plain;
        plain.text = *text;
        value = OfPlain(plain);
      }
      members.push_back({entry.key, std::move(value)});
    }
    return Json::OfObject(std::move(members));
  }
  bool has_dollar = how != Expansion::kNone && node.text.find('$') != std::string::npos;
  bool is_text = !node.plain || node.tag == "tag:yaml.org,2002:str";
  if (has_dollar) return Json::OfString(Text(node, how));
  return is_text ? Json::OfString(node.text) : OfPlain(node);
}

void FileValues::ReportUnknownKeys(const yaml::Node& node, const std::vector<std::string>& known) {
  for (const yaml::Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string nearest = Nearest(entry.key, known);
    problems_.Add(file_, entry.line,
                  nearest.empty() ? fmt::format("unknown key {} has no effect", GoQuote(entry.key))
                                  : fmt::format("unknown key {} has no effect: is it {}?",
                                                GoQuote(entry.key), GoQuote(nearest)));
  }
}

}  // namespace watchfire::grafana
