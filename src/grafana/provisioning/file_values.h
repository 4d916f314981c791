#pragma once
// What provisioning files have in common: which there are, reading one of them, `$VAR` in their
// values, keys in two spellings, and the list of what was wrong. The room's own business.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/yaml.h"
#include "grafana/provisioning/provisioning.h"

namespace watchfire::grafana {

inline constexpr uint64_t kMaxProvisioningFile = 10 << 20;

// Collects problems of one kind.
class ProblemList {
 public:
  explicit ProblemList(std::string kind) : kind_(std::move(kind)) {}
  void Add(const std::string& file, uint32_t line, std::string message);
  // Takes the line out of the message of a reader of YAML ("3:7: …") or JSON ("line 3, column …").
  void AddUnplaced(const std::string& file, std::string message);
  bool empty() const { return list_.empty(); }
  size_t size() const { return list_.size(); }
  std::vector<Provisioning::Problem> Take() { return std::move(list_); }

 private:
  std::string kind_;
  std::vector<Provisioning::Problem> list_;
};

// Files right in `directory` that end so, by name, as paths; a missing directory has none.
std::vector<std::string> FilesIn(FileSystem& files, const std::string& directory,
                                 const std::vector<std::string>& endings);
// A regular file of at most 10 MB. kInvalid: something else; kLimit.
Result<std::string> ReadRegularFile(FileSystem& files, const std::string& path);

// How `$` is read in a value.
enum class Expansion : uint8_t {
  kAll,     // $NAME, ${NAME}, $__env{}, $__file{}, $$
  kBraces,  // ${NAME} and $$ alone: texts where $name means something else
  kNone,
};

// Values of one file, expanded.
class FileValues {
 public:
  FileValues(const Environment& environment, FileSystem& files, std::string file,
             ProblemList& problems)
      : environment_(environment), files_(files), file_(std::move(file)), problems_(problems) {}

  const std::string& file() const { return file_; }
  ProblemList& problems() { return problems_; }
  // The first of these keys, or null.
  static const yaml::Node* Find(const yaml::Node& node, std::string_view key,
                                std::string_view other = {});
  // Of a scalar; "" for null. What is wrong is a problem, and "".
  std::string Text(const yaml::Node& node, Expansion how = Expansion::kAll);
  std::string TextAt(const yaml::Node& node, std::string_view key, std::string_view other = {});
  bool BoolAt(const yaml::Node& node, std::string_view key, std::string_view other, bool otherwise);
  int64_t IntAt(const yaml::Node& node, std::string_view key, std::string_view other,
                int64_t otherwise);
  // Plain scalars get the type they have in YAML; what was text stays text.
  codec::Json ToJson(const yaml::Node& node);
  // The same for files of alerting: models of queries as they stand, texts with braces alone.
  codec::Json ToAlertingJson(const yaml::Node& node);
  // Reports keys that are none of `known`, each with the nearest that is.
  void ReportUnknownKeys(const yaml::Node& node, const std::vector<std::string>& known);

 private:
  codec::Json Convert(const yaml::Node& node, Expansion how, bool alerting);

  const Environment& environment_;
  FileSystem& files_;
  std::string file_;
  ProblemList& problems_;
};

}  // namespace watchfire::grafana
