#include <algorithm>

#include "base/text.h"
#include "grafana/dashboards/dashboard_rows.h"
#include "grafana/dashboards/records.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using store::IntOf;
using store::TextOf;

constexpr size_t kMaxName = 100;
constexpr size_t kMaxModelBytes = 1 << 20;
constexpr int64_t kMaxElements = 10'000;
constexpr size_t kMaxPermissions = 200;

constexpr std::string_view kElementColumns =
    "id, uid, folder_uid, name, kind, type, description, model, version, created, updated, "
    "created_by, updated_by";

Result<LibraryElement> ElementOfRow(const store::Row& row) {
  LibraryElement e;
  e.id = IntOf(row[0]);
  e.uid = TextOf(row[1]);
  e.folder_uid = TextOf(row[2]);
  e.name = TextOf(row[3]);
  e.kind = IntOf(row[4]);
  e.type = TextOf(row[5]);
  e.description = TextOf(row[6]);
  Result<Json> model = Json::Parse(TextOf(row[7]));
  if (!model.ok()) return Error::Corrupt("library element {} is damaged", e.uid);
  e.model = *std::move(model);
  e.version = IntOf(row[8]);
  e.created = IntOf(row[9]);
  e.updated = IntOf(row[10]);
  e.created_by = TextOf(row[11]);
  e.updated_by = TextOf(row[12]);
  return e;
}

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

int64_t IntAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr ? 0 : value->AsInt().value_or(0);
}

// Also takes type and description from the model, where panels have them.
Result<std::string> CheckElement(LibraryElement& e) {
  if (TrimSpace(e.name).empty()) return Error::Invalid("element name cannot be empty");
  if (e.name.size() > kMaxName) return Error::Invalid("element name is longer than {}", kMaxName);
  if (e.model.AsObject() == nullptr) return Error::Invalid("element model must be an object");
  TRY(CheckUid(e.uid));
  e.type = StringAt(e.model, "type");
  e.description = StringAt(e.model, "description");
  std::string model = e.model.ToString();
  if (model.size() > kMaxModelBytes) {
    return Error::Invalid("element model is larger than {} bytes", kMaxModelBytes);
  }
  return model;
}

Error NameTaken(const Error& error) {
  if (error.code() != ErrorCode::kExists) return error;
  return Error::Exists("library element with that name or UID already exists");
}

PublicDashboard PublicOfRow(const store::Row& row) {
  PublicDashboard p;
  p.uid = TextOf(row[0]);
  p.dashboard_uid = TextOf(row[1]);
  p.access_token = TextOf(row[2]);
  p.enabled = IntOf(row[3]) != 0;
  p.annotations_enabled = IntOf(row[4]) != 0;
  p.time_selection_enabled = IntOf(row[5]) != 0;
  p.share = TextOf(row[6]);
  p.created = IntOf(row[7]);
  p.updated = IntOf(row[8]);
  p.created_by = TextOf(row[9]);
  p.updated_by = TextOf(row[10]);
  return p;
}

Result<PublicDashboard> OnePublic(store::Database& database, std::string_view where,
                                  std::string_view value) {
  store::Rows rows = TRY(database.Read(
      fmt::format("SELECT * FROM public_dashboards WHERE {}", where), {std::string(value)}));
  if (rows.empty()) return Error::NotFound("Public dashboard not found");
  return PublicOfRow(rows[0]);
}

}  // namespace

Result<LibraryElement> LibraryElements::Create(LibraryElement element) {
  std::string model = TRY(CheckElement(element));
  if (element.uid.empty()) element.uid = NewUid();
  TimeMs now = clock_->Now();
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows = TRY(c.Query("SELECT count(*) FROM library_elements"));
    if (IntOf(rows[0][0]) >= kMaxElements) {
      return Error::Limit("there are {} library elements already", kMaxElements);
    }
    return c.Run(
        "INSERT INTO library_elements (uid, folder_uid, name, kind, type, description, "
        "model, version, created, updated, created_by, updated_by) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)",
        {element.uid, element.folder_uid, element.name, element.kind, element.type,
         element.description, model, now, now, element.created_by, element.created_by});
  });
  if (!done.ok()) return NameTaken(done.error());
  return Find(element.uid);
}

Result<LibraryElement> LibraryElements::Update(LibraryElement element) {
  std::string model = TRY(CheckElement(element));
  LibraryElement stored = TRY(Find(element.uid));
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.Run("UPDATE library_elements SET folder_uid = ?, name = ?, type = ?, description = ?, "
              "model = ?, version = version + 1, updated = ?, updated_by = ? "
              "WHERE uid = ? AND version = ?",
              {element.folder_uid, element.name, element.type, element.description, model,
               clock_->Now(), element.updated_by, element.uid, element.version}));
    if (c.changes() == 0) return Error(ErrorCode::kInvalid, std::string(kVersionMismatch));
    return {};
  });
  if (!done.ok()) return NameTaken(done.error());
  return Find(element.uid);
}

Result<void> LibraryElements::Delete(std::string_view uid) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM library_elements WHERE uid = ?", {std::string(uid)}));
    return c.changes() == 0 ? Error::NotFound("library element could not be found")
                            : Result<void>();
  });
}

Result<LibraryElement> LibraryElements::Find(std::string_view uid) const {
  store::Rows rows = TRY(
      database_->Read(fmt::format("SELECT {} FROM library_elements WHERE uid = ?", kElementColumns),
                      {std::string(uid)}));
  if (rows.empty()) return Error::NotFound("library element could not be found");
  return ElementOfRow(rows[0]);
}

