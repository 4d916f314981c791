#include <algorithm>
#include <set>

#include "base/text.h"
#include "grafana/provisioning/dashboard_files.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxProviders = 200;
constexpr int64_t kMaxIntervalSeconds = 86'400;

const std::vector<std::string> kProviderKeys = {"name",
                                                "orgId",
                                                "org_id",
                                                "folder",
                                                "folderUid",
                                                "folder_uid",
                                                "type",
                                                "disableDeletion",
                                                "disable_deletion",
                                                "editable",
                                                "updateIntervalSeconds",
                                                "allowUiUpdates",
                                                "allow_ui_updates",
                                                "options"};

class ProviderReader {
 public:
  ProviderReader(const ProvisioningDependencies& dependencies, ProblemList& problems)
      : dependencies_(dependencies), problems_(problems) {}

  ProviderFiles ReadAll(const std::string& directory) {
    for (const std::string& file : FilesIn(*dependencies_.files, directory, {".yaml", ".yml"})) {
      ReadFile(file);
    }
    return std::move(found_);
  }

 private:
  void ReadFile(const std::string& file) {
    Result<std::string> text = ReadRegularFile(*dependencies_.files, file);
    Result<yaml::Node> root = text.ok() ? yaml::Parse(*text) : Result<yaml::Node>(text.error());
    if (!root.ok()) {
      found_.incomplete = true;
      problems_.AddUnplaced(file, root.error().message());
      return;
    }
    if (root->is_null()) return;
    // Without a version the file is the list itself.
    const yaml::Node* list = root->is_mapping() ? root->Find("providers") : &*root;
    if (list == nullptr || (!list->is_sequence() && !list->is_null())) {
      found_.incomplete = true;
      problems_.Add(file, root->line, "expected a list \"providers\"");
      return;
    }
    for (const yaml::Node& item : list->items) {
      size_t before = problems_.size();
      ReadProvider(file, item);
      if (problems_.size() != before) found_.incomplete = true;
    }
  }

  void ReadProvider(const std::string& file, const yaml::Node& node) {
    if (!node.is_mapping()) {
      problems_.Add(file, node.line, "a provider has no keys");
      return;
    }
    FileValues values(dependencies_.environment, *dependencies_.files, file, problems_);
    values.ReportUnknownKeys(node, kProviderKeys);
    DashboardProvider p;
    p.file = file;
    p.line = node.line;
    p.name = values.TextAt(node, "name");
    p.folder = values.TextAt(node, "folder");
    p.folder_uid = values.TextAt(node, "folderUid", "folder_uid");
    p.disable_deletion = values.BoolAt(node, "disableDeletion", "disable_deletion", false);
    p.allow_ui_updates = values.BoolAt(node, "allowUiUpdates", "allow_ui_updates", false);
    int64_t seconds = values.IntAt(node, "updateIntervalSeconds", {}, 10);
    if (seconds <= 0) seconds = 10;
    p.interval_ms = std::min(seconds, kMaxIntervalSeconds) * 1'000;
    if (const yaml::Node* options = node.Find("options")) {
      p.path = values.TextAt(*options, "path", "folder");
      p.folders_from_files = values.BoolAt(*options, "foldersFromFilesStructure", {}, false);
    }
    std::string type = values.TextAt(node, "type");
    int64_t organisation = values.IntAt(node, "orgId", "org_id", 1);
    if (!type.empty() && type != "file") {
      problems_.Add(file, node.line, fmt::format("type must be \"file\", not {}", GoQuote(type)));
    } else if (organisation > 1) {
      problems_.Add(file, node.line,
                    "this provider is for another organisation: there is one here");
    } else {
      Take(std::move(p));
    }
  }

  void Take(DashboardProvider p) {
    if (p.path.empty()) {
      problems_.Add(p.file, p.line, "options.path is missing");
      return;
    }
    // Records are kept under the name.
    if (p.name.empty()) p.name = p.path;
    if (!names_.insert(p.name).second) {
      problems_.Add(
          p.file, p.line,
          fmt::format("there is a provider {} already: this one is left out", GoQuote(p.name)));
      return;
    }
    if (p.folders_from_files && !(p.folder.empty() && p.folder_uid.empty())) {
      problems_.Add(p.file, p.line,
                    "folder and folderUid have no effect with foldersFromFilesStructure");
      p.folder.clear();
      p.folder_uid.clear();
    }
    if (found_.providers.size() >= kMaxProviders) {
      problems_.Add(p.file, p.line, fmt::format("more than {} providers", kMaxProviders));
      return;
    }
    found_.providers.push_back(std::move(p));
  }

  const ProvisioningDependencies& dependencies_;
  ProblemList& problems_;
  ProviderFiles found_;
  std::set<std::string> names_;
};

}  // namespace

ProviderFiles ReadProviders(const ProvisioningDependencies& dependencies,
                            const std::string& directory, ProblemList& problems) {
  return ProviderReader(dependencies, problems).ReadAll(directory);
}

}  // namespace watchfire::grafana
