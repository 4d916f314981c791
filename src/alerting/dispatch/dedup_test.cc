#include "alerting/dispatch/dedup.h"

namespace watchfire::alerting {
namespace {

constexpr TimeMs kTick = 1'700'000'000'000;
constexpr int64_t kHour = 3'600'000;

struct Row {
  std::string name;
  bool has_entry = true;
  std::vector<uint64_t> told_firing;
  std::vector<uint64_t> told_resolved;
  int64_t age_ms = 0;
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
  bool send_resolved = true;
  Reason reason = Reason::kNone;
};

// Every rule of the table, and the order in which they are asked.
const std::vector<Row>& Rows() {
  static const auto* rows = new std::vector<Row>{
      {"never told, nothing there", false, {}, {}, 0, {}, {}, true, Reason::kNone},
      {"never told, only resolved ones", false, {}, {}, 0, {}, {3}, true, Reason::kNone},
      {"never told, one fires", false, {}, {}, 0, {1}, {}, true, Reason::kFirst},
      {"told of none, one fires", true, {}, {1}, 60'000, {1}, {}, true, Reason::kFirst},
      {"another fires", true, {1}, {}, 60'000, {1, 2}, {}, true, Reason::kNewAlerts},
      {"another fires instead", true, {1}, {}, 60'000, {2}, {1}, true, Reason::kNewAlerts},
      {"the same", true, {1, 2}, {}, 60'000, {1, 2}, {}, true, Reason::kNone},
      {"one is gone", true, {1, 2}, {}, 60'000, {1}, {}, true, Reason::kNone},
      {"one is resolved", true, {1, 2}, {}, 60'000, {1}, {2}, true, Reason::kSomeResolved},
      {"one is resolved, off", true, {1, 2}, {}, 60'000, {1}, {2}, false, Reason::kNone},
      {"told of the resolved", true, {1}, {2}, 60'000, {1}, {2}, true, Reason::kNone},
      {"all resolved", true, {1, 2}, {}, 60'000, {}, {1, 2}, true, Reason::kAllResolved},
      {"all resolved, off", true, {1, 2}, {}, 60'000, {}, {1, 2}, false, Reason::kAllResolved},
      {"told that all are", true, {}, {1}, 60'000, {}, {1}, true, Reason::kNone},
      {"fired and ended between ticks", true, {}, {1}, 60'000, {}, {1, 2}, true, Reason::kNone},
      {"told that all are, long ago", true, {}, {1}, 9 * kHour, {}, {1}, true, Reason::kNone},
      {"exactly as old as the interval", true, {1}, {}, kHour, {1}, {}, true, Reason::kNone},
      {"older than the interval", true, {1}, {}, kHour + 1, {1}, {}, true, Reason::kRepeat},
      {"older, off", true, {1}, {}, kHour + 1, {1}, {}, false, Reason::kRepeat},
      {"older, and new ones", true, {1}, {}, 2 * kHour, {1, 2}, {}, true, Reason::kNewAlerts},
  };
  return *rows;
}

TEST(Dedup, DecidesAsTheTableSays) {
  for (const Row& row : Rows()) {
    NflogEntry entry;
    entry.timestamp_ns = (kTick - row.age_ms) * 1'000'000;
    entry.firing = row.told_firing;
    entry.resolved = row.told_resolved;
    DedupInput input{row.has_entry ? &entry : nullptr,
                     &row.firing,
                     &row.resolved,
                     row.send_resolved,
                     kHour,
                     kTick};
    EXPECT_EQ(ReasonText(Decide(input)), ReasonText(row.reason)) << row.name;
    std::string text = DecisionText(input, Decide(input));
    EXPECT_EQ(text.back(), '.') << row.name << ": " << text;
  }
}

TEST(Dedup, SaysWhyInSentences) {
  NflogEntry entry;
  entry.timestamp_ns = (kTick - 200'000) * 1'000'000;
  entry.firing = {1, 2};
  std::vector<uint64_t> same = {1, 2};
  std::vector<uint64_t> more = {1, 2, 3, 4};
  std::vector<uint64_t> none;
  auto text = [&](const std::vector<uint64_t>& firing, const std::vector<uint64_t>& resolved,
                  bool send_resolved) {
    DedupInput input{&entry, &firing, &resolved, send_resolved, 4 * kHour, kTick};
    return DecisionText(input, Decide(input));
  };
  EXPECT_EQ(text(same, none, true),
            "Nothing changed since the last notification 3m20s ago; repeats after 4h.");
  EXPECT_EQ(text(more, none, true), "2 firing alerts were not in the last notification 3m20s ago.");
  EXPECT_EQ(text(none, same, false),
            "All alerts are resolved; not sent, because send_resolved is off.");
  EXPECT_EQ(text({1}, {2}, true), "1 alert was resolved since the last notification 3m20s ago.");
  EXPECT_EQ(text({1}, {2}, false),
            "Nothing changed since the last notification 3m20s ago; repeats after 4h. Some alerts "
            "were resolved, but send_resolved is off.");
}

TEST(AgeText, LeavesOutWhatDoesNotMatter) {
  EXPECT_EQ(AgeText(-5), "0.0s");
  EXPECT_EQ(AgeText(1'340), "1.3s");
  EXPECT_EQ(AgeText(59'999), "59s");
  EXPECT_EQ(AgeText(2 * kHour + 59'000), "2h");
  EXPECT_EQ(AgeText(77 * kHour + 59 * 60'000), "3d5h");
}

}  // namespace
}  // namespace watchfire::alerting
