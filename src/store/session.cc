#include "store/session.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>

namespace watchfire::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr size_t kMaxStatements = 64;
// Enough for the parse of one statement; SQLite's own choice is ten times that a connection.
constexpr int kLookasideBytes = 256;
constexpr int kLookasideSlots = 48;

// Before the first connection: memory is taken as it is needed, not in advance.
void InitializeSqlite() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, kLookasideBytes, kLookasideSlots);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
    WF_CHECK(sqlite3_initialize() == SQLITE_OK);
  });
}

ErrorCode CodeOf(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::kCorrupt;
    case SQLITE_CONSTRAINT:
      return ErrorCode::kExists;
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return ErrorCode::kLimit;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
      return ErrorCode::kIo;
    default:
      return ErrorCode::kInvalid;
  }
}

// SQLite would make it readable for all; its other two files get the mode of this one.
Result<void> CreatePrivately(const std::string& path) {
  int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
  } else if (errno != EEXIST) {
    return Error::Io("create {}: {}", path, std::strerror(errno));
  }
  return {};
}

Value ColumnOf(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      return bytes == nullptr ? std::string() : std::string(bytes, size);
    }
    default:
      return nullptr;
  }
}

// What is bound is used before Step returns, and no later.
int BindValue(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *number);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

}  // namespace

void Session::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<std::unique_ptr<Session>> Session::Open(const std::string& path, Access access,
                                               int cache_kib) {
  InitializeSqlite();
  if (path.empty()) return Error::Invalid("a database needs a path");
  if (path != ":memory:") TRY(CreatePrivately(path));
  sqlite3* db = nullptr;
  // Sessions are never shared between threads, so SQLite's own mutexes would guard nothing.
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  if (db == nullptr) return Error::Limit("{}: out of memory", path);
  std::unique_ptr<Session> session(new Session(path, db, access));
  if (code != SQLITE_OK) return session->Failure(code, {});
  TRY(session->Configure(access, cache_kib));
  return session;
}

Session::~Session() {
  statements_.clear();
  WF_CHECK(sqlite3_close(db_) == SQLITE_OK);
}

Result<void> Session::Configure(Access access, int cache_kib) {
  sqlite3_busy_timeout(db_, kBusyTimeoutMs);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  TRY(
      RunScript(fmt::format("PRAGMA cache_size=-{}; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; "
                            "PRAGMA temp_store=MEMORY; PRAGMA synchronous=NORMAL",
                            cache_kib)));
  if (access == Access::kReadOnly) return RunScript("PRAGMA query_only=ON");
  Rows mode;
  TRY(Execute("PRAGMA journal_mode=WAL", {}, &mode));
  bool in_memory = path_ == ":memory:";
  if (!in_memory && (mode.size() != 1 || TextOf(mode[0][0]) != "wal")) {
    return Error::Io("{}: this file system cannot hold a write-ahead log", path_);
  }
  return RunScript("PRAGMA journal_size_limit=4194304");
}

Error Session::Failure(int code, std::string_view sql) const {
  std::string message = sqlite3_errmsg(db_);
  int system_error = sqlite3_system_errno(db_);
  if (CodeOf(code) == ErrorCode::kIo && system_error != 0) {
    message += fmt::format(" ({})", std::strerror(system_error));
  }
  if (CodeOf(code) == ErrorCode::kInvalid && !sql.empty()) {
    message += fmt::format(" in \"{}\"", sql.substr(0, 200));
  }
  return Error::Make(CodeOf(code), "{}: {}", path_, message);
}

Result<sqlite3_stmt*> Session::Prepare(std::string_view sql) {
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &made, &tail);
    if (code != SQLITE_OK) return Failure(code, sql);
    Statement statement(made);
    if (made == nullptr || tail != sql.data() + sql.size()) {
      return Error::Invalid("{}: expected one statement in \"{}\"", path_, sql.substr(0, 200));
    }
    // Texts come from our sources, so there are few; a caller that builds them pays for it.
    if (statements_.size() >= kMaxStatements) statements_.clear();
    known = statements_.emplace(std::string(sql), std::move(statement)).first;
  }
  sqlite3_stmt* statement = known->second.get();
  if (reading_ && sqlite3_stmt_readonly(statement) == 0) {
    return Error::Invalid("{}: a reader cannot run \"{}\"", path_, sql.substr(0, 200));
  }
  return statement;
}

Result<void> Session::Bind(sqlite3_stmt* statement, std::span<const Value> values) {
  auto expected = static_cast<size_t>(sqlite3_bind_parameter_count(statement));
  if (expected != values.size()) {
    return Error::Invalid("{}: expected {} values, got {}, for \"{}\"", path_, expected,
                          values.size(), sqlite3_sql(statement));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    int code = BindValue(statement, static_cast<int>(i + 1), values[i]);
    if (code != SQLITE_OK) return Failure(code, sqlite3_sql(statement));
  }
  return {};
}

Result<void> Session::Step(sqlite3_stmt* statement, Rows* rows) {
  int code = sqlite3_step(statement);
  while (code == SQLITE_ROW) {
    if (rows != nullptr) {
      int columns = sqlite3_column_count(statement);
      Row& row = rows->emplace_back();
      row.reserve(static_cast<size_t>(columns));
      for (int i = 0; i < columns; ++i) row.push_back(ColumnOf(statement, i));
    }
    code = sqlite3_step(statement);
  }
  if (code != SQLITE_DONE) return Failure(code, sqlite3_sql(statement));
  return {};
}

Result<void> Session::Execute(std::string_view sql, std::span<const Value> values, Rows* rows) {
  sqlite3_stmt* statement = TRY(Prepare(sql));
  Result<void> result = Bind(statement, values);
  if (result.ok()) result = Step(statement, rows);
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return result;
}

Result<void> Session::Run(std::string_view sql, std::span<const Value> values) {
  return Execute(sql, values, nullptr);
}

Result<Rows> Session::Query(std::string_view sql, std::span<const Value> values) {
  Rows rows;
  TRY(Execute(sql, values, &rows));
  return rows;
}

Result<void> Session::RunScript(std::string_view sql) {
  while (!sql.empty()) {
    sqlite3_stmt* made = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &made, &tail);
    if (code != SQLITE_OK) return Failure(code, sql);
    Statement statement(made);
    sql.remove_prefix(static_cast<size_t>(tail - sql.data()));
    // Null for white space and comments.
    if (made != nullptr) TRY(Step(made, nullptr));
  }
  return {};
}

int64_t Session::last_insert_id() const {
  return sqlite3_last_insert_rowid(db_);
}

int64_t Session::changes() const {
  return sqlite3_changes64(db_);
}

Result<void> Session::Begin() {
  // A writer takes the lock now: one that began as a reader could find its snapshot outdated.
  return Execute(reading_ ? "BEGIN" : "BEGIN IMMEDIATE", {}, nullptr);
}

Result<void> Session::Commit() {
  return Execute("COMMIT", {}, nullptr);
}

void Session::Rollback() {
  if (sqlite3_get_autocommit(db_) != 0) return;
  // It can only fail in ways that end the transaction too.
  Result<void> rolled_back = Execute("ROLLBACK", {}, nullptr);
  WF_CHECK(rolled_back.ok() || sqlite3_get_autocommit(db_) != 0);
}

}  // namespace watchfire::store
