#pragma once
// Fields: a visitor over the keys of a configuration section. Each section is described once, by a
// Describe(Fields&, T&) that names its keys in order (describe.h); reading YAML, printing it and
// resolving relative paths are three visitors over the same description, so they cannot disagree
// about what keys there are.
//
// Internal to the config room. Not thread-safe; one visitor serves one pass over one Config.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "codec/yaml.h"
#include "config/http_client.h"
#include "model/labels.h"

namespace watchfire::config {

// Whether a key is printed while its value is zero, empty or (for a section) the default.
enum class Show : uint8_t { kIfSet, kAlways };

// The hooks that Visit calls for every section. Prepare sets what an absent key means in a section
// that is there; Validate checks and completes a section without looking beyond it. Sections that
// need either overload it (describe.h).
template <typename T>
void Prepare(T&) {}
template <typename T>
Result<void> Validate(T&) {
  return {};
}

class Fields;
// The same for checks that depend on who reads.
template <typename T>
Result<void> ValidateFor(Fields&, T& value) {
  return Validate(value);
}

class Fields {
 public:
  virtual ~Fields() = default;

  virtual bool reading() const { return false; }
  // Whether the section being read has the key; false in the other passes.
  virtual bool Has(std::string_view) const { return false; }

  virtual void Text(std::string_view name, std::string& value, Show show = Show::kIfSet) = 0;
  virtual void SecretText(std::string_view name, Secret& value, Show show = Show::kIfSet) = 0;
  // Relative paths are resolved against the directory of the file.
  virtual void Path(std::string_view name, std::string& value) = 0;
  virtual void Paths(std::string_view name, std::vector<std::string>& value) = 0;
  virtual void Address(std::string_view name, Url& value, Show show = Show::kIfSet) = 0;
  virtual void Bool(std::string_view name, bool& value, Show show = Show::kIfSet) = 0;
  virtual void OptionalBool(std::string_view name, std::optional<bool>& value) = 0;
  virtual void Duration(std::string_view name, int64_t& ms, Show show = Show::kIfSet) = 0;
  virtual void Size(std::string_view name, uint64_t& bytes) = 0;
  virtual void Uint(std::string_view name, uint64_t& value) = 0;
  virtual void Int(std::string_view name, int64_t& value, Show show = Show::kIfSet) = 0;
  virtual void Number(std::string_view name, double& value) = 0;
  virtual void Texts(std::string_view name, std::vector<std::string>& value,
                     yaml::Context layout = yaml::Context::kBlock) = 0;
  virtual void OptionalTexts(std::string_view name,
                             std::optional<std::vector<std::string>>& value) = 0;
  virtual void SecretTexts(std::string_view name, std::vector<Secret>& value) = 0;
  virtual void TextMap(std::string_view name, std::map<std::string, std::string>& value) = 0;
  virtual void TextsMap(std::string_view name,
                        std::map<std::string, std::vector<std::string>>& value) = 0;
  virtual void SecretsMap(std::string_view name,
                          std::map<std::string, std::vector<Secret>>& value) = 0;
  virtual void LabelSet(std::string_view name, model::Labels& value) = 0;
  // Anything; passed on as it was read.
  virtual void Any(std::string_view name, yaml::Node& value) = 0;
  // A value with a text form of its own. `set` gets the text as read ("" for null).
  virtual void Converted(std::string_view name, const std::string& text,
                         const std::function<Result<void>(const std::string&)>& set) = 0;
  // What is wrong with a value, found by a description that reads it piece by piece.
  virtual void Report(uint32_t, const Error&) {}

  // A section that is always there. `type` is upstream's name for it in error messages.
  template <typename T>
  void Object(std::string_view name, std::string_view type, T& value, Show show = Show::kIfSet) {
    if (!BeginObject(name, type, show == Show::kAlways || !(value == T{}))) return;
    Visit(value);
    EndObject();
  }

  template <typename T>
  void Optional(std::string_view name, std::string_view type, std::optional<T>& value) {
    if (!BeginObject(name, type, value.has_value())) return;
    if (reading()) value.emplace();
    Visit(*value);
    EndObject();
  }

  // `null_error` is what a null item means.
  template <typename T>
  void List(std::string_view name, std::string_view type, std::vector<T>& value,
            std::string_view null_error) {
    size_t count = BeginList(name, value.size());
    if (reading()) value.resize(count);
    for (size_t i = 0; i < count; ++i) {
      if (!BeginItem(i, type, null_error)) continue;
      Visit(value[i]);
      EndObject();
    }
    EndList();
  }

  template <typename T>
  void ObjectMap(std::string_view name, std::string_view type, std::map<std::string, T>& value) {
    std::vector<std::string> keys;
    for (const auto& [key, item] : value) keys.push_back(key);
    if (!BeginMap(name, keys)) return;
    for (const std::string& key : keys) Object(key, type, value[key]);
    EndObject();
  }

 protected:
  // Whether to visit the section; `has_value`: it is not empty. Followed by EndObject if so.
  virtual bool BeginObject(std::string_view name, std::string_view type, bool has_value) = 0;
  // All keys of the section were visited; its checks follow.
  virtual void FieldsDone() {}
  virtual void EndObject() = 0;
  // The number of items to visit: `size`, or when reading what the file has.
  virtual size_t BeginList(std::string_view name, size_t size) = 0;
  virtual bool BeginItem(size_t index, std::string_view type, std::string_view null_error) = 0;
  virtual void EndList() = 0;
  // When reading, replaces `keys` by those of the file.
  virtual bool BeginMap(std::string_view name, std::vector<std::string>& keys) = 0;
  // What the checks of a section that was just read found.
  virtual void Check(const Result<void>& result) = 0;

 private:
  template <typename T>
  void Visit(T& value) {
    if (reading()) Prepare(value);
    Describe(*this, value);
    FieldsDone();
    if (reading()) Check(ValidateFor(*this, value));
  }
};

}  // namespace watchfire::config
