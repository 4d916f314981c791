#include "grafana/provisioning/dashboard_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "base/hash.h"
#include "base/text.h"

namespace watchfire::grafana {
namespace {

namespace fs = std::filesystem;
using codec::Json;

constexpr size_t kMaxFiles = 5'000;
constexpr int kMaxDepth = 16;

// A file of a provider, with the folders between its root and it.
struct WalkedFile {
  std::string path;  // of the link, if it is one
  std::vector<std::string> folders;
};

// Every *.json below a root, in the order of names.
class Walk {
 public:
  Walk(FileSystem& files, ProblemList& problems) : files_(files), problems_(problems) {}

  // nullopt: the root cannot be read.
  std::optional<std::vector<WalkedFile>> Below(const DashboardProvider& provider) {
    std::error_code error;
    fs::file_status status = fs::status(provider.path, error);
    if (fs::is_regular_file(status)) {
      found_.push_back({provider.path, {}});
    } else if (fs::is_directory(status)) {
      Enter(provider.path, {}, 0);
    } else {
      problems_.Add(provider.file, provider.line,
                    fmt::format("{}: there is no such directory", provider.path));
      return std::nullopt;
    }
    return std::move(found_);
  }

 private:
  void Enter(const std::string& directory, const std::vector<std::string>& folders, int depth) {
    std::error_code error;
    std::string real = fs::canonical(directory, error).string();
    // A link can lead back to where we come from.
    if (error || !entered_.insert(real).second) return;
    Result<std::vector<DirEntry>> entries = files_.ListDirectory(directory);
    if (!entries.ok()) {
      problems_.Add(directory, 0, entries.error().message());
      return;
    }
    for (const DirEntry& entry : *entries) {
      std::string path = JoinPath(directory, entry.name);
      if (entry.is_directory) {
        if (entry.name.starts_with('.')) continue;
        if (depth + 1 >= kMaxDepth) {
          problems_.Add(path, 0, fmt::format("lies deeper than {} directories", kMaxDepth));
          continue;
        }
        std::vector<std::string> inner = folders;
        inner.push_back(entry.name);
        Enter(path, inner, depth + 1);
      } else if (entry.name.ends_with(".json")) {
        Take(path, folders);
      }
    }
  }

  void Take(const std::string& path, const std::vector<std::string>& folders) {
    if (found_.size() < kMaxFiles) {
      found_.push_back({path, folders});
    } else if (!full_) {
      full_ = true;
      problems_.Add(path, 0, fmt::format("more than {} files: the rest is left out", kMaxFiles));
    }
  }

  FileSystem& files_;
  ProblemList& problems_;
  std::vector<WalkedFile> found_;
  std::set<std::string> entered_;
  bool full_ = false;
};

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

std::string FolderPath(const std::vector<std::string>& titles) {
  std::vector<std::string> escaped;
  for (const std::string& title : titles) escaped.push_back(ReplaceAll(title, "/", "\\/"));
  return Join(escaped, "/");
}

std::string HexOf(uint64_t number) {
  return fmt::format("{:016x}", number);
}

// What a pass knows of all providers.
struct Claims {
  std::map<std::string, std::string> file_of_uid;
  std::map<std::pair<std::string, std::string>, std::string> file_of_title;  // folder, title
  std::map<std::string, DashboardMeta> stored;                               // by uid
  // Records whose file is gone or became another dashboard: the uid, and whether it stays.
  std::vector<std::pair<std::string, bool>> orphans;
  std::set<std::string> files;
};

// One provider's part of a pass.
class ProviderPass {
 public:
  ProviderPass(const ProvisioningDependencies& dependencies, const DashboardProvider& provider,
               Claims& claims, ProblemList& problems)
      : dependencies_(dependencies), provider_(provider), claims_(claims), problems_(problems) {}

