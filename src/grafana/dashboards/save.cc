#include <algorithm>
#include <set>

#include "base/text.h"
#include "codec/compress.h"
#include "grafana/dashboards/impl.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using store::IntOf;

constexpr size_t kMaxTags = 100;
constexpr size_t kMaxTag = 200;
constexpr size_t kMaxTitle = 1'000;
constexpr size_t kMaxMessage = 1'000;
constexpr size_t kMaxLibraryElements = 1'000;
constexpr int64_t kMaxDashboards = 50'000;

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

int64_t IntAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? 0 : value->AsInt().value_or(0);
}

std::vector<std::string> TagsOf(const Json& dashboard) {
  std::vector<std::string> tags;
  const Json* value = dashboard.Find("tags");
  const Json::Array* list = value == nullptr ? nullptr : value->AsArray();
  if (list == nullptr) return tags;
  for (const Json& tag : *list) {
    if (tag.AsString() == nullptr) continue;
    std::string text(TrimSpace(*tag.AsString()));
    bool known = std::find(tags.begin(), tags.end(), text) != tags.end();
    if (!text.empty() && text.size() <= kMaxTag && !known) tags.push_back(std::move(text));
    if (tags.size() == kMaxTags) break;
  }
  return tags;
}

// Panels lie in lists of panels, those of collapsed rows in the rows.
void CollectLibraryElements(const Json& holder, std::set<std::string>& uids, int depth = 0) {
  const Json* panels = holder.Find("panels");
  if (panels == nullptr || panels->AsArray() == nullptr || depth > 2) return;
  for (const Json& panel : *panels->AsArray()) {
    const Json* element = panel.Find("libraryPanel");
    if (element != nullptr && uids.size() < kMaxLibraryElements) {
      std::string uid = StringAt(*element, "uid");
      if (!uid.empty()) uids.insert(std::move(uid));
    }
    CollectLibraryElements(panel, uids, depth + 1);
  }
}

// One save, within its transaction. What is refused is kept in `refused`, and the transaction is
// rolled back by an error that nobody sees.
class Saver {
 public:
  Saver(SaveRequest request, TimeMs now, int64_t versions_to_keep)
      : request_(std::move(request)), now_(now), versions_to_keep_(versions_to_keep) {}

  Result<void> Run(store::Connection& c) {
    TRY(ReadModel());
    TRY(FindExisting(c));
    if (known_ && meta_.deleted == 0) TRY(CheckExisting());
    TRY(ChooseFolder(c));
    TRY(WriteRow(c));
    TRY(WriteVersion(c));
    return WriteLibraryElements(c);
  }

  std::optional<SaveError> refused;
  const DashboardMeta& meta() const { return meta_; }

 private:
  Error Refuse(int http_status, std::string status, std::string message) {
    refused = SaveError{http_status, std::move(status), message};
    return Error(ErrorCode::kInvalid, std::move(message));
  }

  bool provisioning() const { return !request_.provider.empty(); }

  Result<void> ReadModel() {
    const Json& model = request_.dashboard;
    if (model.AsObject() == nullptr) return Refuse(400, "", "bad request data");
    title_ = StringAt(model, "title");
    if (TrimSpace(title_).empty()) {
      return Refuse(400, "empty-name", "Dashboard title cannot be empty");
    }
    if (title_.size() > kMaxTitle) {
      return Refuse(400, "", fmt::format("Dashboard title is longer than {} bytes", kMaxTitle));
    }
    uid_ = std::string(TrimSpace(StringAt(model, "uid")));
    Result<void> good = CheckUid(uid_);
    if (!good.ok()) return Refuse(400, "", good.error().message());
    if (request_.message.size() > kMaxMessage) request_.message.resize(kMaxMessage);
    return {};
  }

  Result<bool> Take(store::Connection& c, std::string_view where,
                    std::initializer_list<store::Value> values) {
    store::Rows rows = TRY(c.Query(SelectMetas(where), values));
    if (rows.empty()) return false;
    meta_ = MetaOfRow(rows[0]);
    return true;
  }

  Result<void> FindExisting(store::Connection& c) {
    if (!uid_.empty()) {
      known_ = TRY(Take(c, "WHERE uid = ?", {uid_}));
      return {};
    }
    if (provisioning()) {
      known_ = TRY(Take(c, "WHERE deleted = 0 AND provider = ? AND file = ?",
                        {request_.provider, request_.file}));
      return {};
    }
    int64_t id = IntAt(request_.dashboard, "id");
    if (id > 0) known_ = TRY(Take(c, "WHERE deleted = 0 AND id = ?", {id}));
    // Scripts that send the same model again and again mean the same dashboard.
    if (!known_ && request_.overwrite) {
      known_ = TRY(Take(c, "WHERE deleted = 0 AND folder_uid = ? AND title = ?",
                        {request_.folder_uid, title_}));
    }
    return {};
  }

  Result<void> CheckExisting() {
    if (provisioning()) return {};
    if (!meta_.provider.empty() && !meta_.allow_ui_updates) {
      return Refuse(400, "", "Cannot save provisioned dashboard");
    }
    if (!request_.overwrite && IntAt(request_.dashboard, "version") != meta_.version) {
      return Refuse(412, "version-mismatch", "The dashboard has been changed by someone else");
    }
    return {};
  }

