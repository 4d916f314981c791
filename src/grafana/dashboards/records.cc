#include "grafana/dashboards/records.h"

#include <algorithm>

#include "base/text.h"
#include "codec/compress.h"
#include "grafana/dashboards/dashboard_rows.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

using codec::Json;
using store::IntOf;
using store::TextOf;

constexpr size_t kMaxSnapshotBytes = 32 << 20;
constexpr int64_t kMaxSnapshots = 1'000;
constexpr size_t kKeyLength = 32;
constexpr size_t kMinKeyLength = 20;
constexpr size_t kMaxKeyLength = 64;
constexpr size_t kMaxName = 1'000;
constexpr size_t kMaxItems = 1'000;
constexpr int64_t kMaxRecords = 10'000;
constexpr int64_t kMaxShortUrls = 100'000;
constexpr size_t kShortUid = 10;
constexpr size_t kMaxPath = 8'192;

bool IsKey(std::string_view key) {
  return key.size() >= kMinKeyLength && key.size() <= kMaxKeyLength &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string StringAt(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  return value == nullptr || value->AsString() == nullptr ? "" : *value->AsString();
}

Result<void> CheckRoom(store::Connection& c, std::string_view table) {
  store::Rows rows = TRY(c.Query(fmt::format("SELECT count(*) FROM {}", table)));
  if (IntOf(rows[0][0]) >= kMaxRecords) {
    return Error::Limit("there are {} {} already", kMaxRecords, table);
  }
  return {};
}

Snapshot SnapshotOfRow(const store::Row& row) {
  Snapshot s;
  s.id = IntOf(row[0]);
  s.key = TextOf(row[1]);
  s.name = TextOf(row[2]);
  s.login = TextOf(row[3]);
  s.user_id = IntOf(row[4]);
  s.created = s.updated = IntOf(row[5]);
  s.expires = IntOf(row[6]);
  return s;
}

Playlist PlaylistOfRow(const store::Row& row) {
  Playlist p;
  p.id = IntOf(row[0]);
  p.uid = TextOf(row[1]);
  p.name = TextOf(row[2]);
  p.interval = TextOf(row[3]);
  Result<Json> items = Json::Parse(TextOf(row[4]));
  const Json::Array* list = items.ok() ? items->AsArray() : nullptr;
  for (const Json& item : list == nullptr ? Json::Array{} : *list) {
    p.items.push_back({StringAt(item, "type"), StringAt(item, "value"), StringAt(item, "title")});
  }
  return p;
}

std::string ItemsText(const Playlist& playlist) {
  codec::JsonWriter json;
  json.BeginArray();
  for (const PlaylistItem& item : playlist.items) {
    json.BeginObject().Field("type", item.type).Field("value", item.value);
    json.Field("title", item.title).EndObject();
  }
  json.EndArray();
  return json.Take();
}

}  // namespace

Result<Snapshot> Snapshots::Create(Snapshot snapshot) {
  if (snapshot.dashboard.size() > kMaxSnapshotBytes) {
    return Error::Limit("the snapshot is larger than {} bytes", kMaxSnapshotBytes);
  }
  for (std::string* key : {&snapshot.key, &snapshot.delete_key}) {
    if (key->empty()) *key = secrets::RandomText(kKeyLength);
    if (!IsKey(*key)) {
      return Error::Invalid("a snapshot's key is {} to {} letters, digits, dashes or underscores",
                            kMinKeyLength, kMaxKeyLength);
    }
  }
  if (snapshot.name.size() > kMaxName) snapshot.name.resize(kMaxName);
  snapshot.created = snapshot.updated = clock_->Now();
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM snapshots WHERE expires > 0 AND expires <= ?", {clock_->Now()}));
    store::Rows rows = TRY(c.Query("SELECT count(*) FROM snapshots"));
    if (IntOf(rows[0][0]) >= kMaxSnapshots) {
      return Error::Limit("there are {} snapshots already", kMaxSnapshots);
    }
    Result<void> inserted = c.Run(
        "INSERT INTO snapshots (key, delete_key_hash, name, login, user_id, created, expires, "
        "dashboard) VALUES (?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB))",
        {snapshot.key, secrets::HashToken(snapshot.delete_key), snapshot.name, snapshot.login,
         snapshot.user_id, snapshot.created, snapshot.expires,
         codec::ZstdCompress(snapshot.dashboard)});
    if (!inserted.ok() && inserted.error().code() == ErrorCode::kExists) {
      return Error::Exists("a snapshot with this key exists");
    }
    snapshot.id = c.last_insert_id();
    return inserted;
  });
  if (!done.ok()) return done.error();
  return snapshot;
}

Result<Snapshot> Snapshots::Find(std::string_view key) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT id, key, name, login, user_id, created, expires, dashboard FROM snapshots "
      "WHERE key = ? AND (expires = 0 OR expires > ?)",
      {std::string(key), clock_->Now()}));
  if (rows.empty()) return Error::NotFound("Dashboard snapshot not found");
  Snapshot found = SnapshotOfRow(rows[0]);
  Result<std::string> text = codec::ZstdDecompress(TextOf(rows[0][7]), kMaxSnapshotBytes);
  if (!text.ok()) return Error::Corrupt("snapshot {} is damaged", found.id);
  found.dashboard = *std::move(text);
  return found;
}

