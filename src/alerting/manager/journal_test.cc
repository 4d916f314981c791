#include "alerting/manager/journal.h"

#include <gtest/gtest.h>

#include <vector>

#include "testing/fault_file_system.h"

namespace watchfire::alerting {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() { EXPECT_TRUE(files_.CreateDirectories("/d").ok()); }
  std::vector<std::string> Replayed() {
    std::vector<std::string> out;
    Journal("/d/nflog", &files_).Replay([&](std::string_view records) -> Result<void> {
      out.emplace_back(records);
      return {};
    });
    return out;
  }
  using Strings = std::vector<std::string>;

  testing::FaultFileSystem files_;
};

TEST_F(JournalTest, GivesBackWhatWasWritten) {
  EXPECT_EQ(Replayed(), Strings{});
  Journal journal("/d/nflog", &files_);
  journal.Append("one");
  journal.Append(std::string(1000, 'x'));
  EXPECT_EQ(Replayed(), (Strings{"one", std::string(1000, 'x')}));
}

TEST_F(JournalTest, ForgetsWhatASnapshotHas) {
  Journal journal("/d/nflog", &files_);
  journal.Append("one");
  journal.BeginSnapshot();
  journal.Append("two");
  EXPECT_EQ(Replayed(), (Strings{"one", "two"})) << "the snapshot is not there yet";
  journal.EndSnapshot();
  EXPECT_EQ(Replayed(), Strings{"two"});
}

TEST_F(JournalTest, KeepsEverythingUntilASnapshotSucceeds) {
  Journal journal("/d/nflog", &files_);
  journal.Append("one");
  journal.BeginSnapshot();
  journal.Append("two");
  journal.BeginSnapshot();
  journal.Append("three");
  EXPECT_EQ(Replayed(), (Strings{"one", "two", "three"}));
  journal.EndSnapshot();
  EXPECT_EQ(Replayed(), (Strings{"two", "three"}));
}

TEST_F(JournalTest, LeavesOutAnEndThatWasCutOff) {
  Journal journal("/d/nflog", &files_);
  journal.Append("one");
  size_t whole = files_.Content("/d/nflog.journal").size();
  journal.Append("two");
  std::string content = files_.Content("/d/nflog.journal");
  for (size_t size = whole; size < content.size(); ++size) {
    files_.SetContent("/d/nflog.journal", content.substr(0, size));
    EXPECT_EQ(Replayed(), Strings{"one"}) << size;
  }
  content.back() = '?';
  files_.SetContent("/d/nflog.journal", content);
  EXPECT_EQ(Replayed(), Strings{"one"});
}

TEST_F(JournalTest, GoesOnWhereTheWholeRecordsEnd) {
  Journal("/d/nflog", &files_).Append("one");
  files_.SetContent("/d/nflog.journal", files_.Content("/d/nflog.journal") + "\x7f");
  EXPECT_EQ(Replayed(), Strings{"one"});
  Journal("/d/nflog", &files_).Append("two");
  EXPECT_EQ(Replayed(), (Strings{"one", "two"}));
}

TEST_F(JournalTest, GoesOnAfterAFullDisk) {
  Journal journal("/d/nflog", &files_);
  journal.Append("one");
  files_.SetCapacity(files_.Content("/d/nflog.journal").size() + 4);
  journal.Append("does not fit");
  files_.SetCapacity(UINT64_MAX);
  journal.Append("two");
  EXPECT_EQ(Replayed(), (Strings{"one", "two"}));
}

}  // namespace
}  // namespace watchfire::alerting
