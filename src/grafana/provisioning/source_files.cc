#include "grafana/provisioning/source_files.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace watchfire::grafana {
namespace {

using codec::Json;

const std::vector<std::string> kFileKeys = {"apiVersion", "datasources", "deleteDatasources",
                                            "delete_datasources", "prune"};
const std::vector<std::string> kEntryKeys = {"name",
                                             "uid",
                                             "type",
                                             "access",
                                             "orgId",
                                             "org_id",
                                             "orgName",
                                             "org_name",
                                             "url",
                                             "user",
                                             "password",
                                             "database",
                                             "basicAuth",
                                             "basic_auth",
                                             "basicAuthUser",
                                             "basic_auth_user",
                                             "basicAuthPassword",
                                             "basic_auth_password",
                                             "withCredentials",
                                             "with_credentials",
                                             "isDefault",
                                             "is_default",
                                             "jsonData",
                                             "json_data",
                                             "secureJsonData",
                                             "secure_json_data",
                                             "editable",
                                             "version",
                                             "correlations",
                                             "apiVersion",
                                             "typeLogoUrl"};

// One entry, with which of its settings were given: a fragment has few.
struct Entry {
  DataSource source;
  std::set<std::string> given;
  std::string file;
  uint32_t line = 0;

  bool Has(const std::string& key) const { return given.contains(key); }
  bool IsFragment() const { return !Has("type") && !Has("url"); }
};

struct Found {
  std::vector<Entry> entries;
  std::vector<std::string> deleted;
  bool prune = false;
  // A file could not be read: what is missing may be in it.
  bool incomplete = false;
};

class SourceReader {
 public:
  SourceReader(const ProvisioningDependencies& dependencies, ProblemList& problems)
      : dependencies_(dependencies), problems_(problems) {}

  Found ReadAll(const std::string& directory) {
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
    if (!root->is_mapping()) {
      found_.incomplete = true;
      problems_.Add(file, root->line, "expected keys such as \"datasources\" at the top");
      return;
    }
    FileValues values(dependencies_.environment, *dependencies_.files, file, problems_);
    values.ReportUnknownKeys(*root, kFileKeys);
    found_.prune |= values.BoolAt(*root, "prune", {}, false);
    ForEach(values, *root, "deleteDatasources", "delete_datasources", [&](const yaml::Node& item) {
      std::string name = values.TextAt(item, "name");
      if (!name.empty()) found_.deleted.push_back(std::move(name));
    });
    ForEach(values, *root, "datasources", {},
            [&](const yaml::Node& item) { ReadEntry(values, item); });
  }

  template <typename Body>
  void ForEach(FileValues& values, const yaml::Node& root, std::string_view key,
               std::string_view other, const Body& body) {
    const yaml::Node* list = FileValues::Find(root, key, other);
    if (list == nullptr || list->is_null()) return;
    if (!list->is_sequence()) {
      problems_.Add(values.file(), list->line, fmt::format("{} must be a list", key));
      return;
    }
    for (const yaml::Node& item : list->items) {
      if (item.is_mapping()) {
        body(item);
      } else {
        problems_.Add(values.file(), item.line, fmt::format("an item of {} has no keys", key));
      }
    }
  }

  void ReadEntry(FileValues& values, const yaml::Node& node) {
    values.ReportUnknownKeys(node, kEntryKeys);
    size_t wrong_before = problems_.size();
    Entry entry;
    entry.file = values.file();
    entry.line = node.line;
    for (const yaml::Entry& e : node.entries) entry.given.insert(e.key);
    ReadFields(values, node, entry.source);
    ReadSecrets(values, node, entry.source);
    if (problems_.size() != wrong_before) {
      found_.incomplete = true;
      return;
    }
    if (TrimSpace(entry.source.name).empty()) {
      problems_.Add(entry.file, entry.line, "a data source has no name");
      return;
    }
    if (values.IntAt(node, "orgId", "org_id", 1) > 1) {
      problems_.Add(entry.file, entry.line,
                    fmt::format("data source {} is for another organisation: there is one here",
                                GoQuote(entry.source.name)));
      return;
    }
    found_.entries.push_back(std::move(entry));
  }

