#include "grafana/datasources/datasources.h"

#include <algorithm>

#include "base/log.h"
#include "base/mutex.h"
#include "base/text.h"
#include "grafana/datasources/source_rows.h"
#include "secrets/secrets.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxSources = 1'000;
constexpr size_t kMaxText = 2'048;
constexpr size_t kMaxName = 190;
constexpr size_t kMaxUid = 40;
constexpr size_t kMaxSettings = 256 << 10;
constexpr size_t kMaxSecret = 64 << 10;
constexpr size_t kUidLength = 14;

using SourceList = std::vector<DataSourcePtr>;

Result<void> CheckSizes(const DataSource& source) {
  if (TrimSpace(source.name).empty()) return Error::Invalid("data source name is required");
  if (source.name.size() > kMaxName) {
    return Error::Invalid("data source name is longer than {} bytes", kMaxName);
  }
  if (!source.uid.empty() && !IsUid(source.uid)) {
    return Error::Invalid("invalid uid {}: at most {} letters, digits, dashes and underscores",
                          GoQuote(source.uid.substr(0, 100)), kMaxUid);
  }
  for (const std::string* text : {&source.type, &source.access, &source.url, &source.user,
                                  &source.database, &source.basic_auth_user}) {
    if (text->size() > kMaxText) {
      return Error::Invalid("a setting of data source {} is longer than {} bytes",
                            GoQuote(source.name), kMaxText);
    }
  }
  if (source.json_data.AsObject() == nullptr && !source.json_data.is_null()) {
    return Error::Invalid("jsonData must be an object, not {}", source.json_data.KindName());
  }
  if (source.json_data.ToString().size() > kMaxSettings) {
    return Error::Invalid("jsonData is larger than {} bytes", kMaxSettings);
  }
  for (const auto& [name, secret] : source.secure) {
    if (name.empty() || name.size() > kMaxName || secret.reveal().size() > kMaxSecret) {
      return Error::Invalid("a secret of data source {} is larger than {} bytes",
                            GoQuote(source.name), kMaxSecret);
    }
  }
  return {};
}

Result<void> Validate(DataSource& source) {
  TRY(CheckSizes(source));
  if (source.type.empty()) source.type = "prometheus";
  // A browser that asks by itself is of the past; what says so is asked from here.
  if (source.access != "proxy") source.access = "proxy";
  if (source.json_data.is_null()) source.json_data = codec::Json::OfObject({});
  return {};
}

template <typename Matches>
DataSourcePtr FindIn(const SourceList& list, Matches matches) {
  auto found = std::find_if(list.begin(), list.end(),
                            [&](const DataSourcePtr& source) { return matches(*source); });
  return found == list.end() ? nullptr : *found;
}

}  // namespace

bool IsUid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUid &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

std::string UidOfProvisioned(std::string_view name) {
  return "P" + ToUpper(secrets::HashToken(name).substr(0, 16));
}

struct DataSources::Impl {
  store::Database* database = nullptr;
  Secret key;
  const Clock* clock = nullptr;

  mutable Mutex mutex;
  std::shared_ptr<const SourceList> list GUARDED_BY(mutex) = std::make_shared<SourceList>();
  int64_t published GUARDED_BY(mutex) = 0;
  // Touched by bodies of Write alone, of which there is one at a time.
  int64_t written = 0;

  std::shared_ptr<const SourceList> Now() const {
    MutexLock lock(mutex);
    return list;
  }

  // Two writers may come here in another order than they wrote in.
  void Publish(SourceList changed, int64_t number) {
    MutexLock lock(mutex);
    if (number <= published) return;
    published = number;
    list = std::make_shared<const SourceList>(std::move(changed));
  }

  // Runs `body`, then shows to readers what the tables hold after it.
  Result<void> Change(const std::function<Result<void>(store::Connection&)>& body) {
    SourceList changed;
    int64_t number = 0;
    Result<void> done = database->Write([&](store::Connection& c) -> Result<void> {
      TRY(body(c));
      changed = TRY(ReadSources(c, key));
      number = ++written;
      return {};
    });
    if (!done.ok()) return done;
    Publish(std::move(changed), number);
    return {};
  }

  Result<DataSourcePtr> Put(DataSource source, bool is_new) {
    TRY(Validate(source));
    source.updated = clock->Now();
    std::string uid;
    Result<void> done = Change([&](store::Connection& c) -> Result<void> {
      TRY(CheckFree(c, source));
      if (source.is_default) TRY(c.Run("UPDATE data_sources SET is_default = 0", {}));
      TRY(is_new ? InsertSource(c, source) : UpdateSource(c, source));
      TRY(WriteSecrets(c, source, key));
      uid = source.uid;
      return {};
    });
    if (!done.ok()) return done.error();
    return FindIn(*Now(), [&](const DataSource& s) { return s.uid == uid; });
  }

  Result<DataSourcePtr> Insert(DataSource source) {
    if (Now()->size() >= kMaxSources) {
      return Error::Limit("there are {} data sources already", kMaxSources);
    }
    if (source.uid.empty()) source.uid = ToLower(secrets::RandomText(kUidLength));
    source.version = 1;
    source.created = clock->Now();
    return Put(std::move(source), true);
  }