  void Run() {
    Result<std::vector<Dashboards::ProvisionedFile>> records =
        dependencies_.dashboards->Provisioned(provider_.name);
    if (!records.ok()) {
      problems_.Add(provider_.file, provider_.line, records.error().message());
      return;
    }
    for (const Dashboards::ProvisionedFile& record : *records) records_[record.file] = record;
    Walk walk(*dependencies_.files, problems_);
    std::optional<std::vector<WalkedFile>> files = walk.Below(provider_);
    if (!files.has_value()) {
      // A volume that is not mounted yet is no reason to delete.
      for (const auto& [file, record] : records_) claims_.file_of_uid.emplace(record.uid, file);
      return;
    }
    std::set<std::string> present;
    for (const WalkedFile& file : *files) {
      present.insert(file.path);
      Visit(file);
    }
    for (const auto& [file, record] : records_) {
      if (present.contains(file)) continue;
      claims_.orphans.emplace_back(record.uid, provider_.disable_deletion);
    }
    claims_.files.merge(present);
  }

 private:
  const Dashboards::ProvisionedFile* RecordOf(const WalkedFile& file) const {
    auto found = records_.find(file.path);
    return found == records_.end() ? nullptr : &found->second;
  }

  void Visit(const WalkedFile& file) {
    const Dashboards::ProvisionedFile* record = RecordOf(file);
    Result<std::string> text = ReadRegularFile(*dependencies_.files, file.path);
    if (!text.ok()) {
      problems_.Add(file.path, 0, text.error().message());
      KeepOld(record);
      return;
    }
    std::string checksum = ChecksumOf(*text, file);
    if (record != nullptr && record->checksum == checksum) {
      auto stored = claims_.stored.find(record->uid);
      if (stored != claims_.stored.end() && stored->second.file == file.path) {
        Claim(file, record->uid, stored->second.folder_uid, stored->second.title);
        return;
      }
    }
    Result<Json> model = ReadModel(*text);
    if (!model.ok()) {
      problems_.AddUnplaced(file.path, model.error().message());
      KeepOld(record);
      return;
    }
    Apply(file, *std::move(model), checksum, record);
  }

  // What a damaged file said before goes on.
  void KeepOld(const Dashboards::ProvisionedFile* record) {
    if (record != nullptr) claims_.file_of_uid.emplace(record->uid, record->file);
  }

  // Of everything that makes the stored dashboard what it is.
  std::string ChecksumOf(const std::string& text, const WalkedFile& file) {
    std::string with = fmt::format("{}\n{}\n{}\n", FolderOf(file), provider_.folder_uid,
                                   provider_.allow_ui_updates);
    if (text.find("__inputs") != std::string::npos) with += DefaultSource();
    return HexOf(Hash(text)) + HexOf(Hash(with));
  }

  std::string DefaultSource() const {
    DataSourcePtr source =
        dependencies_.sources == nullptr ? nullptr : dependencies_.sources->Default();
    return source == nullptr ? "" : source->uid;
  }

  Result<Json> ReadModel(const std::string& text) const {
    Json document = TRY(Json::Parse(text));
    Json model = TRY(Unwrap(std::move(document)));
    ResolveInputs(model, {}, DefaultSource());
    if (TrimSpace(StringAt(model, "title")).empty()) {
      return Error::Invalid("Dashboard title cannot be empty");
    }
    return model;
  }

  // The path of folders that the file belongs into, as EnsureFolder takes it.
  std::string FolderOf(const WalkedFile& file) const {
    if (provider_.folders_from_files) return FolderPath(file.folders);
    if (provider_.folder == "General" && provider_.folder_uid.empty()) return "";
    if (provider_.folder.empty()) return provider_.folder_uid;
    return FolderPath({provider_.folder});
  }

  Result<std::string> EnsureFolderOf(const WalkedFile& file) {
    std::string path = FolderOf(file);
    if (path.empty()) return std::string();
    auto known = folders_.find(path);
    if (known != folders_.end()) return known->second;
    Folder folder = TRY(dependencies_.dashboards->EnsureFolder(path, provider_.folder_uid, true));
    folders_[path] = folder.uid;
    return folder.uid;
  }