  void ReadFields(FileValues& values, const yaml::Node& node, DataSource& s) {
    s.name = values.TextAt(node, "name");
    s.uid = values.TextAt(node, "uid");
    s.type = values.TextAt(node, "type");
    s.access = values.TextAt(node, "access");
    s.url = values.TextAt(node, "url");
    s.user = values.TextAt(node, "user");
    s.database = values.TextAt(node, "database");
    s.basic_auth = values.BoolAt(node, "basicAuth", "basic_auth", false);
    s.basic_auth_user = values.TextAt(node, "basicAuthUser", "basic_auth_user");
    s.with_credentials = values.BoolAt(node, "withCredentials", "with_credentials", false);
    s.is_default = values.BoolAt(node, "isDefault", "is_default", false);
    s.read_only = !values.BoolAt(node, "editable", {}, false);
    s.json_data = Json::OfObject({});
    const yaml::Node* settings = FileValues::Find(node, "jsonData", "json_data");
    if (settings == nullptr || settings->is_null()) return;
    if (settings->is_mapping()) {
      s.json_data = values.ToJson(*settings);
    } else {
      problems_.Add(values.file(), settings->line, "jsonData must hold keys");
    }
  }

  void ReadSecrets(FileValues& values, const yaml::Node& node, DataSource& s) {
    for (const auto& [key, other, secret] :
         {std::tuple("password", "", "password"),
          std::tuple("basicAuthPassword", "basic_auth_password", "basicAuthPassword")}) {
      std::string text = values.TextAt(node, key, other);
      if (!text.empty()) s.secure[secret] = Secret(std::move(text));
    }
    const yaml::Node* secure = FileValues::Find(node, "secureJsonData", "secure_json_data");
    if (secure == nullptr || secure->is_null()) return;
    if (!secure->is_mapping()) {
      problems_.Add(values.file(), secure->line, "secureJsonData must hold keys");
      return;
    }
    for (const yaml::Entry& entry : secure->entries) {
      std::string text = values.Text(entry.value);
      if (!text.empty()) s.secure[entry.key] = Secret(std::move(text));
    }
  }

  const ProvisioningDependencies& dependencies_;
  ProblemList& problems_;
  Found found_;
};

// What the fragment gives, put over `base`.
DataSource Complete(const DataSource& base, const Entry& fragment) {
  DataSource whole = base;
  const DataSource& s = fragment.source;
  auto given = [&](const char* key, const char* other = "") {
    return fragment.Has(key) || fragment.Has(other);
  };
  if (given("uid")) whole.uid = s.uid;
  if (given("user")) whole.user = s.user;
  if (given("database")) whole.database = s.database;
  if (given("basicAuth", "basic_auth")) whole.basic_auth = s.basic_auth;
  if (given("basicAuthUser", "basic_auth_user")) whole.basic_auth_user = s.basic_auth_user;
  if (given("withCredentials", "with_credentials")) whole.with_credentials = s.with_credentials;
  if (given("isDefault", "is_default")) whole.is_default = s.is_default;
  if (given("editable")) whole.read_only = s.read_only;
  for (const Json::Member& member : *s.json_data.AsObject()) {
    whole.json_data.Set(member.name, member.value);
  }
  for (const auto& [name, secret] : s.secure) whole.secure[name] = secret;
  return whole;
}

bool SameSettings(const DataSource& a, const DataSource& b) {
  return a.name == b.name && a.type == b.type && a.url == b.url && a.user == b.user &&
         a.database == b.database && a.basic_auth == b.basic_auth &&
         a.basic_auth_user == b.basic_auth_user && a.with_credentials == b.with_credentials &&
         a.is_default == b.is_default && a.read_only == b.read_only &&
         a.provisioned == b.provisioned && a.json_data == b.json_data && a.secure == b.secure &&
         (a.uid.empty() || b.uid.empty() || a.uid == b.uid);
}

class SourceApplier {
 public:
  SourceApplier(DataSources& sources, ProblemList& problems)
      : sources_(sources), problems_(problems) {}

