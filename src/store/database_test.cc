#include "store/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>

#include "base/file.h"
#include "base/thread.h"

namespace watchfire::store {
namespace {

constexpr std::string_view kTables[] = {
    "CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT); CREATE INDEX t_text ON t (text);",
    "ALTER TABLE t ADD COLUMN number REAL",
};

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/watchfire_store_XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/watchfire.db";
  }
  void TearDown() override {
    db_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    db_.reset();
    Result<std::unique_ptr<Database>> opened = Database::Open(path_);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    db_ = *std::move(opened);
    Result<void> migrated = db_->Migrate("test", kTables);
    ASSERT_TRUE(migrated.ok()) << migrated.error().message();
  }
  // Rows 0 … n-1, each with a text of `size` bytes, in one transaction.
  Result<void> Fill(int64_t first, int64_t n, size_t size) {
    return db_->Write([&](Connection& c) -> Result<void> {
      for (int64_t i = first; i < first + n; ++i) {
        TRY(c.Run("INSERT INTO t (id, text) VALUES (?, ?)", {i, std::string(size, 'x')}));
      }
      return {};
    });
  }
  int64_t Count() {
    Result<Rows> rows = db_->Read("SELECT count(*) FROM t");
    EXPECT_TRUE(rows.ok()) << rows.error().message();
    return rows.ok() ? IntOf((*rows)[0][0]) : -1;
  }

  std::string directory_;
  std::string path_;
  std::unique_ptr<Database> db_;
};

TEST_F(DatabaseTest, KeepsValuesOfEveryTypeAcrossOpenings) {
  Open();
  std::string bytes("a\0b\xff", 4);
  Result<void> written = db_->Write([&](Connection& c) -> Result<void> {
    TRY(c.Run("INSERT INTO t VALUES (?, ?, ?)", {INT64_MIN, bytes, 0.1}));
    EXPECT_EQ(c.last_insert_id(), INT64_MIN);
    TRY(c.Run("INSERT INTO t VALUES (?, CAST(? AS BLOB), ?)", {7, bytes, nullptr}));
    TRY(c.Run("UPDATE t SET number = 2"));
    EXPECT_EQ(c.changes(), 2);
    return c.Run("UPDATE t SET number = ? WHERE id < 0", {0.1});
  });
  ASSERT_TRUE(written.ok()) << written.error().message();
  Open();
  Rows rows = *db_->Read("SELECT id, text, number, NULL FROM t WHERE id < ? ORDER BY id", {8});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(IntOf(rows[0][0]), INT64_MIN);
  EXPECT_EQ(TextOf(rows[0][1]), bytes);
  EXPECT_EQ(DoubleOf(rows[0][2]), 0.1);
  EXPECT_TRUE(std::holds_alternative<std::nullptr_t>(rows[0][3]));
  EXPECT_EQ(TextOf(rows[1][1]), bytes);
  EXPECT_EQ(IntOf(rows[1][1]), 0) << "of another type";
}

