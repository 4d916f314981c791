// ConfigToYaml: the pass that prints configuration sections (fields.h).
#include "base/numbers.h"
#include "config/describe.h"
#include "config/sections.h"
#include "model/duration.h"

namespace watchfire::config {
namespace {

constexpr std::string_view kHidden = "<secret>";

class Printer final : public Fields {
 public:
  std::string Take() { return std::move(out_); }

  void Text(std::string_view name, std::string& value, Show show) override {
    if (!value.empty() || show == Show::kAlways) Line(name, yaml::QuoteScalar(value));
  }
  void SecretText(std::string_view name, Secret& value, Show show) override {
    if (!value.empty()) {
      Line(name, kHidden);
    } else if (show == Show::kAlways) {
      Line(name, "\"\"");
    }
  }
  void Path(std::string_view name, std::string& value) override { Text(name, value, Show::kIfSet); }
  void Paths(std::string_view name, std::vector<std::string>& value) override {
    Texts(name, value, yaml::Context::kBlock);
  }
  void Address(std::string_view name, Url& value, Show show) override {
    std::string text = value.Redacted();
    Text(name, text, show);
  }
  void Bool(std::string_view name, bool& value, Show show) override {
    if (value || show == Show::kAlways) Line(name, value ? "true" : "false");
  }
  void OptionalBool(std::string_view name, std::optional<bool>& value) override {
    if (value) Line(name, *value ? "true" : "false");
  }
  void Duration(std::string_view name, int64_t& ms, Show show) override {
    if (ms != 0 || show == Show::kAlways) Line(name, model::FormatDuration(ms));
  }
  void Size(std::string_view name, uint64_t& bytes) override {
    if (bytes != 0) Line(name, model::FormatSizeBytes(bytes));
  }
  void Uint(std::string_view name, uint64_t& value) override {
    if (value != 0) Line(name, std::to_string(value));
  }
  void Int(std::string_view name, int64_t& value, Show show) override {
    if (value != 0 || show == Show::kAlways) Line(name, std::to_string(value));
  }
  void Number(std::string_view name, double& value) override {
    if (value != 0) Line(name, FormatFloatGo(value));
  }
  void Texts(std::string_view name, std::vector<std::string>& value,
             yaml::Context layout) override {
    if (value.empty()) return;
    if (layout == yaml::Context::kBlock) {
      Line(name, "");
      for (const std::string& text : value) Item(yaml::QuoteScalar(text));
      return;
    }
    std::string list;
    for (const std::string& text : value) {
      list += (list.empty() ? "" : ", ") + yaml::QuoteScalar(text, layout);
    }
    Line(name, "[" + list + "]");
  }
  void OptionalTexts(std::string_view name,
                     std::optional<std::vector<std::string>>& value) override {
    if (value) Texts(name, *value, yaml::Context::kBlock);
  }
  void SecretTexts(std::string_view name, std::vector<Secret>& value) override {
    if (value.empty()) return;
    Line(name, "");
    for (size_t i = 0; i < value.size(); ++i) Item(kHidden);
  }
  void TextMap(std::string_view name, std::map<std::string, std::string>& value) override {
    if (value.empty()) return;
    Line(name, "");
    indent_ += 2;
    for (const auto& [key, text] : value) Line(key, yaml::QuoteScalar(text));
    indent_ -= 2;
  }
  void TextsMap(std::string_view name,
                std::map<std::string, std::vector<std::string>>& value) override {
    if (value.empty()) return;
    Line(name, "");
    indent_ += 2;
    for (auto& [key, texts] : value) {
      if (texts.empty()) Line(key, "[]");
      Texts(key, texts, yaml::Context::kBlock);
    }
    indent_ -= 2;
  }
  void SecretsMap(std::string_view name,
                  std::map<std::string, std::vector<Secret>>& value) override {
    std::map<std::string, std::vector<std::string>> hidden;
    for (const auto& [key, texts] : value) {
      hidden[key] = std::vector<std::string>(texts.size(), std::string(kHidden));
    }
    TextsMap(name, hidden);
  }
  void LabelSet(std::string_view name, model::Labels& value) override {
    std::map<std::string, std::string> pairs;
    for (const model::LabelView& label : value) {
      pairs.emplace(std::string(label.name), std::string(label.value));
    }
    TextMap(name, pairs);
  }
  void Any(std::string_view name, yaml::Node& value) override {
    if (!value.is_null()) Tree(name, value);
  }
  void Converted(std::string_view name, const std::string& text,
                 const std::function<Result<void>(const std::string&)>&) override {
    if (!text.empty()) Line(name, yaml::QuoteScalar(text));
  }

