#pragma once
// Database: one SQLite file in WAL mode, the keeper of everything that is not samples: deliveries,
// and later users and dashboards. SQLite's header is seen by this room's sources alone.
//
//   auto db = TRY(Database::Open(path));
//   TRY(db->Migrate("delivery", kMigrations));          // each once, in a transaction
//   TRY(db->Write([&](Connection& c) -> Result<void> {   // one transaction, one writer at a time
//     TRY(c.Run("INSERT INTO t VALUES (?, ?)", {int64_t{1}, "text"}));
//     return {};
//   }));
//   Rows rows = TRY(db->Read("SELECT a, b FROM t WHERE a = ?", {int64_t{1}}));
//
// Values are bound, never pasted into SQL. Errors: kIo (disk full, locked), kCorrupt, kInvalid (bad
// SQL: our bug), kExists (a constraint). Thread-safe: writers wait for each other; readers wait for
// nobody while there are at most four. No call from within a body. Memory: below 1 MiB.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace watchfire::store {

// Strings are kept byte for byte, zeros too; `CAST(? AS BLOB)` where they are no text.
using Value = std::variant<std::nullptr_t, int64_t, double, std::string>;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// The value, or 0 / "" where it is of another type.
int64_t IntOf(const Value& value);
double DoubleOf(const Value& value);
const std::string& TextOf(const Value& value);

// Within a transaction; only in the thread that it was given to.
class Connection {
 public:
  virtual ~Connection() = default;
  // Prepared once for each text and kept.
  virtual Result<void> Run(std::string_view sql, std::span<const Value> values = {}) = 0;
  virtual Result<Rows> Query(std::string_view sql, std::span<const Value> values = {}) = 0;
  Result<void> Run(std::string_view sql, std::initializer_list<Value> values) {
    return Run(sql, std::span(values.begin(), values.size()));
  }
  Result<Rows> Query(std::string_view sql, std::initializer_list<Value> values) {
    return Query(sql, std::span(values.begin(), values.size()));
  }
  virtual int64_t last_insert_id() const = 0;
  virtual int64_t changes() const = 0;
};

// SQL texts that make or change tables; a text is never edited once it was shipped.
using Migrations = std::span<const std::string_view>;

class Database {
 public:
  // `path` ":memory:" for tests. Creates the file (mode 0600) if it is missing.
  static Result<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();

  // Runs those of `migrations` that this file has not seen under `name`. kInvalid: the file knows
  // more of them, so it was written by a newer version.
  Result<void> Migrate(std::string_view name, Migrations migrations);

  // Committed if `body` succeeds, rolled back if not.
  Result<void> Write(const std::function<Result<void>(Connection&)>& body);
  // A statement that reads, in a snapshot of its own.
  Result<Rows> Read(std::string_view sql, std::span<const Value> values = {});
  Result<Rows> Read(std::string_view sql, std::initializer_list<Value> values) {
    return Read(sql, std::span(values.begin(), values.size()));
  }
  // Several statements in one snapshot.
  Result<void> ReadMany(const std::function<Result<void>(Connection&)>& body);

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::store
