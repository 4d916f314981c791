#pragma once
// Session: one SQLite connection with its prepared statements, and SQLite's errors in our words.
// The database's writer is one, each of its readers another; whoever holds it is alone with it.
//
// A reading session refuses statements that change anything. Thread-compatible.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace watchfire::store {

enum class Access : uint8_t { kReadWrite, kReadOnly };

class Session : public Connection {
 public:
  static Result<std::unique_ptr<Session>> Open(const std::string& path, Access access,
                                               int cache_kib);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<void> Run(std::string_view sql, std::span<const Value> values) override;
  Result<Rows> Query(std::string_view sql, std::span<const Value> values) override;
  int64_t last_insert_id() const override;
  int64_t changes() const override;

  // Several statements in one text, none of them kept.
  Result<void> RunScript(std::string_view sql);

  Result<void> Begin();
  Result<void> Commit();
  // Nothing happens if SQLite has rolled back already, as it does when the disk is full.
  void Rollback();

  // While set, statements that write are refused: the one session of a database in memory reads
  // too.
  void set_reading(bool reading) { reading_ = reading; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Session(std::string path, sqlite3* db, Access access) : path_(std::move(path)), db_(db) {
    reading_ = access == Access::kReadOnly;
  }
  Result<void> Configure(Access access, int cache_kib);
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  Result<void> Bind(sqlite3_stmt* statement, std::span<const Value> values);
  // Steps to the end; rows go to `rows` unless that is null.
  Result<void> Step(sqlite3_stmt* statement, Rows* rows);
  Result<void> Execute(std::string_view sql, std::span<const Value> values, Rows* rows);
  Error Failure(int code, std::string_view sql) const;

  const std::string path_;
  sqlite3* const db_;
  bool reading_ = false;
  std::map<std::string, Statement, std::less<>> statements_;
};

}  // namespace watchfire::store