  Result<void> ChooseFolder(store::Connection& c) {
    bool keeps = request_.keep_folder && known_ && meta_.deleted == 0;
    std::string folder = keeps ? meta_.folder_uid : request_.folder_uid;
    if (folder == "general") folder.clear();
    if (!folder.empty() && !FolderByUid(c, folder).ok()) {
      return Refuse(404, "not-found", "folder not found");
    }
    meta_.folder_uid = std::move(folder);
    return {};
  }

  Result<void> WriteRow(store::Connection& c) {
    parent_version_ = known_ ? meta_.version : 0;
    meta_.title = title_;
    meta_.slug = Slug(title_);
    meta_.tags = TagsOf(request_.dashboard);
    meta_.version = parent_version_ + 1;
    meta_.updated = now_;
    meta_.deleted = 0;
    meta_.updated_by = request_.login;
    if (provisioning()) {
      meta_.provider = request_.provider;
      meta_.file = request_.file;
      meta_.allow_ui_updates = request_.allow_ui_updates;
    }
    if (!known_) TRY(InsertRow(c));
    Json& model = request_.dashboard;
    model.Set("id", Json::OfInt(meta_.id));
    model.Set("uid", Json::OfString(meta_.uid));
    model.Set("title", Json::OfString(title_));
    model.Set("version", Json::OfInt(meta_.version));
    json_ = model.ToString();
    if (json_.size() > kMaxDashboardBytes) {
      return Refuse(413, "",
                    fmt::format("the dashboard is too large: {} bytes of at most {}", json_.size(),
                                kMaxDashboardBytes));
    }
    TRY(
        c.Run("UPDATE dashboards SET title = ?, slug = ?, folder_uid = ?, tags = ?, version = ?, "
              "updated = ?, deleted = 0, updated_by = ?, provider = ?, file = ?, "
              "allow_ui_updates = ?, json = ? WHERE id = ?",
              {meta_.title, meta_.slug, meta_.folder_uid, TagsToText(meta_.tags), meta_.version,
               meta_.updated, meta_.updated_by, meta_.provider, meta_.file,
               int64_t{meta_.allow_ui_updates}, json_, meta_.id}));
    if (!provisioning()) return {};
    return c.Run("UPDATE dashboards SET checksum = ? WHERE id = ?", {request_.checksum, meta_.id});
  }

  Result<void> InsertRow(store::Connection& c) {
    store::Rows rows = TRY(c.Query("SELECT count(*) FROM dashboards"));
    if (IntOf(rows[0][0]) >= kMaxDashboards) {
      return Refuse(400, "", fmt::format("there are {} dashboards already", kMaxDashboards));
    }
    meta_.uid = uid_.empty() ? NewUid() : uid_;
    meta_.created = now_;
    meta_.created_by = request_.login;
    TRY(
        c.Run("INSERT INTO dashboards (uid, title, slug, folder_uid, tags, version, created, "
              "updated, deleted, created_by, updated_by, provider, file, checksum, "
              "allow_ui_updates, json) "
              "VALUES (?, '', '', '', '', 0, ?, 0, 0, ?, '', '', '', '', 1, '')",
              {meta_.uid, meta_.created, meta_.created_by}));
    meta_.id = c.last_insert_id();
    return {};
  }

  Result<void> WriteVersion(store::Connection& c) {
    TRY(
        c.Run("INSERT INTO dashboard_versions (dashboard_id, version, parent_version, "
              "restored_from, created, created_by, message, json) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB))",
              {meta_.id, meta_.version, parent_version_, request_.restored_from, now_,
               request_.login, request_.message, codec::ZstdCompress(json_)}));
    return c.Run("DELETE FROM dashboard_versions WHERE dashboard_id = ? AND version <= ?",
                 {meta_.id, meta_.version - std::max<int64_t>(versions_to_keep_, 1)});
  }

  Result<void> WriteLibraryElements(store::Connection& c) {
    std::set<std::string> uids;
    CollectLibraryElements(request_.dashboard, uids);
    TRY(c.Run("DELETE FROM dashboard_library_elements WHERE dashboard_id = ?", {meta_.id}));
    for (const std::string& uid : uids) {
      TRY(c.Run("INSERT INTO dashboard_library_elements VALUES (?, ?)", {meta_.id, uid}));
    }
    return {};
  }

  SaveRequest request_;
  const TimeMs now_;
  const int64_t versions_to_keep_;
  std::string title_, uid_, json_;
  bool known_ = false;
  int64_t parent_version_ = 0;
  DashboardMeta meta_;
};

}  // namespace

std::variant<DashboardMeta, SaveError> Dashboards::Save(SaveRequest request) {
  Saver saver(std::move(request), impl_->Now(), impl_->options.versions_to_keep);
  Result<void> done = impl_->database->Write([&](store::Connection& c) { return saver.Run(c); });
  if (saver.refused.has_value()) return *saver.refused;
  if (!done.ok()) return SaveError{500, "", done.error().message()};
  return saver.meta();
}

}  // namespace watchfire::grafana