  // False: another file was first, which is reported.
  bool Claim(const WalkedFile& file, const std::string& uid, const std::string& folder,
             const std::string& title) {
    if (!uid.empty()) {
      auto [claimed, is_new] = claims_.file_of_uid.emplace(uid, file.path);
      if (!is_new && claimed->second != file.path) {
        problems_.Add(file.path, 0,
                      fmt::format("the uid {} is that of {} too, which holds", GoQuote(uid),
                                  claimed->second));
        return false;
      }
    }
    auto [claimed, is_new] = claims_.file_of_title.emplace(std::pair(folder, title), file.path);
    if (is_new || claimed->second == file.path) return true;
    problems_.Add(file.path, 0,
                  fmt::format("the title {} in this folder is that of {} too, which holds",
                              GoQuote(title), claimed->second));
    return false;
  }

  void Apply(const WalkedFile& file, Json model, const std::string& checksum,
             const Dashboards::ProvisionedFile* record) {
    Result<std::string> folder = EnsureFolderOf(file);
    if (!folder.ok()) {
      problems_.Add(file.path, 0, fmt::format("its folder: {}", folder.error().message()));
      return KeepOld(record);
    }
    std::string uid(TrimSpace(StringAt(model, "uid")));
    if (uid.empty() && record != nullptr) uid = record->uid;
    if (!Claim(file, uid, *folder, StringAt(model, "title"))) return;
    SaveRequest request;
    request.dashboard = std::move(model);
    request.folder_uid = *folder;
    request.message = fmt::format("provisioned from {}", BaseName(file.path));
    request.overwrite = true;
    request.provider = provider_.name;
    request.file = file.path;
    request.checksum = checksum;
    request.allow_ui_updates = provider_.allow_ui_updates;
    std::variant<DashboardMeta, SaveError> saved =
        dependencies_.dashboards->Save(std::move(request));
    if (const auto* refused = std::get_if<SaveError>(&saved)) {
      problems_.Add(file.path, 0, refused->message);
      return KeepOld(record);
    }
    const auto& meta = std::get<DashboardMeta>(saved);
    claims_.file_of_uid.emplace(meta.uid, file.path);
    if (record != nullptr && record->uid != meta.uid)
      claims_.orphans.emplace_back(record->uid, false);
  }