Result<std::vector<LibraryElement>> LibraryElements::All() const {
  store::Rows rows = TRY(database_->Read(
      fmt::format("SELECT {} FROM library_elements ORDER BY lower(name), id", kElementColumns)));
  std::vector<LibraryElement> all;
  for (const store::Row& row : rows) all.push_back(TRY(ElementOfRow(row)));
  return all;
}

Result<PublicDashboard> PublicDashboards::Create(PublicDashboard wanted) {
  TRY(CheckUid(wanted.uid));
  if (wanted.uid.empty()) wanted.uid = NewUid();
  // As long as Grafana's: 128 bits in hex.
  wanted.access_token = secrets::HashToken(secrets::RandomBytes(32)).substr(0, 32);
  wanted.created = wanted.updated = clock_->Now();
  Result<void> done = database_->Write([&](store::Connection& c) {
    return c.Run(
        "INSERT INTO public_dashboards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {wanted.uid, wanted.dashboard_uid, wanted.access_token, int64_t{wanted.enabled},
         int64_t{wanted.annotations_enabled}, int64_t{wanted.time_selection_enabled}, wanted.share,
         wanted.created, wanted.updated, wanted.created_by, wanted.updated_by});
  });
  if (!done.ok() && done.error().code() == ErrorCode::kExists) {
    return Error::Exists("Dashboard is already public");
  }
  if (!done.ok()) return done.error();
  return wanted;
}

Result<PublicDashboard> PublicDashboards::Update(const PublicDashboard& changed) {
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(
        c.Run("UPDATE public_dashboards SET enabled = ?, annotations_enabled = ?, "
              "time_selection_enabled = ?, share = ?, updated = ?, updated_by = ? WHERE uid = ?",
              {int64_t{changed.enabled}, int64_t{changed.annotations_enabled},
               int64_t{changed.time_selection_enabled}, changed.share, clock_->Now(),
               changed.updated_by, changed.uid}));
    return c.changes() == 0 ? Error::NotFound("Public dashboard not found") : Result<void>();
  });
  if (!done.ok()) return done.error();
  return OnePublic(*database_, "uid = ?", changed.uid);
}

Result<void> PublicDashboards::Delete(std::string_view uid) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM public_dashboards WHERE uid = ?", {std::string(uid)}));
    return c.changes() == 0 ? Error::NotFound("Public dashboard not found") : Result<void>();
  });
}

Result<PublicDashboard> PublicDashboards::OfDashboard(std::string_view dashboard_uid) const {
  return OnePublic(*database_, "dashboard_uid = ?", dashboard_uid);
}

Result<PublicDashboard> PublicDashboards::OfToken(std::string_view access_token) const {
  return OnePublic(*database_, "enabled = 1 AND access_token = ?", access_token);
}

Result<std::vector<PublicDashboard>> PublicDashboards::All() const {
  store::Rows rows = TRY(database_->Read("SELECT * FROM public_dashboards ORDER BY created, uid"));
  std::vector<PublicDashboard> all;
  for (const store::Row& row : rows) all.push_back(PublicOfRow(row));
  return all;
}

Result<std::optional<std::vector<Permission>>> Permissions::Get(bool folder,
                                                                std::string_view uid) const {
  using Items = std::optional<std::vector<Permission>>;
  store::Rows rows =
      TRY(database_->Read("SELECT items FROM permissions WHERE folder = ? AND uid = ?",
                          {int64_t{folder}, std::string(uid)}));
  if (rows.empty()) return Items();
  Json parsed = TRY(Json::Parse(TextOf(rows[0][0])));
  std::vector<Permission> items;
  const Json::Array* list = parsed.AsArray();
  for (const Json& item : list == nullptr ? Json::Array{} : *list) {
    items.push_back({StringAt(item, "role"), IntAt(item, "userId"), StringAt(item, "login"),
                     IntAt(item, "permission")});
  }
  return Items(std::move(items));
}

Result<void> Permissions::Set(bool folder, std::string_view uid,
                              const std::vector<Permission>& items) {
  if (items.size() > kMaxPermissions) {
    return Error::Invalid("more than {} permissions", kMaxPermissions);
  }
  codec::JsonWriter json;
  json.BeginArray();
  for (const Permission& item : items) {
    if (item.permission != 1 && item.permission != 2 && item.permission != 4) {
      return Error::Invalid("a permission is 1 (view), 2 (edit) or 4 (admin), not {}",
                            item.permission);
    }
    json.BeginObject().Field("role", item.role).Field("userId", item.user_id);
    json.Field("login", item.login).Field("permission", item.permission).EndObject();
  }
  json.EndArray();
  return database_->Write([&](store::Connection& c) {
    if (items.empty()) {
      return c.Run("DELETE FROM permissions WHERE folder = ? AND uid = ?",
                   {int64_t{folder}, std::string(uid)});
    }
    return c.Run("INSERT OR REPLACE INTO permissions VALUES (?, ?, ?)",
                 {int64_t{folder}, std::string(uid), json.out()});
  });
}

Result<bool> Permissions::Any() const {
  store::Rows rows = TRY(database_->Read("SELECT EXISTS (SELECT 1 FROM permissions)"));
  return IntOf(rows[0][0]) != 0;
}

}  // namespace watchfire::grafana