 private:
  bool BeginObject(std::string_view name, std::string_view, bool has_value) override {
    if (!has_value) return false;
    Open(name);
    return true;
  }
  // A section of which nothing was printed is `{}`.
  void EndObject() override {
    if (opened_.back() == out_.size()) {
      out_.pop_back();
      if (dash_) out_ += '\n' + std::string(static_cast<size_t>(indent_ - 2), ' ') + "-";
      dash_ = false;
      out_ += " {}\n";
    }
    opened_.pop_back();
    indent_ -= 2;
  }
  size_t BeginList(std::string_view name, size_t size) override {
    if (size > 0) Line(name, "");
    return size;
  }
  bool BeginItem(size_t, std::string_view, std::string_view) override {
    dash_ = true;
    indent_ += 2;
    opened_.push_back(out_.size());
    return true;
  }
  void EndList() override {}
  bool BeginMap(std::string_view name, std::vector<std::string>& keys) override {
    if (keys.empty()) return false;
    Open(name);
    return true;
  }
  void Check(const Result<void>&) override {}

  void Open(std::string_view name) {
    Line(name, "");
    indent_ += 2;
    opened_.push_back(out_.size());
  }
  // The first line of a list item has its dash in the indentation.
  void Indent() {
    if (dash_) {
      out_ += std::string(static_cast<size_t>(indent_ - 2), ' ') + "- ";
      dash_ = false;
    } else {
      out_ += std::string(static_cast<size_t>(indent_), ' ');
    }
  }
  void Line(std::string_view name, std::string_view value) {
    Indent();
    out_ += yaml::QuoteScalar(name);
    out_ += ':';
    if (!value.empty()) out_ += ' ';
    out_ += value;
    out_ += '\n';
  }
  void Item(std::string_view value) {
    Indent();
    out_ += "- ";
    out_ += value;
    out_ += '\n';
  }
  std::string Scalar(const yaml::Node& node) const {
    // Plain scalars (numbers, booleans) stay what they were.
    return node.plain ? node.text : yaml::QuoteScalar(node.text);
  }
  std::string Flow(const yaml::Node& node) const {
    if (node.is_scalar()) {
      // What was plain in a block may need quotes here.
      bool raw = node.plain && node.text.find_first_of(",[]{}") == std::string::npos;
      return raw ? node.text : yaml::QuoteScalar(node.text, yaml::Context::kFlow);
    }
    std::string out;
    for (const yaml::Node& item : node.items) out += (out.empty() ? "" : ", ") + Flow(item);
    for (const yaml::Entry& entry : node.entries) {
      out += (out.empty() ? "" : ", ") + yaml::QuoteScalar(entry.key, yaml::Context::kFlow) + ": " +
             Flow(entry.value);
    }
    return node.is_sequence() ? "[" + out + "]" : "{" + out + "}";
  }
  void Tree(std::string_view name, const yaml::Node& node) {
    if (node.is_scalar()) return Line(name, Scalar(node));
    if (node.is_sequence()) return Line(name, Flow(node));
    Line(name, "");
    indent_ += 2;
    for (const yaml::Entry& entry : node.entries) Line(entry.key, Flow(entry.value));
    indent_ -= 2;
  }

  std::string out_;
  int indent_ = 0;
  bool dash_ = false;
  std::vector<size_t> opened_;  // where the text of each open section begins
};

}  // namespace

std::string PrintSections(const std::function<void(Fields&)>& describe) {
  Printer printer;
  describe(printer);
  return printer.Take();
}

std::string ConfigToYaml(const Config& config) {
  // The visitor takes values by reference because reading writes them; printing does not.
  Config copy = config;
  return PrintSections([&copy](Fields& fields) { Describe(fields, copy); });
}

}  // namespace watchfire::config