  void Apply(Found found) {
    std::vector<Entry> whole = Merge(std::move(found.entries));
    KeepOneDefault(whole);
    std::set<std::string> names;
    for (const Entry& entry : whole) names.insert(entry.source.name);
    for (const std::string& name : found.deleted) {
      // One that is deleted and described means the description.
      if (!names.contains(name)) Delete(name);
    }
    for (const Entry& entry : whole) Put(entry);
    if (found.prune) Prune(names, found.incomplete);
  }

 private:
  // Whole entries, one of each name: later files hold, and fragments are put over them.
  std::vector<Entry> Merge(std::vector<Entry> entries) {
    std::vector<Entry> whole;
    auto named = [&](const std::string& name) {
      return std::find_if(whole.begin(), whole.end(),
                          [&](const Entry& e) { return e.source.name == name; });
    };
    for (Entry& entry : entries) {
      if (entry.IsFragment()) continue;
      if (entry.source.type.empty()) entry.source.type = "prometheus";
      auto known = named(entry.source.name);
      if (known == whole.end()) {
        whole.push_back(entry);
      } else {
        problems_.Add(known->file, known->line,
                      fmt::format("data source {} is described again in {}, which holds",
                                  GoQuote(entry.source.name), entry.file));
        *known = entry;
      }
    }
    for (Entry& entry : entries) {
      if (!entry.IsFragment()) continue;
      auto known = named(entry.source.name);
      DataSourcePtr stored = sources_.ByName(entry.source.name);
      if (known != whole.end()) {
        known->source = Complete(known->source, entry);
      } else if (stored != nullptr) {
        entry.source = Complete(*stored, entry);
        whole.push_back(std::move(entry));
      } else {
        problems_.Add(entry.file, entry.line,
                      fmt::format("data source {} has neither type nor url, and there is none of "
                                  "this name that it could complete",
                                  GoQuote(entry.source.name)));
      }
    }
    return whole;
  }

  void KeepOneDefault(std::vector<Entry>& entries) {
    const Entry* first = nullptr;
    for (Entry& entry : entries) {
      if (!entry.source.is_default) continue;
      if (first == nullptr) {
        first = &entry;
        continue;
      }
      entry.source.is_default = false;
      problems_.Add(entry.file, entry.line,
                    fmt::format("only one data source is the default: {} is it already, so {} is "
                                "not",
                                GoQuote(first->source.name), GoQuote(entry.source.name)));
    }
  }

  void Put(const Entry& entry) {
    DataSource wanted = entry.source;
    wanted.provisioned = true;
    DataSourcePtr stored = wanted.uid.empty() ? nullptr : sources_.ByUid(wanted.uid);
    if (stored == nullptr) stored = sources_.ByName(wanted.name);
    if (stored != nullptr && SameSettings(wanted, *stored)) return;
    Result<DataSourcePtr> put = sources_.PutProvisioned(std::move(wanted));
    if (!put.ok()) {
      problems_.Add(
          entry.file, entry.line,
          fmt::format("data source {}: {}", GoQuote(entry.source.name), put.error().message()));
    }
  }

  void Delete(const std::string& name) {
    Result<void> deleted = sources_.DeleteProvisioned(name);
    if (!deleted.ok() && deleted.error().code() != ErrorCode::kNotFound) {
      problems_.Add("", 0,
                    fmt::format("data source {} cannot be deleted: {}", GoQuote(name),
                                deleted.error().message()));
    }
  }

  void Prune(const std::set<std::string>& names, bool incomplete) {
    for (const DataSourcePtr& source : sources_.All()) {
      if (!source->provisioned || names.contains(source->name)) continue;
      if (incomplete) {
        problems_.Add("", 0,
                      fmt::format("data source {} is not pruned while a file is wrong",
                                  GoQuote(source->name)));
      } else {
        Delete(source->name);
      }
    }
  }

  DataSources& sources_;
  ProblemList& problems_;
};

}  // namespace

void ApplySourceFiles(const ProvisioningDependencies& dependencies, const std::string& directory,
                      ProblemList& problems) {
  SourceReader reader(dependencies, problems);
  Found found = reader.ReadAll(directory);
  SourceApplier(*dependencies.sources, problems).Apply(std::move(found));
}

}  // namespace watchfire::grafana
