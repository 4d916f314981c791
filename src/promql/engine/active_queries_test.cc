#include "promql/engine/active_queries.h"

#include <unistd.h>

#include <filesystem>

#include "base/log.h"

namespace watchfire::promql {
namespace {

class FixedClock final : public Clock {
 public:
  TimeMs Now() const override { return 1'700'000'000'000; }
  int64_t MonotonicNs() const override { return 0; }
};

class ActiveQueriesTest : public ::testing::Test {
 protected:
  ActiveQueriesTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "active-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/queries.active";
  }
  ~ActiveQueriesTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ActiveQueries> Open(size_t slots) {
    CaptureLogs(&logs_);
    auto opened = ActiveQueries::Open(path_, slots, *FileSystem::Local(), &clock_);
    CaptureLogs(nullptr);
    return std::move(opened).value();
  }
  std::string File() { return FileSystem::Local()->ReadFile(path_).value(); }
  // The file without the filling.
  std::string Text() {
    std::string text = File();
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
    return text;
  }

  FixedClock clock_;
  std::string directory_;
  std::string path_;
  std::string logs_;
};

TEST_F(ActiveQueriesTest, NotesWhatRunsInSlotsOfAThousandBytes) {
  auto active = Open(3);
  EXPECT_EQ(File().size(), 3001u);
  EXPECT_EQ(Text(), "[");
  {
    ActiveQueries::Note one(active.get(), "up == \"x\"");
    ActiveQueries::Note two(active.get(), "rate(a[5m])");
    EXPECT_EQ(Text(),
              R"j([{"query":"up == \"x\"","timestamp_sec":1700000000},)j"
              R"j({"query":"rate(a[5m])","timestamp_sec":1700000000},)j");
    EXPECT_EQ(File()[1000], ',');
  EXPECT_EQ(File()[2000], ',');
}
EXPECT_EQ(Text(), "[");
}

TEST_F(ActiveQueriesTest, GoesWithoutANoteWhenAllSlotsAreTaken) {
  auto active = Open(1);
  ActiveQueries::Note one(active.get(), "a");
  {
    ActiveQueries::Note two(active.get(), "b");
    EXPECT_EQ(Text(), R"j([{"query":"a","timestamp_sec":1700000000},)j");
  }
  EXPECT_EQ(Text(), R"j([{"query":"a","timestamp_sec":1700000000},)j");
  ActiveQueries::Note nowhere(nullptr, "c");
}

TEST_F(ActiveQueriesTest, CutsLongQueriesToValidJson) {
  auto active = Open(1);
  for (const char* part : {"a", "\"", "ü", "\x01", "€"}) {
    std::string query;
    while (query.size() < 3000) query += part;
    for (size_t offset = 0; offset < 4; ++offset) {
      ActiveQueries::Note note(active.get(), std::string(offset, '+') + query);
      std::string text = Text();
      EXPECT_LE(text.size(), 1001u);
      EXPECT_GT(text.size(), 980u);
      EXPECT_TRUE(text.ends_with("\",\"timestamp_sec\":1700000000},")) << text;
      EXPECT_EQ(text.find("\xef\xbf\xbd"), std::string::npos);  // no half rune
      EXPECT_EQ(text.find("ufffd"), std::string::npos) << text;
    }
  }
}

TEST_F(ActiveQueriesTest, TellsAtTheNextStartWhatDidNotFinish) {
  {
    auto active = Open(2);
    EXPECT_EQ(logs_, "");
    // As the file looks while both run, and after a crash.
    ActiveQueries::Note one(active.get(), "up");
    ActiveQueries::Note two(active.get(), "down");
    std::filesystem::copy(path_, path_ + ".crash");
  }
  std::filesystem::rename(path_ + ".crash", path_);
  auto active = Open(2);
  EXPECT_NE(logs_.find("These queries didn't finish in the last run"), std::string::npos) << logs_;
  EXPECT_NE(logs_.find(R"j([{\"query\":\"up\",\"timestamp_sec\":1700000000},)j"
                       R"j({\"query\":\"down\",\"timestamp_sec\":1700000000}])j"),
            std::string::npos)
      << logs_;
  EXPECT_EQ(Text(), "[");
  logs_.clear();
  active.reset();
  active = Open(5);  // a clean end leaves nothing to tell
  EXPECT_EQ(logs_, "");
  EXPECT_EQ(File().size(), 5001u);
}

}  // namespace
}  // namespace watchfire::promql
