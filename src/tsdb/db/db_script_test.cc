// Runs tests/storage/*.script: first as written, then with the disk failing at every operation of
// the run, against a map that knows what was acknowledged.
//
//   append T SERIES VALUE [-> ERROR]   into the open transaction; VALUE may be `stale`
//   commit [fails] | rollback
//   repeat N rows K start T step MS job J    N transactions of K series m{i=…, job=J}
//   reopen | kill | capacity BYTES|none
//   maintain | blocks N | delete MINT MAXT SERIES | clean | retention MS
//   select [MINT MAXT]                 expected series follow, indented, up to an empty line
//   count N M                          N series of job one, M series in all

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "model/sample.h"
#include "testing/fault_file_system.h"
#include "tsdb/db/db.h"

namespace watchfire::tsdb {
namespace {

using model::Labels;
using testing::FaultFileSystem;

using Samples = std::map<std::pair<std::string, TimeMs>, uint64_t>;

// `name{a="b"}` without escapes: what the scripts need.
Labels ParseSeries(const std::string& text) {
  model::LabelsBuilder builder;
  size_t brace = text.find('{');
  builder.Set("__name__", text.substr(0, brace));
  for (size_t at = brace + 1; at < text.size() && text[at] != '}';) {
    size_t equals = text.find('=', at);
    size_t end = text.find('"', equals + 2);
    builder.Set(text.substr(at, equals - at), text.substr(equals + 2, end - equals - 2));
    at = end + (text[end + 1] == ',' ? 2 : 1);
  }
  return builder.Build();
}

std::string ValueText(uint64_t bits) {
  return bits == model::kStaleNanBits ? "stale" : FormatFloatGo(std::bit_cast<double>(bits));
}

class ScriptRun {
 public:
  ScriptRun(FaultFileSystem* fs, bool strict) : fs_(fs), strict_(strict) {}

  // False when the disk failed; the state of the oracle is what was acknowledged then.
  bool Execute(const std::vector<std::string>& lines) {
    if (!Reopen(false)) return false;
    for (size_t i = 0; i < lines.size();) {
      const std::string& command = lines[i++];
      std::string expected;
      for (; i < lines.size() && lines[i].starts_with("  "); ++i) {
        expected += lines[i].substr(2) + "\n";
      }
      if (command.empty() || command[0] == '#') continue;
      if (!Command(command, expected) || fs_->crashed()) return false;
    }
    return true;
  }

  // After a failure: the machine comes back, and everything acknowledged is there.
  void Verify(bool keep_unsynced) {
    appender_.reset();
    db_.reset();
    fs_->Recover(keep_unsynced);
    auto db = OpenDb();
    ASSERT_TRUE(db.ok()) << db.error().message();
    Samples actual = Read(**db, kMinTime, kMaxTime);
    if (keep_unsynced) {
      for (const auto& sample : must_) {
        ASSERT_TRUE(actual.contains(sample.first))
            << "lost " << sample.first.first << " at " << sample.first.second;
        ASSERT_EQ(actual[sample.first], sample.second);
      }
    }
    size_t in_flight = 0;
    for (const auto& sample : actual) {
      if (in_flight_.contains(sample.first)) {
        ++in_flight;
        continue;
      }
      ASSERT_TRUE(may_.contains(sample.first))
          << "invented " << sample.first.first << " at " << sample.first.second;
    }
    ASSERT_TRUE(in_flight == 0 || in_flight == in_flight_.size()) << "half a transaction";
  }

 private:
  Result<std::unique_ptr<Db>> OpenDb() {
    DbOptions options;
    options.path = "data";
    options.fs = fs_;
    options.no_lockfile = true;
    options.background = false;
    options.wal_segment_bytes = 2 * 32 * 1024;
    options.wal_compression = Compression::kNone;  // more bytes to tear
    return Db::Open(options);
  }

  bool Reopen(bool kill) {
    in_flight_.clear();
    appender_.reset();
    if (kill) fs_->CrashAfter(0);
    db_.reset();
    if (kill) fs_->Recover(true);
    auto db = OpenDb();
    if (!db) {
      EXPECT_TRUE(fs_->crashed()) << db.error().message();
      return false;
    }
    db_ = std::move(*db);
    appender_ = db_->NewAppender();
    return true;
  }