TEST_F(DatabaseTest, MakesItsFilesForItsOwnerOnly) {
  Open();
  ASSERT_TRUE(Fill(0, 1, 10).ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(DatabaseTest, RollsBackWhatFailed) {
  Open();
  Result<void> written = db_->Write([&](Connection& c) -> Result<void> {
    TRY(c.Run("INSERT INTO t (id) VALUES (1)"));
    return Error::Limit("no more");
  });
  EXPECT_EQ(written.error().code(), ErrorCode::kLimit);
  EXPECT_EQ(Count(), 0);
  ASSERT_TRUE(Fill(0, 3, 1).ok());
  EXPECT_EQ(Count(), 3);
}

TEST_F(DatabaseTest, TellsKindsOfErrorsApart) {
  Open();
  ASSERT_TRUE(Fill(1, 1, 1).ok());
  Result<void> twice = Fill(1, 1, 1);
  EXPECT_EQ(twice.error().code(), ErrorCode::kExists);
  EXPECT_NE(twice.error().message().find("UNIQUE constraint failed: t.id"), std::string::npos);
  auto code = [&](std::string_view sql) { return db_->Read(sql).error().code(); };
  EXPECT_EQ(code("SELEC 1"), ErrorCode::kInvalid);
  EXPECT_EQ(code("SELECT 1; SELECT 2"), ErrorCode::kInvalid) << "one statement at a time";
  EXPECT_EQ(code("SELECT * FROM t WHERE id = ?"), ErrorCode::kInvalid) << "a value is missing";
  EXPECT_EQ(code(""), ErrorCode::kInvalid);
  EXPECT_EQ(Database::Open(directory_ + "/none/db").error().code(), ErrorCode::kIo);
  EXPECT_EQ(Database::Open(directory_).error().code(), ErrorCode::kIo);
}

TEST_F(DatabaseTest, RefusesToWriteInAReader) {
  Open();
  EXPECT_EQ(db_->Read("DELETE FROM t").error().code(), ErrorCode::kInvalid);
  Result<void> read = db_->ReadMany([](Connection& c) { return c.Run("DELETE FROM t"); });
  EXPECT_EQ(read.error().code(), ErrorCode::kInvalid);
  db_ = *Database::Open(":memory:");
  ASSERT_TRUE(db_->Migrate("test", kTables).ok());
  EXPECT_EQ(db_->Read("DELETE FROM t").error().code(), ErrorCode::kInvalid);
  EXPECT_TRUE(Fill(0, 2, 1).ok()) << "and writes again afterwards";
  EXPECT_EQ(Count(), 2);
}

TEST_F(DatabaseTest, RunsEachMigrationOnce) {
  Open();
  ASSERT_TRUE(Fill(0, 1, 1).ok());
  Open();
  EXPECT_EQ(Count(), 1);
  constexpr std::string_view kMore[] = {kTables[0], kTables[1], "DELETE FROM t"};
  ASSERT_TRUE(db_->Migrate("test", kMore).ok());
  EXPECT_EQ(Count(), 0);
  // Another name counts for itself.
  constexpr std::string_view kOther[] = {"CREATE TABLE u (id INTEGER)"};
  ASSERT_TRUE(db_->Migrate("other", kOther).ok());
}

TEST_F(DatabaseTest, UndoesAMigrationThatFails) {
  Open();
  constexpr std::string_view kBroken[] = {
      kTables[0], kTables[1], "CREATE TABLE u (id INTEGER); INSERT INTO none VALUES(1)"};
  Result<void> broken = db_->Migrate("test", kBroken);
  EXPECT_EQ(broken.error().code(), ErrorCode::kInvalid);
  EXPECT_NE(broken.error().message().find("migration 3 of test"), std::string::npos);
  EXPECT_FALSE(db_->Read("SELECT * FROM u").ok());
  constexpr std::string_view kMended[] = {kTables[0], kTables[1], "CREATE TABLE u (id INTEGER)"};
  EXPECT_TRUE(db_->Migrate("test", kMended).ok());
}

TEST_F(DatabaseTest, RefusesTablesOfANewerVersion) {
  Open();
  Result<void> older = db_->Migrate("test", std::span(kTables).first(1));
  EXPECT_EQ(older.error().code(), ErrorCode::kInvalid);
  EXPECT_EQ(
      older.error().message(),
      path_ + ": the tables of test have version 2, this program knows 1: a newer one wrote them");
}

TEST_F(DatabaseTest, NamesAFileThatIsNoDatabase) {
  ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(path_, std::string(8192, 'z')).ok());
  Result<std::unique_ptr<Database>> opened = Database::Open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(opened.error().message(), path_ + ": file is not a database");
}

TEST_F(DatabaseTest, NamesAFileWithDamagedPages) {
  Open();
  ASSERT_TRUE(Fill(0, 2000, 300).ok());
  db_.reset();  // the log is merged into the file
  std::string content = *FileSystem::Local()->ReadFile(path_);
  ASSERT_GT(content.size(), 100U * 4096);
  for (size_t i = 8 * 4096; i < 90 * 4096; ++i) content[i] = '\xff';
  ASSERT_TRUE(FileSystem::Local()->WriteFileAtomically(path_, content).ok());
  Open();
  Result<Rows> rows = db_->Read("SELECT sum(length(text)) FROM t NOT INDEXED");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), ErrorCode::kCorrupt);
  EXPECT_NE(rows.error().message().find(path_), std::string::npos);
}

TEST_F(DatabaseTest, SurvivesAFullDisk) {
  Open();
  ASSERT_TRUE(Fill(0, 10, 100).ok());
  auto limit = [&](int pages) {
    ASSERT_TRUE(db_->Write([&](Connection& c) {
                     return c.Run(fmt::format("PRAGMA max_page_count={}", pages));
                   })
                    .ok());
  };
  limit(20);
  Result<void> full = Fill(10, 1000, 1000);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::kIo);
  EXPECT_NE(full.error().message().find("database or disk is full"), std::string::npos);
  EXPECT_EQ(Count(), 10);
  limit(10'000);
  ASSERT_TRUE(Fill(10, 1000, 1000).ok());
  EXPECT_EQ(Count(), 1010);
}

TEST_F(DatabaseTest, ShowsReadersWholeTransactionsOnly) {
  Open();
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  {
    std::vector<Thread> readers;
    for (int i = 0; i < 6; ++i) {
      readers.emplace_back("reader", [&] {
        while (!done.load()) {
          int64_t first = Count();
          EXPECT_EQ(first % 10, 0);
          // One snapshot for all statements.
          Result<void> both = db_->ReadMany([&](Connection& c) -> Result<void> {
            Rows a = TRY(c.Query("SELECT count(*) FROM t"));
            Rows b = TRY(c.Query("SELECT id FROM t WHERE id >= ?", {int64_t{0}}));
            EXPECT_EQ(static_cast<size_t>(IntOf(a[0][0])), b.size());
            return {};
          });
          EXPECT_TRUE(both.ok()) << both.error().message();
          ++reads;
        }
      });
    }
    std::vector<Thread> writers;
    for (int64_t w = 0; w < 2; ++w) {
      writers.emplace_back("writer", [&, w] {
        for (int64_t i = 0; i < 100; ++i) ASSERT_TRUE(Fill(w * 10'000 + i * 10, 10, 50).ok());
      });
    }
    writers.clear();
    while (reads.load() < 20) std::this_thread::yield();
    done = true;
  }
  EXPECT_EQ(Count(), 2000);
}

TEST_F(DatabaseTest, TakesLittleMemory) {
  Open();
  for (int64_t i = 0; i < 20; ++i) ASSERT_TRUE(Fill(i * 1000, 1000, 400).ok());
  std::atomic<int> inside{0};
  std::vector<Thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back("reader", [&] {
      EXPECT_TRUE(db_->ReadMany([&](Connection& c) -> Result<void> {
                       ++inside;
                       while (inside.load() < 4) std::this_thread::yield();
                       TRY(c.Query("SELECT sum(length(text)) FROM t NOT INDEXED"));
                       return {};
                     })
                      .ok());
    });
  }
  readers.clear();
  EXPECT_LT(sqlite3_memory_highwater(0), 1 << 20);
}

}  // namespace
}  // namespace watchfire::store