  const ProvisioningDependencies& dependencies_;
  const DashboardProvider& provider_;
  Claims& claims_;
  ProblemList& problems_;
  std::map<std::string, Dashboards::ProvisionedFile> records_;  // by file
  std::map<std::string, std::string> folders_;                  // path to uid
};

// Dashboards of providers that are no more.
void CollectForgotten(Dashboards& dashboards, const ProviderFiles& wanted, Claims& claims) {
  Result<std::vector<std::string>> names = dashboards.Providers();
  if (!names.ok() || wanted.incomplete) return;
  for (const std::string& name : *names) {
    bool lives = std::any_of(wanted.providers.begin(), wanted.providers.end(),
                             [&](const DashboardProvider& p) { return p.name == name; });
    if (lives) continue;
    Result<std::vector<Dashboards::ProvisionedFile>> records = dashboards.Provisioned(name);
    if (!records.ok()) continue;
    for (const Dashboards::ProvisionedFile& record : *records) {
      claims.orphans.emplace_back(record.uid, false);
    }
  }
}

void WritePretty(const Json& value, int depth, std::string& out);

// As people write JSON: `<` and `>` of queries stay.
void WritePlainString(std::string_view text, std::string& out) {
  std::string escaped;
  codec::AppendJsonString(escaped, text);
  for (const auto& [from, to] :
       {std::pair("\\u003c", "<"), std::pair("\\u003e", ">"), std::pair("\\u0026", "&")}) {
    // An escaped backslash before "u003c" is text that only looks like it.
    for (size_t at = escaped.find(from); at != std::string::npos; at = escaped.find(from, at + 1)) {
      size_t slashes = 0;
      while (slashes < at && escaped[at - 1 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) escaped.replace(at, 6, to);
    }
  }
  out += escaped;
}

template <typename List, typename WriteItem>
void WriteList(const List& list, char open, char close, int depth, std::string& out,
               const WriteItem& write) {
  out += open;
  for (size_t i = 0; i < list.size(); ++i) {
    out += i == 0 ? "\n" : ",\n";
    out.append(static_cast<size_t>(2 * (depth + 1)), ' ');
    write(list[i]);
  }
  if (!list.empty()) {
    out += '\n';
    out.append(static_cast<size_t>(2 * depth), ' ');
  }
  out += close;
}

void WritePretty(const Json& value, int depth, std::string& out) {
  if (const Json::Object* object = value.AsObject()) {
    WriteList(*object, '{', '}', depth, out, [&](const Json::Member& member) {
      WritePlainString(member.name, out);
      out += ": ";
      WritePretty(member.value, depth + 1, out);
    });
  } else if (const Json::Array* array = value.AsArray()) {
    WriteList(*array, '[', ']', depth, out,
              [&](const Json& item) { WritePretty(item, depth + 1, out); });
  } else if (const std::string* text = value.AsString()) {
    WritePlainString(*text, out);
  } else {
    out += value.ToString();
  }
}

}  // namespace

std::set<std::string> ApplyDashboardFiles(const ProvisioningDependencies& dependencies,
                                          const ProviderFiles& wanted, ProblemList& problems) {
  Dashboards& dashboards = *dependencies.dashboards;
  Claims claims;
  Result<std::vector<DashboardMeta>> stored = dashboards.All();
  if (!stored.ok()) {
    problems.Add("", 0, stored.error().message());
    return {};
  }
  for (DashboardMeta& meta : *stored) {
    std::string uid = meta.uid;
    claims.stored.emplace(std::move(uid), std::move(meta));
  }
  for (const DashboardProvider& provider : wanted.providers) {
    ProviderPass(dependencies, provider, claims, problems).Run();
  }
  CollectForgotten(dashboards, wanted, claims);
  for (const auto& [uid, stays] : claims.orphans) {
    if (claims.file_of_uid.contains(uid)) continue;
    Result<void> done = stays ? dashboards.Release(uid) : dashboards.DeleteProvisioned(uid);
    if (!done.ok() && done.error().code() != ErrorCode::kNotFound) {
      problems.Add("", 0, fmt::format("dashboard {}: {}", uid, done.error().message()));
    }
  }
  return std::move(claims.files);
}

Json InOrderOf(Json value, const Json& like) {
  if (Json::Array* items = value.AsArray()) {
    const Json::Array* others = like.AsArray();
    for (size_t i = 0; others != nullptr && i < std::min(items->size(), others->size()); ++i) {
      (*items)[i] = InOrderOf(std::move((*items)[i]), (*others)[i]);
    }
    return value;
  }
  Json::Object* members = value.AsObject();
  const Json::Object* order = like.AsObject();
  if (members == nullptr || order == nullptr) return value;
  Json::Object sorted;
  for (const Json::Member& other : *order) {
    auto found = std::find_if(members->begin(), members->end(),
                              [&](const Json::Member& m) { return m.name == other.name; });
    if (found == members->end()) continue;
    sorted.push_back({other.name, InOrderOf(std::move(found->value), other.value)});
    members->erase(found);
  }
  for (Json::Member& rest : *members) sorted.push_back(std::move(rest));
  return Json::OfObject(std::move(sorted));
}

std::string PrettyJson(const Json& value) {
  std::string out;
  WritePretty(value, 0, out);
  out += '\n';
  return out;
}

}  // namespace watchfire::grafana