  static Samples Read(Db& db, TimeMs mint, TimeMs maxt) {
    Samples out;
    auto querier = *db.NewQuerier(mint, maxt);
    auto set = querier->Select(true, {},
                               {*model::Matcher::Make(model::MatchType::kRegex, "__name__", ".+")});
    while (set->Next()) {
      std::string name = set->At().labels().ToMetricString();
      auto columns = set->At().Read(mint, maxt);
      for (size_t i = 0; i < columns.t.size(); ++i) {
        out[{name, columns.t[i]}] = std::bit_cast<uint64_t>(columns.v[i]);
      }
    }
    return out;
  }

  static std::string Text(const Samples& samples) {
    std::string out;
    std::string last;
    for (const auto& [key, bits] : samples) {
      if (key.first != last) out += (out.empty() ? "" : "\n") + key.first;
      last = key.first;
      out += fmt::format(" {}={}", key.second, ValueText(bits));
    }
    return out.empty() ? "" : out + "\n";
  }

  bool Commit(bool fails) {
    Result<void> committed = appender_->Commit();
    if (!committed && fs_->crashed()) return false;
    EXPECT_EQ(committed.ok(), !fails);
    if (committed) {
      must_.insert(in_flight_.begin(), in_flight_.end());
      may_.insert(in_flight_.begin(), in_flight_.end());
    }
    in_flight_.clear();
    return true;
  }

  void Append(const std::string& line) {
    size_t arrow = line.find(" -> ");
    std::istringstream in(line.substr(0, arrow));
    std::string word, series, value;
    TimeMs t = 0;
    in >> word >> t >> series >> value;
    double v = value == "stale" ? model::kStaleNan : *ParseFloat(value);
    Labels labels = ParseSeries(series);
    auto ref = appender_->Append(0, labels, t, v);
    if (arrow != std::string::npos) {
      ASSERT_FALSE(ref.ok()) << line;
      ASSERT_EQ(ref.error().message(), line.substr(arrow + 4));
      return;
    }
    ASSERT_TRUE(ref.ok()) << line << ": " << ref.error().message();
    // A repeated sample is none.
    std::pair key(labels.ToMetricString(), t);
    if (!may_.contains(key)) in_flight_[key] = std::bit_cast<uint64_t>(v);
  }

  bool Repeat(std::istringstream& in) {
    int n = 0, rows = 0;
    TimeMs t = 0, step = 0;
    std::string word, job;
    in >> n >> word >> rows >> word >> t >> word >> step >> word >> job;
    for (int i = 0; i < n; ++i, t += step) {
      std::vector<storage::SeriesRef> refs;
      std::vector<double> values;
      for (int k = 0; k < rows; ++k) {
        Labels labels = Labels::Of({{"__name__", "m"}, {"i", std::to_string(k)}, {"job", job}});
        refs.push_back(*appender_->GetRef(labels));
        values.push_back(k % 3 == 0 ? 1 : static_cast<double>(t * k));
        in_flight_[{labels.ToMetricString(), t}] = std::bit_cast<uint64_t>(values.back());
      }
      std::vector<storage::RowError> errors;
      appender_->AppendRow(t, refs, values, &errors);
      EXPECT_TRUE(errors.empty());
      if (!Commit(false)) return false;
    }
    return true;
  }

  // What a failed deletion leaves may be there or not.
  bool Delete(std::istringstream& in) {
    TimeMs mint = 0, maxt = 0;
    std::string series;
    in >> mint >> maxt >> series;
    Labels labels = ParseSeries(series);
    auto goes = [&](const auto& sample) {
      return sample.first.first == labels.ToMetricString() && sample.first.second >= mint &&
             sample.first.second <= maxt;
    };
    std::erase_if(must_, goes);
    model::Matchers matchers;
    for (const model::LabelView& label : labels) {
      matchers.push_back(model::Matcher::Equal(std::string(label.name), std::string(label.value)));
    }
    bool done = db_->Delete(mint, maxt, matchers).ok();
    EXPECT_TRUE(done || fs_->crashed());
    if (done) std::erase_if(may_, goes);
    return done;
  }

  // Of blocks that end so long before the newest one.
  bool Retain(std::istringstream& in) {
    Retention retention;
    in >> retention.duration_ms;
    TimeMs newest = kMinTime;
    for (const block::BlockMeta& meta : db_->BlockMetas()) newest = std::max(newest, meta.maxt);
    for (const block::BlockMeta& meta : db_->BlockMetas()) {
      if (newest - meta.maxt < retention.duration_ms) continue;
      std::erase_if(must_, [&](const auto& s) {
        return s.first.second >= meta.mint && s.first.second < meta.maxt;
      });
    }
    db_->SetRetention(retention);
    bool done = db_->Maintain().ok();
    EXPECT_TRUE(done || fs_->crashed());
    return done;
  }

