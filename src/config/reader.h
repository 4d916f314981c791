#pragma once
// Reader: the pass that fills configuration sections from a YAML tree (fields.h). It collects every
// unknown key, repeated key and wrong type of the whole file; the checks of a section run only
// while nothing was wrong so far, so one mistake is reported once.
//
// Internal to the config room. The tree must outlive the reader.

#include <string>
#include <vector>

#include "config/fields.h"

namespace watchfire::config {

class Reader : public Fields {
 public:
  explicit Reader(const std::string& filename) : filename_(filename) {}

  // Reads a whole document into `value`; a null one leaves it as it is.
  template <typename T>
  void Document(const yaml::Node& root, std::string_view type, T& value) {
    if (root.is_null() || !Enter(root, type)) return;
    Prepare(value);
    Describe(*this, value);
    FieldsDone();
    Check(ValidateFor(*this, value));
    EndObject();
  }

  bool ok() const { return errors_.empty(); }
  // Records what a later check found.
  void Fail(uint32_t line, const Error& error) { errors_.push_back({line, error.message()}); }
  // All that was found, one `file:line: …` a line, in order of lines. Only if !ok().
  Error TakeError();

  bool reading() const override { return true; }
  bool Has(std::string_view name) const override;
  void Text(std::string_view name, std::string& value, Show) override;
  void SecretText(std::string_view name, Secret& value, Show) override;
  void Path(std::string_view name, std::string& value) override;
  void Paths(std::string_view name, std::vector<std::string>& value) override;
  void Address(std::string_view name, Url& value, Show) override;
  void Bool(std::string_view name, bool& value, Show) override;
  void OptionalBool(std::string_view name, std::optional<bool>& value) override;
  void Duration(std::string_view name, int64_t& ms, Show) override;
  void Size(std::string_view name, uint64_t& bytes) override;
  void Uint(std::string_view name, uint64_t& value) override;
  void Int(std::string_view name, int64_t& value, Show) override;
  void Number(std::string_view name, double& value) override;
  void Texts(std::string_view name, std::vector<std::string>& value, yaml::Context) override;
  void OptionalTexts(std::string_view name,
                     std::optional<std::vector<std::string>>& value) override;
  void SecretTexts(std::string_view name, std::vector<Secret>& value) override;
  void TextMap(std::string_view name, std::map<std::string, std::string>& value) override;
  void TextsMap(std::string_view name,
                std::map<std::string, std::vector<std::string>>& value) override;
  void SecretsMap(std::string_view name,
                  std::map<std::string, std::vector<Secret>>& value) override;
  void LabelSet(std::string_view name, model::Labels& value) override;
  void Any(std::string_view name, yaml::Node& value) override;
  void Converted(std::string_view name, const std::string& text,
                 const std::function<Result<void>(const std::string&)>& set) override;
  void Report(uint32_t line, const Error& error) override { Fail(line, error); }

 private:
  struct Frame {
    const yaml::Node* node;
    std::string_view type;
    std::vector<bool> used;  // parallel to node->entries
    bool is_list = false;
  };
  struct Problem {
    uint32_t line;
    std::string message;
  };

  bool BeginObject(std::string_view name, std::string_view type, bool) override;
  void FieldsDone() override;
  void EndObject() override;
  size_t BeginList(std::string_view name, size_t size) override;
  bool BeginItem(size_t index, std::string_view type, std::string_view null_error) override;
  void EndList() override;
  bool BeginMap(std::string_view name, std::vector<std::string>& keys) override;
  void Check(const Result<void>& result) override;

  bool Enter(const yaml::Node& node, std::string_view type);
  // The value of a key, marked as known; nullptr if absent.
  const yaml::Node* Take(std::string_view name);
  std::optional<std::string> ScalarText(const yaml::Node& node);
  std::optional<std::vector<std::string>> TextList(const yaml::Node& node);
  // The values of a mapping; nullopt (and an error) if it is not one.
  bool IsMapping(const yaml::Node& node, std::string_view type);
  void WrongType(const yaml::Node& node, std::string_view go_type);

  std::string filename_;
  std::vector<Frame> frames_;
  std::vector<Problem> errors_;
};

}  // namespace watchfire::config
