#include "store/database.h"

#include "base/mutex.h"
#include "store/session.h"

namespace watchfire::store {
namespace {

constexpr int kWriterCacheKib = 320;
constexpr int kReaderCacheKib = 96;
constexpr size_t kMaxReaders = 4;

constexpr std::string_view kSchemaTable =
    "CREATE TABLE IF NOT EXISTS schema_versions (name TEXT PRIMARY KEY, version INTEGER NOT NULL) "
    "WITHOUT ROWID";

const std::string kEmpty;

}  // namespace

int64_t IntOf(const Value& value) {
  const auto* number = std::get_if<int64_t>(&value);
  return number == nullptr ? 0 : *number;
}

double DoubleOf(const Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? 0 : *number;
}

const std::string& TextOf(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? kEmpty : *text;
}

// Sessions are handed out whole, so that no lock is held while SQLite reads or writes.
struct Database::Impl {
  std::string path;
  bool in_memory = false;

  Mutex mutex;
  CondVar returned;
  // Null while somebody writes.
  std::unique_ptr<Session> writer GUARDED_BY(mutex);
  std::vector<std::unique_ptr<Session>> readers GUARDED_BY(mutex);
  size_t readers_out GUARDED_BY(mutex) = 0;

  std::unique_ptr<Session> TakeWriter() {
    MutexLock lock(mutex);
    while (writer == nullptr) returned.Wait(mutex);
    return std::move(writer);
  }
  void ReturnWriter(std::unique_ptr<Session> session) {
    MutexLock lock(mutex);
    writer = std::move(session);
    returned.NotifyAll();
  }

  // Null: there is room for one more.
  std::unique_ptr<Session> TakeIdleReader() {
    MutexLock lock(mutex);
    while (readers.empty() && readers_out >= kMaxReaders) returned.Wait(mutex);
    ++readers_out;
    if (readers.empty()) return nullptr;
    std::unique_ptr<Session> session = std::move(readers.back());
    readers.pop_back();
    return session;
  }
  Result<std::unique_ptr<Session>> TakeReader() {
    if (in_memory) {
      std::unique_ptr<Session> session = TakeWriter();
      session->set_reading(true);
      return session;
    }
    std::unique_ptr<Session> session = TakeIdleReader();
    if (session != nullptr) return session;
    Result<std::unique_ptr<Session>> made = Session::Open(path, Access::kReadOnly, kReaderCacheKib);
    if (!made.ok()) ReturnReader(nullptr);
    return made;
  }
  void ReturnReader(std::unique_ptr<Session> session) {
    if (in_memory) {
      session->set_reading(false);
      ReturnWriter(std::move(session));
      return;
    }
    MutexLock lock(mutex);
    --readers_out;
    if (session != nullptr) readers.push_back(std::move(session));
    returned.NotifyAll();
  }

  Result<void> Transact(Session& session, const std::function<Result<void>(Session&)>& body) {
    TRY(session.Begin());
    Result<void> result = body(session);
    if (result.ok()) result = session.Commit();
    if (!result.ok()) session.Rollback();
    return result;
  }
  Result<void> Write(const std::function<Result<void>(Session&)>& body) {
    std::unique_ptr<Session> session = TakeWriter();
    Result<void> result = Transact(*session, body);
    ReturnWriter(std::move(session));
    return result;
  }
};

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->in_memory = path == ":memory:";
  impl->ReturnWriter(TRY(Session::Open(path, Access::kReadWrite, kWriterCacheKib)));
  TRY(impl->Write([](Session& session) { return session.Run(kSchemaTable, {}); }));
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

Result<void> Database::Migrate(std::string_view name, Migrations migrations) {
  std::string key(name);
  auto known = static_cast<int64_t>(migrations.size());
  Rows rows = TRY(Read("SELECT version FROM schema_versions WHERE name = ?", {key}));
  int64_t version = rows.empty() ? 0 : IntOf(rows[0][0]);
  if (version > known) {
    return Error::Invalid(
        "{}: the tables of {} have version {}, this program knows {}: a newer one wrote them",
        impl_->path, key, version, known);
  }
  for (; version < known; ++version) {
    Result<void> done = impl_->Write([&](Session& session) -> Result<void> {
      TRY(session.RunScript(migrations[static_cast<size_t>(version)]));
      Value values[] = {key, version + 1};
      return session.Run("INSERT OR REPLACE INTO schema_versions VALUES (?, ?)", values);
    });
    if (!done.ok()) return done.error().With("migration {} of {}", version + 1, key);
  }
  return {};
}

Result<void> Database::Write(const std::function<Result<void>(Connection&)>& body) {
  return impl_->Write([&](Session& session) { return body(session); });
}

Result<Rows> Database::Read(std::string_view sql, std::span<const Value> values) {
  std::unique_ptr<Session> session = TRY(impl_->TakeReader());
  Result<Rows> rows = session->Query(sql, values);
  impl_->ReturnReader(std::move(session));
  return rows;
}

Result<void> Database::ReadMany(const std::function<Result<void>(Connection&)>& body) {
  std::unique_ptr<Session> session = TRY(impl_->TakeReader());
  Result<void> result = impl_->Transact(*session, [&](Session& c) { return body(c); });
  impl_->ReturnReader(std::move(session));
  return result;
}

}  // namespace watchfire::store