  // Its row is that of source.id.
  static Result<void> CheckFree(store::Connection& c, const DataSource& source) {
    store::Rows taken = TRY(c.Query(
        "SELECT name FROM data_sources WHERE id <> ? AND (name = ? OR uid = ?) ORDER BY name = ?",
        {source.id, source.name, source.uid, source.name}));
    if (taken.empty()) return {};
    return store::TextOf(taken.back()[0]) == source.name
               ? Error::Exists("data source with the same name already exists")
               : Error::Exists("data source with the same uid already exists");
  }

  Result<void> Remove(int64_t id) {
    return Change([id](store::Connection& c) {
      return c.Run("DELETE FROM data_sources WHERE id = ?", {id});
    });
  }
};

DataSources::DataSources(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DataSources::~DataSources() = default;

Result<std::unique_ptr<DataSources>> DataSources::Open(store::Database* database, Secret key,
                                                       const Clock* clock) {
  WF_CHECK(database != nullptr && clock != nullptr);
  TRY(database->Migrate("datasources", SourceMigrations()));
  auto impl = std::make_unique<Impl>();
  impl->database = database;
  impl->key = std::move(key);
  impl->clock = clock;
  TRY(impl->Change([](store::Connection&) -> Result<void> { return {}; }));
  return std::unique_ptr<DataSources>(new DataSources(std::move(impl)));
}

std::vector<DataSourcePtr> DataSources::All() const {
  return *impl_->Now();
}

DataSourcePtr DataSources::ByUid(std::string_view uid) const {
  return FindIn(*impl_->Now(), [&](const DataSource& s) { return s.uid == uid; });
}

DataSourcePtr DataSources::ByName(std::string_view name) const {
  return FindIn(*impl_->Now(), [&](const DataSource& s) { return s.name == name; });
}

DataSourcePtr DataSources::ById(int64_t id) const {
  return FindIn(*impl_->Now(), [&](const DataSource& s) { return s.id == id; });
}

DataSourcePtr DataSources::Default() const {
  std::shared_ptr<const SourceList> list = impl_->Now();
  DataSourcePtr found = FindIn(*list, [](const DataSource& s) { return s.is_default; });
  if (found != nullptr) return found;
  return FindIn(*list, [](const DataSource& s) { return s.type == "prometheus"; });
}

DataSourcePtr DataSources::Resolve(std::string_view reference) const {
  if (reference.empty() || reference == "default" || reference.starts_with("${DS_") ||
      reference.starts_with("$DS_")) {
    return Default();
  }
  std::shared_ptr<const SourceList> list = impl_->Now();
  DataSourcePtr found = FindIn(*list, [&](const DataSource& s) { return s.uid == reference; });
  if (found == nullptr) {
    found = FindIn(*list, [&](const DataSource& s) { return s.name == reference; });
  }
  if (found == nullptr) {
    found = FindIn(*list, [&](const DataSource& s) { return EqualsIgnoreCase(s.name, reference); });
  }
  return found;
}

Result<DataSourcePtr> DataSources::Create(DataSource source) {
  source.id = 0;
  source.provisioned = source.read_only = false;
  // Without any there must be one that panels without a name mean.
  if (impl_->Now()->empty()) source.is_default = true;
  return impl_->Insert(std::move(source));
}

Result<DataSourcePtr> DataSources::Update(DataSource source) {
  DataSourcePtr stored = ByUid(source.uid);
  if (stored == nullptr) return Error::NotFound("Data source not found");
  if (stored->read_only) return Error::Denied("Cannot update read-only data source");
  if (source.version != 0 && source.version < stored->version) {
    return Error(ErrorCode::kInvalid, std::string(kVersionConflict));
  }
  source.id = stored->id;
  source.created = stored->created;
  source.version = stored->version + 1;
  source.provisioned = stored->provisioned;
  source.read_only = false;
  return impl_->Put(std::move(source), false);
}

Result<void> DataSources::Delete(std::string_view uid) {
  DataSourcePtr stored = ByUid(uid);
  if (stored == nullptr) return Error::NotFound("Data source not found");
  if (stored->read_only) return Error::Denied("Cannot delete read-only data source");
  return impl_->Remove(stored->id);
}

Result<DataSourcePtr> DataSources::PutProvisioned(DataSource source) {
  source.provisioned = true;
  DataSourcePtr stored = source.uid.empty() ? nullptr : ByUid(source.uid);
  if (stored == nullptr) stored = ByName(source.name);
  if (stored == nullptr) {
    source.id = 0;
    if (source.uid.empty()) source.uid = UidOfProvisioned(source.name);
    return impl_->Insert(std::move(source));
  }
  // A uid that dashboards refer to stays, unless the file wants another.
  if (source.uid.empty()) source.uid = stored->uid;
  source.id = stored->id;
  source.created = stored->created;
  source.version = stored->version + 1;
  // The file is the whole truth: what it does not name any more goes.
  for (const auto& [name, secret] : stored->secure) source.secure.try_emplace(name);
  return impl_->Put(std::move(source), false);
}

Result<void> DataSources::DeleteProvisioned(std::string_view name) {
  DataSourcePtr stored = ByName(name);
  if (stored == nullptr) return Error::NotFound("Data source not found");
  return impl_->Remove(stored->id);
}

}  // namespace watchfire::grafana