Result<void> Snapshots::Delete(std::string_view key) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM snapshots WHERE key = ?", {std::string(key)}));
    return c.changes() == 0 ? Error::NotFound("Dashboard snapshot not found") : Result<void>();
  });
}

Result<void> Snapshots::DeleteByDeleteKey(std::string_view delete_key) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM snapshots WHERE delete_key_hash = ?", {secrets::HashToken(delete_key)}));
    return c.changes() == 0 ? Error::NotFound("Dashboard snapshot not found") : Result<void>();
  });
}

Result<std::vector<Snapshot>> Snapshots::List(std::string_view query, size_t limit) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT id, key, name, login, user_id, created, expires FROM snapshots "
      "WHERE (expires = 0 OR expires > ?) AND (? = '' OR instr(lower(name), lower(?)) > 0) "
      "ORDER BY id DESC LIMIT ?",
      {clock_->Now(), std::string(query), std::string(query),
       static_cast<int64_t>(std::min<size_t>(limit, kMaxItems))}));
  std::vector<Snapshot> list;
  for (const store::Row& row : rows) list.push_back(SnapshotOfRow(row));
  return list;
}

Result<int64_t> Snapshots::Count() const {
  store::Rows rows = TRY(database_->Read(
      "SELECT count(*) FROM snapshots WHERE expires = 0 OR expires > ?", {clock_->Now()}));
  return IntOf(rows[0][0]);
}

Result<Playlist> Playlists::Put(Playlist playlist) {
  if (TrimSpace(playlist.name).empty()) return Error::Invalid("playlist name is required");
  if (playlist.name.size() > kMaxName || playlist.interval.size() > kMaxName ||
      playlist.items.size() > kMaxItems) {
    return Error::Invalid("the playlist is too large");
  }
  TRY(CheckUid(playlist.uid));
  if (playlist.uid.empty()) playlist.uid = NewUid();
  std::string items = ItemsText(playlist);
  if (items.size() > kMaxItems * kMaxName) return Error::Invalid("the playlist is too large");
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(CheckRoom(c, "playlists"));
    return c.Run(
        "INSERT INTO playlists (uid, name, interval, items) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (uid) DO UPDATE SET name = excluded.name, "
        "interval = excluded.interval, items = excluded.items",
        {playlist.uid, playlist.name, playlist.interval, items});
  });
  if (!done.ok()) return done.error();
  return Find(playlist.uid);
}

Result<Playlist> Playlists::Find(std::string_view uid) const {
  store::Rows rows = TRY(database_->Read(
      "SELECT id, uid, name, interval, items FROM playlists WHERE uid = ?", {std::string(uid)}));
  if (rows.empty()) return Error::NotFound("Playlist not found");
  return PlaylistOfRow(rows[0]);
}

Result<void> Playlists::Delete(std::string_view uid) {
  return database_->Write([&](store::Connection& c) -> Result<void> {
    TRY(c.Run("DELETE FROM playlists WHERE uid = ?", {std::string(uid)}));
    return c.changes() == 0 ? Error::NotFound("Playlist not found") : Result<void>();
  });
}

Result<std::vector<Playlist>> Playlists::All() const {
  store::Rows rows = TRY(database_->Read(
      "SELECT id, uid, name, interval, items FROM playlists ORDER BY lower(name), id"));
  std::vector<Playlist> all;
  for (const store::Row& row : rows) all.push_back(PlaylistOfRow(row));
  return all;
}

Result<std::string> ShortUrls::Create(std::string_view path, std::string_view login) {
  while (path.starts_with('/')) path.remove_prefix(1);
  bool printable = std::all_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '\\';
  });
  std::string_view before_query = path.substr(0, path.find('?'));
  if (path.empty() || path.size() > kMaxPath || !printable ||
      before_query.find(':') != std::string_view::npos ||
      before_query.find("..") != std::string_view::npos) {
    return Error::Invalid("invalid path: expected a page of this server");
  }
  std::string uid;
  std::string text(path);
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    store::Rows known = TRY(c.Query("SELECT uid FROM short_urls WHERE path = ?", {text}));
    if (!known.empty()) {
      uid = TextOf(known[0][0]);
      return {};
    }
    uid = secrets::RandomText(kShortUid);
    TRY(
        c.Run("DELETE FROM short_urls WHERE uid IN (SELECT uid FROM short_urls ORDER BY seen DESC "
              "LIMIT -1 OFFSET ?)",
              {kMaxShortUrls}));
    return c.Run("INSERT INTO short_urls VALUES (?, ?, ?, ?, ?)",
                 {uid, text, std::string(login), clock_->Now(), clock_->Now()});
  });
  if (!done.ok()) return done.error();
  return uid;
}

Result<std::string> ShortUrls::Find(std::string_view uid) {
  std::string path;
  Result<void> done = database_->Write([&](store::Connection& c) -> Result<void> {
    store::Rows rows =
        TRY(c.Query("SELECT path FROM short_urls WHERE uid = ?", {std::string(uid)}));
    if (rows.empty()) return Error::NotFound("Short URL not found");
    path = TextOf(rows[0][0]);
    return c.Run("UPDATE short_urls SET seen = ? WHERE uid = ?", {clock_->Now(), std::string(uid)});
  });
  if (!done.ok()) return done.error();
  return path;
}

}  // namespace watchfire::grafana
