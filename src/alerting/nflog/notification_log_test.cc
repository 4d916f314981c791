#include "alerting/nflog/notification_log.h"

#include <algorithm>

#include "alerting/nflog/entry_record.h"
#include "base/hash.h"
#include "codec/records.h"
#include "testing/fault_file_system.h"

namespace watchfire::alerting {
namespace {

constexpr TimeMs kStart = 1'700'000'000'000;
constexpr int64_t kMinute = 60'000;
constexpr int64_t kNsPerMs = 1'000'000;

class MovedClock final : public Clock {
 public:
  TimeMs Now() const override { return now; }
  int64_t MonotonicNs() const override { return now * kNsPerMs; }
  TimeMs now = kStart;
};

class NotificationLogTest : public ::testing::Test {
 protected:
  NotificationLogTest() {
    log_.SetBroadcast([this](std::string records) { broadcasts_.push_back(records); });
  }

  static NflogKey Key(const char* group, uint32_t index = 0) {
    return {group, "team", "webhook", index};
  }

  MovedClock clock_;
  std::vector<std::string> broadcasts_;
  NotificationLog log_{{.retention_ms = 60 * kMinute, .clock = &clock_}};
};

TEST(NflogKeys, AreWrittenAsUpstreamWritesThem) {
  NflogKey key{"{}/{a=\"b\"}:{alertname=\"c\"}", "team-x", "slack", 3};
  EXPECT_EQ(key.Text(), "{}/{a=\"b\"}:{alertname=\"c\"}:team-x/slack/3");
}

TEST(AlertHashes, AreXxHashOverNamesAndValues) {
  model::Labels labels = model::Labels::Of({{"severity", "page"}, {"alertname", "Up"}});
  EXPECT_EQ(AlertHash(labels), XxHash64("alertname\xffUp\xffseverity\xffpage\xff"));
  EXPECT_EQ(AlertHash(model::Labels()), XxHash64(""));
}

TEST_F(NotificationLogTest, RemembersTheLastNotification) {
  EXPECT_EQ(log_.Find(Key("g")), nullptr);
  log_.Log(Key("g"), {3, 1, 2}, {5, 4}, {{"ts", std::string("1.2")}}, 0);
  std::shared_ptr<const NflogEntry> entry = log_.Find(Key("g"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->firing, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(entry->resolved, (std::vector<uint64_t>{4, 5}));
  EXPECT_EQ(entry->timestamp_ns, kStart * kNsPerMs);
  EXPECT_EQ(entry->expires_at_ns, (kStart + 60 * kMinute) * kNsPerMs);
  EXPECT_EQ(std::get<std::string>(entry->data.at("ts")), "1.2");
  EXPECT_EQ(log_.Find(Key("g", 1)), nullptr);
  EXPECT_EQ(log_.Find(Key("h")), nullptr);

  clock_.now += 1;
  log_.Log(Key("g"), {}, {}, {}, 0);
  EXPECT_TRUE(log_.Find(Key("g"))->firing.empty());
  EXPECT_EQ(entry->firing.size(), 3u) << "what was handed out stays";
}

TEST_F(NotificationLogTest, KeepsAnEntryForTheShorterOfRetentionAndExpiry) {
  log_.Log(Key("short"), {1}, {}, {}, 10 * kMinute);
  log_.Log(Key("long"), {1}, {}, {}, 600 * kMinute);
  EXPECT_EQ(log_.Find(Key("short"))->expires_at_ns, (kStart + 10 * kMinute) * kNsPerMs);
  EXPECT_EQ(log_.Find(Key("long"))->expires_at_ns, (kStart + 60 * kMinute) * kNsPerMs);
  clock_.now += 10 * kMinute - 1;
  EXPECT_EQ(log_.Gc(clock_.now), 0u);
  EXPECT_NE(log_.Find(Key("short")), nullptr);
  clock_.now += 1;
  EXPECT_EQ(log_.Find(Key("short")), nullptr) << "before it is collected";
  EXPECT_EQ(log_.Gc(clock_.now), 1u);
  clock_.now = kStart + 60 * kMinute;
  EXPECT_EQ(log_.Gc(clock_.now), 1u);
  EXPECT_TRUE(log_.Marshal().empty());
}

TEST_F(NotificationLogTest, KeepsWhatWasToldThoughTheClockWentBack) {
  log_.Log(Key("g"), {1}, {}, {}, 0);
  int64_t first_ns = log_.Find(Key("g"))->timestamp_ns;
  clock_.now -= 1;
  log_.Log(Key("g"), {2}, {}, {}, 0);
  EXPECT_EQ(log_.Find(Key("g"))->firing, std::vector<uint64_t>{2});
  // For peers it is the later one.
  EXPECT_EQ(log_.Find(Key("g"))->timestamp_ns, first_ns + 1);
  EXPECT_EQ(broadcasts_.size(), 2u);
}

TEST_F(NotificationLogTest, TellsPeersOfEveryEntry) {
  log_.Log(Key("g"), {1}, {}, {}, 0);
  log_.Log(Key("g"), {1, 2}, {}, {}, 0);
  log_.Log(Key("h"), {}, {3}, {{"n", int64_t{-1}}, {"d", 0.5}, {"s", std::string()}}, 0);
  ASSERT_EQ(broadcasts_.size(), 3u);
  NotificationLog peer({.clock = &clock_});
  size_t passed_on = 0;
  peer.SetBroadcast([&](const std::string&) { ++passed_on; });
  for (size_t i : {1, 0, 2, 1, 0}) EXPECT_TRUE(peer.Merge(broadcasts_[i]).ok());
  EXPECT_EQ(peer.Marshal(), log_.Marshal());
  EXPECT_EQ(passed_on, 2u);
}

TEST_F(NotificationLogTest, OfTwoVersionsTakesTheLater) {
  auto record = [](const char* group, TimeMs at, TimeMs expires) {
    std::string out;
    AppendRecord(out, EncodeEntry(Key(group), {at * kNsPerMs, expires * kNsPerMs, {}, {}, {}}));
    return out;
  };
  TimeMs end = kStart + kMinute;
  EXPECT_TRUE(
      log_.Merge(record("a1", kStart, end) + record("a2", kStart, end) + record("a3", kStart, end))
          .ok());
  broadcasts_.clear();
  std::string fresh = record("b1", kStart, end);
  std::string later = record("a3", kStart + kMinute, end);
  EXPECT_TRUE(log_.Merge(fresh + record("a2", kStart - kMinute, end) + later +
                         record("a1", kStart, end) + record("a4", kStart, kStart - 1))
                  .ok());
  EXPECT_EQ(broadcasts_, std::vector<std::string>{fresh + later});
  EXPECT_EQ(log_.Marshal(), record("a1", kStart, end) + record("a2", kStart, end) + later + fresh);
}

TEST_F(NotificationLogTest, OutlivesARestart) {
  testing::FaultFileSystem files;
  EXPECT_TRUE(log_.Load("data/nflog", files).ok()) << "there is none yet";
  log_.Log(Key("g"), {1, UINT64_MAX}, {7}, {{"channel", std::string("c")}, {"n", int64_t{5}}}, 0);
  log_.Log(Key("{}:{a=\"b:c/d\"}", 9), {}, {}, {{"d", -0.25}}, 0);
  ASSERT_TRUE(log_.Save("nflog", files).ok());
  NotificationLog again({.clock = &clock_});
  ASSERT_TRUE(again.Load("nflog", files).ok());
  EXPECT_EQ(again.Marshal(), files.Content("nflog"));
  EXPECT_EQ(again.Find(Key("g"))->data, log_.Find(Key("g"))->data);
  EXPECT_EQ(again.Find(Key("{}:{a=\"b:c/d\"}", 9))->data.at("d"), ReceiverData::mapped_type(-0.25));
}

TEST_F(NotificationLogTest, RefusesASnapshotCutOffAnywhere) {
  testing::FaultFileSystem files;
  log_.Log(Key("a"), {1, 2, 3}, {4}, {{"k", std::string("v")}}, 0);
  size_t first = log_.Marshal().size();
  log_.Log(Key("b"), {1}, {}, {{"k", 1.5}}, 0);
  std::string whole = log_.Marshal();
  for (size_t size = 1; size < whole.size(); ++size) {
    files.SetContent("nflog", whole.substr(0, size));
    NotificationLog again({.clock = &clock_});
    Result<void> loaded = again.Load("nflog", files);
    ASSERT_EQ(loaded.ok(), size == first) << size;
    if (loaded.ok()) continue;
    EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt);
    std::string place = fmt::format("nflog: record at byte {}: ", size < first ? 0 : first);
    EXPECT_EQ(loaded.error().message().substr(0, place.size()), place);
    EXPECT_TRUE(again.Marshal().empty());
  }
}

TEST_F(NotificationLogTest, RefusesARecordWithoutAReceiver) {
  testing::FaultFileSystem files;
  files.SetContent("nflog", std::string("\0", 1));
  EXPECT_EQ(log_.Load("nflog", files).error().message(),
            "nflog: record at byte 0: not a notification: no receiver");
  EXPECT_EQ(log_.Merge("\x03\x0a\x01").error().code(), ErrorCode::kCorrupt);
}

TEST_F(NotificationLogTest, KeepsTheOldSnapshotWhenTheDiskIsFull) {
  testing::FaultFileSystem files;
  log_.Log(Key("a"), {1}, {}, {}, 0);
  ASSERT_TRUE(log_.Save("nflog", files).ok());
  std::string old = files.Content("nflog");
  files.SetCapacity(old.size() + 10);
  log_.Log(Key("b"), {1}, {}, {}, 0);
  EXPECT_FALSE(log_.Save("nflog", files).ok());
  EXPECT_EQ(files.Content("nflog"), old);
}

TEST(EntryRecords, TakeHashesThatAreNotPacked) {
  // Entry {group_key "g", receiver {}, firing 5, firing 3}
  std::string bytes("\x0a\x09\x0a\x01g\x12\x00\x30\x05\x30\x03", 11);
  Result<EntryRecord> record = DecodeEntry(bytes);
  ASSERT_TRUE(record.ok()) << record.error().message();
  EXPECT_EQ(record->entry.firing, (std::vector<uint64_t>{3, 5}));
  EXPECT_EQ(record->key.Text(), "g://0");
  // The receiver is empty but there; so it is in what we write.
  EXPECT_TRUE(DecodeEntry(EncodeEntry(record->key, record->entry)).ok());
}

}  // namespace
}  // namespace watchfire::alerting