  bool Command(const std::string& line, const std::string& expected) {
    SCOPED_TRACE(line);
    std::istringstream in(line);
    std::string word;
    in >> word;
    if (word == "append") {
      Append(line);
    } else if (word == "commit") {
      return Commit(line == "commit fails");
    } else if (word == "rollback") {
      appender_->Rollback();
      in_flight_.clear();
    } else if (word == "repeat") {
      return Repeat(in);
    } else if (word == "reopen" || word == "kill") {
      return Reopen(word == "kill" && strict_);
    } else if (word == "capacity") {
      std::string bytes;
      in >> bytes;
      fs_->SetCapacity(bytes == "none" ? UINT64_MAX : *ParseUint(bytes));
    } else if (word == "maintain") {
      bool done = db_->Maintain().ok();
      EXPECT_TRUE(done || fs_->crashed());
      return done;
    } else if (word == "blocks") {
      size_t expected_blocks = 0;
      in >> expected_blocks;
      EXPECT_EQ(db_->BlockMetas().size(), expected_blocks);
    } else if (word == "delete") {
      return Delete(in);
    } else if (word == "clean") {
      bool done = db_->CleanTombstones().ok();
      EXPECT_TRUE(done || fs_->crashed());
      return done;
    } else if (word == "retention") {
      return Retain(in);
    } else if (word == "select") {
      TimeMs mint = kMinTime, maxt = kMaxTime;
      in >> mint >> maxt;
      if (!in) mint = kMinTime, maxt = kMaxTime;
      EXPECT_EQ(Text(Read(*db_, mint, maxt)), expected);
    } else if (word == "count") {
      size_t of_job = 0, all = 0;
      in >> of_job >> all;
      EXPECT_EQ(db_->GetStats().num_series, all);
      EXPECT_EQ(Read(*db_, kMinTime, kMaxTime), must_);
    } else {
      ADD_FAILURE() << "unknown command";
    }
    return true;
  }

  FaultFileSystem* fs_;
  bool strict_;  // a kill is a fault of its own, which a run with another fault does without
  std::unique_ptr<Db> db_;
  std::unique_ptr<storage::Appender> appender_;
  Samples must_;       // acknowledged
  Samples may_;        // was ever acknowledged
  Samples in_flight_;  // the open transaction
};

std::vector<std::string> ReadLines(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::filesystem::path> Scripts() {
  std::vector<std::filesystem::path> scripts;
  for (const auto& entry : std::filesystem::directory_iterator("tests/storage")) {
    if (entry.path().extension() == ".script") scripts.push_back(entry.path());
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

TEST(StorageScripts, RunAsWritten) {
  ASSERT_FALSE(Scripts().empty());
  for (const auto& path : Scripts()) {
    SCOPED_TRACE(path.string());
    FaultFileSystem fs;
    EXPECT_TRUE(ScriptRun(&fs, true).Execute(ReadLines(path)));
  }
}

TEST(StorageScripts, LoseNothingAcknowledgedWhateverOperationFails) {
  std::string log;
  CaptureLogs(&log);  // thousands of repairs are told
  auto restore = std::shared_ptr<void>(nullptr, [](void*) { CaptureLogs(nullptr); });
  for (const auto& path : Scripts()) {
    SCOPED_TRACE(path.string());
    std::vector<std::string> lines = ReadLines(path);
    FaultFileSystem counting;
    ScriptRun(&counting, false).Execute(lines);
    uint64_t total = counting.operations();
    ASSERT_GT(total, 10u);
    for (uint64_t at = 0; at < total; ++at) {
      for (size_t torn : {size_t{0}, size_t{3}, size_t{50}, size_t{1} << 20}) {
        for (bool keep_unsynced : {true, false}) {
          FaultFileSystem fs;
          fs.CrashAfter(at, torn);
          ScriptRun run(&fs, false);
          run.Execute(lines);
          run.Verify(keep_unsynced);
          ASSERT_FALSE(::testing::Test::HasFailure())
              << "operation " << at << ", torn " << torn << ", kept " << keep_unsynced;
        }
      }
    }
  }
}

}  // namespace
}  // namespace watchfire::tsdb
