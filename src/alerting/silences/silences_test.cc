#include "alerting/silences/silences.h"

#include <random>
#include <set>
#include <thread>

#include "alerting/silences/silence_checks.h"
#include "alerting/silences/silence_record.h"
#include "base/log.h"
#include "codec/records.h"
#include "testing/fault_file_system.h"

namespace watchfire::alerting {
namespace {

using amconfig::Matcher;
using amconfig::Matchers;
using amconfig::MatcherSyntax;
using amconfig::MatchType;

constexpr TimeMs kStart = 1'700'000'000'000;
constexpr int64_t kSecond = 1'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

class MovedClock final : public Clock {
 public:
  TimeMs Now() const override { return now; }
  int64_t MonotonicNs() const override { return now * kNsPerMs; }
  TimeMs now = kStart;
};

Matchers Parse(std::string_view text) {
  return amconfig::ParseMatchers(text, MatcherSyntax::kUtf8).value();
}

Silence Of(std::string_view matchers, TimeMs starts, TimeMs ends) {
  Silence silence;
  silence.matcher_sets = {Parse(matchers)};
  silence.starts_at_ns = starts * kNsPerMs;
  silence.ends_at_ns = ends * kNsPerMs;
  return silence;
}

class SilencesTest : public ::testing::Test {
 protected:
  SilencesTest() { Make({.retention_ms = kHour}); }

  void Make(Silences::Options options) {
    options.clock = &clock_;
    silences_ = std::make_unique<Silences>(options);
    silences_->SetBroadcast([this](std::string records) { broadcasts_.push_back(records); });
  }

  std::string MustSet(Silence silence) {
    Result<std::string> id = silences_->Set(std::move(silence));
    EXPECT_TRUE(id.ok()) << id.error().message();
    return id.ok() ? *id : "";
  }
  std::string SetError(Silence silence) {
    Result<std::string> id = silences_->Set(std::move(silence));
    return id.ok() ? "no error" : id.error().message();
  }
  SilenceState StateOf(const std::string& id) {
    return silences_->Get(id).value().StateAt(clock_.now);
  }
  std::vector<std::string> MutedBy(std::initializer_list<model::LabelView> pairs) {
    model::Labels labels = model::Labels::Of(pairs);
    return silences_->MutedBy(labels.StableHash(), labels, clock_.now);
  }

  MovedClock clock_;
  std::vector<std::string> broadcasts_;
  std::unique_ptr<Silences> silences_;
};

TEST(SilenceStates, FollowTheClock) {
  Silence silence = Of("a=b", 10, 20);
  EXPECT_EQ(silence.StateAt(9), SilenceState::kPending);
  EXPECT_EQ(silence.StateAt(10), SilenceState::kActive);
  EXPECT_EQ(silence.StateAt(19), SilenceState::kActive);
  EXPECT_EQ(silence.StateAt(20), SilenceState::kExpired);
  EXPECT_EQ(SilenceStateText(SilenceState::kPending), "pending");
  EXPECT_EQ(SilenceStateText(SilenceState::kActive), "active");
  EXPECT_EQ(SilenceStateText(SilenceState::kExpired), "expired");
}

TEST_F(SilencesTest, GetARandomIdOfVersionFour) {
  std::set<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.insert(MustSet(Of("a=b", kStart, kStart + kMinute)));
  EXPECT_EQ(ids.size(), 20u);
  for (const std::string& id : ids) {
    ASSERT_EQ(id.size(), 36u);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    for (size_t dash : {8, 13, 18, 23}) EXPECT_EQ(id[dash], '-');
  }
}

TEST_F(SilencesTest, AreRefusedInUpstreamsWords) {
  Silence valid = Of("a=b", kStart, kStart);
  auto with = [&](std::vector<Matchers> sets) {
    Silence silence = valid;
    silence.matcher_sets = std::move(sets);
    return silence;
  };
  auto make = [](MatchType type, const char* name, const char* value) {
    return Matcher::Make(type, name, value).value();
  };
  EXPECT_EQ(SetError(valid), "no error");
  EXPECT_EQ(SetError(with({})), "invalid silence: at least one matcher set required");
  EXPECT_EQ(SetError(with({{}})), "invalid silence: matcher set 0 is empty");
  EXPECT_EQ(SetError(with({Parse("a=b"), {}})), "invalid silence: matcher set 1 is empty");
  EXPECT_EQ(SetError(with({{make(MatchType::kEqual, "", "b")}})),
            "invalid silence: invalid label matcher 0 in set 0: invalid label name \"\"");
  EXPECT_EQ(SetError(with(
                {{make(MatchType::kEqual, "a", "b"), make(MatchType::kNotEqual, "a", "\xff")}})),
            "invalid silence: invalid label matcher 1 in set 0: invalid label value \"\\xff\"");
  EXPECT_EQ(
      SetError(with({{make(MatchType::kEqual, "a", ""), make(MatchType::kRegex, "b", ".*")}})),
      "invalid silence: matcher set 0: at least one matcher must not match the empty string");
  EXPECT_EQ(SetError(with({Parse("a=b"), Parse("a=~\"x|\"")})),
            "invalid silence: matcher set 1: at least one matcher must not match the empty string");
  // Negations pass, whatever they match.
  EXPECT_EQ(SetError(with({Parse("a!=b")})), "no error");
  EXPECT_EQ(SetError(with({Parse("a!~\"b.*\"")})), "no error");
  EXPECT_EQ(SetError(with({Parse("\"00\"=b")})), "no error");
  EXPECT_EQ(SetError(with({Parse("\"🙂\"=\"🙂\"")})), "no error");

  Silence silence = valid;
  silence.ends_at_ns -= 1;
  EXPECT_EQ(SetError(silence), "invalid silence: end time must not be before start time");
  silence.ends_at_ns = 0;
  EXPECT_EQ(SetError(silence), "invalid silence: invalid zero end timestamp");
  silence.ends_at_ns = INT64_MIN;
  EXPECT_EQ(SetError(silence), "invalid silence: invalid zero end timestamp");
  EXPECT_EQ(silences_->Set(silence).error().code(), ErrorCode::kInvalid);

  silence = valid;
  silence.id = "some_id";
  EXPECT_EQ(SetError(silence), "silence not found");
  EXPECT_EQ(silences_->Set(silence).error().code(), ErrorCode::kNotFound);
}

TEST_F(SilencesTest, TakeOnlyPlainNamesInTheClassicSyntax) {
  Make({.syntax = MatcherSyntax::kClassic});
  EXPECT_EQ(SetError(Of("\"00\"=b", kStart, kStart + 1)),
            "invalid silence: invalid label matcher 0 in set 0: invalid label name \"00\"");
  EXPECT_EQ(SetError(Of("\"🙂\"=b", kStart, kStart + 1)),
            "invalid silence: invalid label matcher 0 in set 0: invalid label name \"🙂\"");
}

// The rows follow one silence through its changes.
TEST_F(SilencesTest, KeepOrChangeTheirIdAsHistoryDemands) {
  std::string id1 = MustSet(Of("a=b", kStart + 2 * kMinute, kStart + 5 * kMinute));
  EXPECT_EQ(silences_->Get(id1)->updated_at_ns, kStart * kNsPerMs);

  // Without a start it starts now.
  clock_.now += kMinute;
  TimeMs start2 = clock_.now;
  Silence second = Of("a=b", 0, start2 + kMinute);
  std::string id2 = MustSet(second);
  EXPECT_NE(id1, id2);
  EXPECT_EQ(silences_->Get(id2)->starts_at_ns, start2 * kNsPerMs);

  // Unchanged, with a comment, with a later end: the same.
  Silence changed = *silences_->Get(id2);
  EXPECT_EQ(MustSet(changed), id2);
  changed.comment = "c";
  EXPECT_EQ(MustSet(changed), id2);
  clock_.now += kMinute - 1;
  changed.ends_at_ns = (clock_.now + 100 * kMinute) * kNsPerMs;
  EXPECT_EQ(MustSet(changed), id2);
  EXPECT_EQ(silences_->Get(id2)->comment, "c");
  EXPECT_EQ(silences_->Get(id2)->ends_at_ns, changed.ends_at_ns);
  EXPECT_EQ(silences_->Get(id2)->updated_at_ns, clock_.now * kNsPerMs);

  // Other matchers: the old one ends now, a new one goes on.
  clock_.now += kMinute;
  Silence other = changed;
  other.matcher_sets = {Parse("a=c")};
  std::string id6 = MustSet(other);
  EXPECT_NE(id6, id2);
  EXPECT_EQ(StateOf(id2), SilenceState::kExpired);
  EXPECT_EQ(silences_->Get(id2)->ends_at_ns, clock_.now * kNsPerMs);
  EXPECT_EQ(silences_->Get(id6)->starts_at_ns, clock_.now * kNsPerMs);
  EXPECT_EQ(silences_->Get(id6)->comment, "c");

  // The expired one comes back under a new id only.
  clock_.now += kMinute;
  Silence again = changed;
  again.starts_at_ns = kStart * kNsPerMs;
  std::string id7 = MustSet(again);
  EXPECT_NE(id7, id2);
  EXPECT_EQ(silences_->Get(id7)->starts_at_ns, clock_.now * kNsPerMs);

  // What is refused changes nothing.
  Silence invalid = *silences_->Get(id7);
  invalid.ends_at_ns = 0;
  EXPECT_EQ(SetError(invalid), "invalid silence: invalid zero end timestamp");
  EXPECT_EQ(StateOf(id7), SilenceState::kActive);
  EXPECT_EQ(silences_->All().size(), 4u);
}

TEST_F(SilencesTest, ChangeInPlaceByTheseRules) {
  struct Row {
    const char* what;
    TimeMs starts, ends;          // before, seconds from now
    TimeMs new_starts, new_ends;  // after
    const char* matchers;
    bool in_place;
  };
  const Row kRows[] = {
      {"nothing changes", -10, 60, -10, 60, "a=b", true},
      {"other matchers", -10, 60, -10, 60, "a=c", false},
      {"active, another start", -10, 60, -20, 60, "a=b", false},
      {"active, start in the future", -10, 60, 10, 60, "a=b", false},
      {"active, later end", -10, 60, -10, 90, "a=b", true},
      {"active, end now", -10, 60, -10, 0, "a=b", true},
      {"active, end in the past", -10, 60, -10, -1, "a=b", false},
      {"pending, later start", 10, 60, 20, 60, "a=b", true},
      {"pending, start now", 10, 60, 0, 60, "a=b", true},
      {"pending, start in the past", 10, 60, -1, 60, "a=b", false},
      {"expired", -60, -10, -60, 60, "a=b", false},
  };
  for (const Row& row : kRows) {
    auto at = [](TimeMs seconds) { return kStart + seconds * kSecond; };
    Silence before = Of("a=b", at(row.starts), at(row.ends));
    Silence after = Of(row.matchers, at(row.new_starts), at(row.new_ends));
    EXPECT_EQ(CanUpdate(before, after, kStart), row.in_place) << row.what;
  }
  // The same second is the same start.
  Silence before = Of("a=b", kStart - kSecond, kStart + kMinute);
  Silence after = before;
  after.starts_at_ns += 2;
  EXPECT_TRUE(CanUpdate(before, after, kStart));
}

TEST_F(SilencesTest, StartNoEarlierThanTheyAreMade) {
  std::string id = MustSet(Of("a=b", kStart - kHour, kStart + kHour));
  EXPECT_EQ(silences_->Get(id)->starts_at_ns, kStart * kNsPerMs);
}

TEST_F(SilencesTest, ExpireAtOnce) {
  std::string active = MustSet(Of("a=b", kStart, kStart + kHour));
  std::string pending = MustSet(Of("a=b", kStart + kMinute, kStart + kHour));
  std::string expired = MustSet(Of("a=b", kStart, kStart + kSecond));
  clock_.now += 2 * kSecond;
  Silence before = *silences_->Get(expired);
  for (const std::string& id : {active, pending, expired}) {
    EXPECT_TRUE(silences_->Expire(id).ok());
    EXPECT_EQ(StateOf(id), SilenceState::kExpired);
  }
  EXPECT_EQ(silences_->Get(active)->starts_at_ns, kStart * kNsPerMs);
  EXPECT_EQ(silences_->Get(active)->ends_at_ns, clock_.now * kNsPerMs);
  EXPECT_EQ(silences_->Get(pending)->starts_at_ns, clock_.now * kNsPerMs);
  EXPECT_EQ(silences_->Get(pending)->ends_at_ns, clock_.now * kNsPerMs);
  EXPECT_EQ(silences_->Get(expired)->updated_at_ns, before.updated_at_ns);
  EXPECT_EQ(silences_->Expire("unknown").error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(silences_->Get("unknown").error().message(), "silence not found");
}

TEST_F(SilencesTest, AreLimitedInNumberAndSize) {
  Make({.retention_ms = 0, .max_silences = 1, .max_silence_size_bytes = 4096});
  std::string first = MustSet(Of("a=b", kStart, kStart + 5 * kMinute));
  EXPECT_EQ(SetError(Of("c=d", kStart, kStart + 5 * kMinute)),
            "exceeded maximum number of silences: 1 (limit: 1)");
  EXPECT_TRUE(silences_->Expire(first).ok());
  // An expired one counts until it is forgotten.
  EXPECT_NE(SetError(Of("c=d", kStart, kStart + 5 * kMinute)), "no error");
  EXPECT_EQ(silences_->Gc(clock_.now), 1u);
  std::string second = MustSet(Of("c=d", kStart, kStart + 5 * kMinute));

  Silence changed = *silences_->Get(second);
  changed.comment = "m";
  EXPECT_EQ(MustSet(changed), second);
  changed.starts_at_ns += kMinute * kNsPerMs;
  EXPECT_EQ(SetError(changed), "exceeded maximum number of silences: 1 (limit: 1)");
  EXPECT_EQ(StateOf(second), SilenceState::kActive);

  Make({.max_silences = 2, .max_silence_size_bytes = 4096});
  second = MustSet(Of("c=d", kStart, kStart + 5 * kMinute));
  Silence large = *silences_->Get(second);
  large.comment = std::string(4096, 'm');
  SilenceRecord record{large, large.ends_at_ns + 120 * kHour * kNsPerMs};
  EXPECT_EQ(SetError(large), fmt::format("silence exceeded maximum size: {} bytes (limit: 4096 "
                                         "bytes)",
                                         EncodeSilence(record, false).size()));
  large.matcher_sets = {Parse("n=o")};
  EXPECT_EQ(silences_->Set(large).error().code(), ErrorCode::kLimit);
  EXPECT_EQ(StateOf(second), SilenceState::kActive);
  EXPECT_EQ(silences_->Get(second)->comment, "");
}

TEST_F(SilencesTest, AreForgottenAfterTheRetention) {
  std::string id = MustSet(Of("a=b", kStart, kStart + kMinute));
  std::string longer = MustSet(Of("a=b", kStart, kStart + 2 * kMinute));
  clock_.now = kStart + kMinute + kHour - 1;
  EXPECT_EQ(silences_->Gc(clock_.now), 0u);
  EXPECT_EQ(silences_->Gc(++clock_.now), 1u);
  EXPECT_FALSE(silences_->Get(id).ok());
  EXPECT_TRUE(silences_->Get(longer).ok());
  clock_.now += kMinute;
  EXPECT_EQ(silences_->Gc(clock_.now), 1u);
  EXPECT_TRUE(silences_->All().empty());
}

// A long life: each step names what is there and in which state.
TEST_F(SilencesTest, AreCollectedOverTime) {
  Make({.retention_ms = 10 * kMinute});
  std::map<std::string, std::string> names;
  names[MustSet(Of("n=short", kStart, kStart + 5 * kMinute))] = "short";
  names[MustSet(Of("n=long", kStart, kStart + 30 * kMinute))] = "long";
  names[MustSet(Of("n=later", kStart + 20 * kMinute, kStart + 25 * kMinute))] = "later";
  auto there = [&] {
    std::set<std::string> out;
    for (const Silence& silence : silences_->All()) {
      out.insert(names.at(silence.id) + " " +
                 std::string(SilenceStateText(silence.StateAt(clock_.now))));
    }
    return out;
  };
  using Set = std::set<std::string>;
  EXPECT_EQ(there(), (Set{"short active", "long active", "later pending"}));
  clock_.now = kStart + 5 * kMinute;
  EXPECT_EQ(silences_->Gc(clock_.now), 0u);
  EXPECT_EQ(there(), (Set{"short expired", "long active", "later pending"}));
  clock_.now = kStart + 15 * kMinute;
  EXPECT_EQ(silences_->Gc(clock_.now), 1u);
  EXPECT_EQ(there(), (Set{"long active", "later pending"}));
  clock_.now = kStart + 34 * kMinute;
  EXPECT_EQ(silences_->Gc(clock_.now), 0u);
  EXPECT_EQ(there(), (Set{"long expired", "later expired"}));
  clock_.now = kStart + 40 * kMinute;
  EXPECT_EQ(silences_->Gc(clock_.now), 2u);
  EXPECT_EQ(there(), Set{});
}

TEST_F(SilencesTest, MatchAsTheirMatchersSay) {
  struct Row {
    std::vector<const char*> sets;
    bool matches;
  };
  const Row kRows[] = {
      {{"job=test"}, true},
      {{"job!=test"}, false},
      {{"job=test,method=POST"}, false},
      {{"job=test,method!=POST"}, true},
      {{"path=~\"/user/.+\""}, true},
      {{"path!~\"/user/.+\""}, false},
      {{"path=~\"/user/.+\",path=~\"/nothing/.+\""}, false},
      {{"method!=GET", "method=~\"GET|POST\",job=test"}, true},
      {{"method=GET", "method=~\"GET|POST\",job=test"}, true},
      {{"method!=GET", "method=~\"GET|POST\",job!=test"}, false},
      {{"absent=\"\",job=test"}, true},
      {{"absent=~\".*\",job=~\"t.*\""}, true},
      {{"absent!=x"}, true},
      {{"absent=~\".+\""}, false},
  };
  for (const Row& row : kRows) {
    Make({});
    Silence silence = Of("x=y", kStart, kStart + kHour);
    silence.matcher_sets.clear();
    for (const char* set : row.sets) silence.matcher_sets.push_back(Parse(set));
    std::string id = MustSet(silence);
    bool muted =
        !MutedBy(
             {{"job", "test"}, {"instance", "web-1"}, {"path", "/user/profile"}, {"method", "GET"}})
             .empty();
    EXPECT_EQ(muted, row.matches) << row.sets[0];
  }
}

TEST_F(SilencesTest, MuteFromTheirStartToTheirEnd) {
  EXPECT_TRUE(MutedBy({{"foo", "bar"}}).empty());
  MustSet(Of("foo=baz", kStart, kStart + 5 * kMinute));
  EXPECT_TRUE(MutedBy({{"foo", "bar"}}).empty());
  std::string second = MustSet(Of("foo=bar", kStart, kStart + 5 * kMinute));
  EXPECT_EQ(MutedBy({{"foo", "bar"}}), std::vector<std::string>{second});

  clock_.now += kHour;
  EXPECT_TRUE(MutedBy({{"foo", "bar"}}).empty());

  // A new life in the future, already in the cache when it begins.
  Silence later = Of("foo=bar", clock_.now + kHour, clock_.now + 3 * kHour);
  later.id = second;
  std::string third = MustSet(later);
  EXPECT_TRUE(MutedBy({{"foo", "bar"}}).empty());
  clock_.now += 2 * kHour;
  EXPECT_EQ(MutedBy({{"foo", "bar"}}), std::vector<std::string>{third});

  std::string fourth = MustSet(Of("foo=~\"b..\"", clock_.now + kHour, clock_.now + 3 * kHour));
  EXPECT_EQ(MutedBy({{"foo", "bar"}}), std::vector<std::string>{third});
  clock_.now += 2 * kHour;
  EXPECT_EQ(MutedBy({{"foo", "bar"}}), std::vector<std::string>{fourth});
}

TEST_F(SilencesTest, StopMutingTheMomentTheyExpire) {
  std::string id = MustSet(Of("foo=bar", kStart, kStart + kHour));
  EXPECT_EQ(MutedBy({{"foo", "bar"}}).size(), 1u);
  EXPECT_TRUE(silences_->Expire(id).ok());
  EXPECT_TRUE(MutedBy({{"foo", "bar"}}).empty());
}

TEST_F(SilencesTest, DoNotTrustAFingerprintAlone) {
  MustSet(Of("foo=bar", kStart, kStart + kHour));
  model::Labels muted = model::Labels::Of({{"foo", "bar"}});
  model::Labels other = model::Labels::Of({{"foo", "baz"}});
  EXPECT_EQ(silences_->MutedBy(7, muted, kStart).size(), 1u);
  EXPECT_EQ(silences_->MutedBy(7, other, kStart).size(), 0u);
  EXPECT_EQ(silences_->MutedBy(7, muted, kStart).size(), 1u);
}

TEST_F(SilencesTest, ShowPendingOnesToPeople) {
  std::string active = MustSet(Of("foo=bar", kStart, kStart + kHour));
  std::string pending = MustSet(Of("foo=~\".+\"", kStart + kMinute, kStart + kHour));
  MustSet(Of("foo=x", kStart, kStart + kHour));
  std::set<std::string> ids;
  model::Labels labels = model::Labels::Of({{"foo", "bar"}});
  for (const Silence& silence : silences_->Matching(labels, kStart)) ids.insert(silence.id);
  EXPECT_EQ(ids, (std::set<std::string>{active, pending}));
  EXPECT_TRUE(silences_->Matching(labels, kStart + kHour).empty());
}

// Everything at once: random silences and alerts, changes, ends, collections and peers; whatever
// the index and the cache answer, a scan over all silences must answer the same.
TEST_F(SilencesTest, AnswerFromTheIndexWhatAScanWouldAnswer) {
  std::mt19937 random(7);
  auto one_of = [&](auto& list) { return list[random() % std::size(list)]; };
  const char* const kNames[] = {"alertname", "instance", "job", "severity"};
  const char* const kValues[] = {"", "a", "b", "ab", "abc", "web-1", "web-2", "web-10"};
  const char* const kPatterns[] = {"a",     "a|b",     "a|",    "web-.*",  "web-1.?",
                                   ".*b.*", "web-1|a", ".+",    "(a|b)c?", "w.*",
                                   ".*",    "[ab]+",   "web.1", "abc?",    "(?i)A"};
  const MatchType kTypes[] = {MatchType::kEqual, MatchType::kEqual, MatchType::kRegex,
                              MatchType::kNotEqual, MatchType::kNotRegex};
  std::vector<model::Labels> alerts;
  for (int i = 0; i < 60; ++i) {
    alerts.push_back(model::Labels::FromPairs({{kNames[0], one_of(kValues)},
                                               {kNames[1], one_of(kValues)},
                                               {kNames[2], one_of(kValues)},
                                               {kNames[3], one_of(kValues)}}));
  }
  auto random_set = [&] {
    Matchers set;
    for (size_t n = 1 + random() % 3; n > 0; --n) {
      MatchType type = one_of(kTypes);
      bool regex = type == MatchType::kRegex || type == MatchType::kNotRegex;
      set.push_back(
          Matcher::Make(type, one_of(kNames), regex ? one_of(kPatterns) : one_of(kValues)).value());
    }
    return set;
  };
  std::vector<std::string> ids;
  size_t muted = 0;
  for (int step = 0; step < 3000; ++step) {
    clock_.now += static_cast<int64_t>(random() % 20) * kSecond;
    size_t action = random() % 10;
    if (action < 4 || ids.empty()) {
      Silence silence;
      for (size_t n = 1 + random() % 2; n > 0; --n) silence.matcher_sets.push_back(random_set());
      silence.starts_at_ns = (clock_.now + static_cast<int64_t>(random() % 4) * kMinute) * kNsPerMs;
      silence.ends_at_ns =
          silence.starts_at_ns + static_cast<int64_t>(random() % 100) * kMinute * kNsPerMs;
      if (random() % 4 == 0 && !ids.empty()) silence.id = one_of(ids);
      Result<std::string> id = silences_->Set(silence);
      if (id.ok()) ids.push_back(*id);
    } else if (action == 4) {
      static_cast<void>(silences_->Expire(one_of(ids)).ok());
    } else if (action == 5) {
      silences_->Gc(clock_.now);
    } else if (action == 6 && random() % 10 == 0) {
      // A peer changes the matchers of a silence, which nobody else can, or revives it.
      Result<Silence> known = silences_->Get(one_of(ids));
      if (!known.ok()) continue;
      if (random() % 2 == 0) known->matcher_sets = {random_set()};
      known->updated_at_ns = clock_.now * kNsPerMs + 1;
      known->ends_at_ns = (clock_.now + kHour) * kNsPerMs;
      std::string bytes;
      AppendRecord(bytes, EncodeSilence({*known, known->ends_at_ns + kNsPerMs * kHour}));
      EXPECT_TRUE(silences_->Merge(bytes).ok());
    }
    std::vector<Silence> all = silences_->All();
    for (int i = 0; i < 5; ++i) {
      const model::Labels& labels = one_of(alerts);
      std::vector<std::string> expected;
      std::vector<std::string> pending_too;
      for (const Silence& silence : all) {
        bool matches = false;
        for (const Matchers& set : silence.matcher_sets) {
          matches = matches || amconfig::MatchesAll(set, labels);
        }
        SilenceState state = silence.StateAt(clock_.now);
        if (matches && state == SilenceState::kActive) expected.push_back(silence.id);
        if (matches && state != SilenceState::kExpired) pending_too.push_back(silence.id);
      }
      ASSERT_EQ(silences_->MutedBy(labels.StableHash(), labels, clock_.now), expected)
          << "step " << step << " " << labels.ToString();
      std::vector<std::string> matching;
      for (const Silence& s : silences_->Matching(labels, clock_.now)) matching.push_back(s.id);
      ASSERT_EQ(matching, pending_too) << "step " << step << " " << labels.ToString();
      muted += expected.size();
    }
    if (random() % 50 == 0) silences_->Forget(one_of(alerts).StableHash());
  }
  EXPECT_GT(muted, 1000u);
}

TEST_F(SilencesTest, MayBeAskedAndChangedByManyThreads) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        for (const char* value : {"a", "b", "c"}) {
          model::Labels labels = model::Labels::Of({{"n", value}});
          static_cast<void>(silences_->MutedBy(labels.StableHash(), labels, kStart));
          static_cast<void>(silences_->Matching(labels, kStart));
        }
      }
    });
  }
  for (int i = 0; i < 150; ++i) {
    std::string id = MustSet(Of(i % 2 == 0 ? "n=a" : "n=~\"b.*\"", kStart, kStart + kHour));
    if (i % 3 == 0) {
      EXPECT_TRUE(silences_->Expire(id).ok());
    }
    if (i % 50 == 0) silences_->Gc(kStart + 30 * kHour);
    static_cast<void>(silences_->Marshal());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(SilencesTest, TellPeersOfEveryChange) {
  std::string id = MustSet(Of("a=b", kStart, kStart + kHour));
  ASSERT_EQ(broadcasts_.size(), 1u);
  Silence other = *silences_->Get(id);
  other.matcher_sets = {Parse("a=c")};
  MustSet(other);
  ASSERT_EQ(broadcasts_.size(), 3u) << "the end of the old one and the new one";
  EXPECT_TRUE(silences_->Expire(id).ok());
  EXPECT_EQ(broadcasts_.size(), 3u) << "it had ended";

  // A peer that hears all of it, twice and in any order, knows the same.
  Silences peer({.retention_ms = kHour, .clock = &clock_});
  size_t passed_on = 0;
  peer.SetBroadcast([&](const std::string&) { ++passed_on; });
  for (int i : {2, 1, 0, 1, 2}) {
    EXPECT_TRUE(peer.Merge(broadcasts_[static_cast<size_t>(i)]).ok());
  }
  EXPECT_EQ(peer.Marshal(), silences_->Marshal());
  EXPECT_EQ(passed_on, 2u);
}

TEST_F(SilencesTest, OfTwoVersionsTakeTheLater) {
  auto record = [](const char* id, TimeMs updated, TimeMs expires) {
    SilenceRecord out;
    out.silence.id = id;
    out.silence.updated_at_ns = updated * kNsPerMs;
    out.expires_at_ns = expires * kNsPerMs;
    return EncodeSilence(out);
  };
  TimeMs end = kStart + kMinute;
  std::string bytes;
  for (const char* id : {"a1", "a2", "a3"}) AppendRecord(bytes, record(id, kStart, end));
  EXPECT_TRUE(silences_->Merge(bytes).ok());
  broadcasts_.clear();
  bytes.clear();
  AppendRecord(bytes, record("b1", kStart, end));
  AppendRecord(bytes, record("a2", kStart - kMinute, end));
  AppendRecord(bytes, record("a3", kStart + kMinute, end));
  AppendRecord(bytes, record("a4", kStart - kMinute, kStart - 1));
  EXPECT_TRUE(silences_->Merge(bytes).ok());
  std::map<std::string, int64_t> updated;
  for (const Silence& silence : silences_->All()) {
    updated[silence.id] = silence.updated_at_ns / kNsPerMs;
  }
  EXPECT_EQ(updated,
            (std::map<std::string, int64_t>{
                {"a1", kStart}, {"a2", kStart}, {"a3", kStart + kMinute}, {"b1", kStart}}));
  std::string news;
  AppendRecord(news, record("b1", kStart, end));
  AppendRecord(news, record("a3", kStart + kMinute, end));
  EXPECT_EQ(broadcasts_, std::vector<std::string>{news});
}

TEST_F(SilencesTest, OutliveARestart) {
  testing::FaultFileSystem files;
  EXPECT_TRUE(silences_->Load("data/silences", files).ok()) << "there is none yet";
  Silence silence = Of("label1=val1,label2=~\"val.+\"", kStart, kStart + kHour);
  silence.matcher_sets.push_back(Parse("label1!=val1,\"a b\"!~\"x|y\""));
  silence.receiver_matcher_sets.push_back(Parse("name=team"));
  silence.created_by = "somebody";
  silence.comment = "because\nof it";
  silence.annotations = {{"ticket", "1"}, {"empty", ""}};
  MustSet(silence);
  MustSet(Of("a=b", kStart + kHour, kStart + 2 * kHour));
  ASSERT_TRUE(silences_->Save("silences", files).ok());

  Silences again({.retention_ms = kHour, .clock = &clock_});
  ASSERT_TRUE(again.Load("silences", files).ok());
  EXPECT_EQ(again.Marshal(), silences_->Marshal());
  EXPECT_EQ(files.Content("silences"), silences_->Marshal());
  EXPECT_EQ(again.All().size(), 2u);
  model::Labels labels = model::Labels::Of({{"label1", "val1"}, {"label2", "value"}});
  EXPECT_EQ(again.MutedBy(1, labels, kStart).size(), 1u);
}

TEST_F(SilencesTest, RefuseASnapshotCutOffAnywhere) {
  testing::FaultFileSystem files;
  MustSet(Of("a=b,c=~\"d.*\"", kStart, kStart + kHour));
  size_t first = silences_->Marshal().size();
  MustSet(Of("e!=f,g=h", kStart, kStart + kHour));
  std::string whole = silences_->Marshal();
  for (size_t size = 0; size < whole.size(); ++size) {
    files.SetContent("silences", whole.substr(0, size));
    Silences again({.clock = &clock_});
    Result<void> loaded = again.Load("silences", files);
    if (size == 0 || loaded.ok()) {
      // The two lie in the order of their random ids.
      EXPECT_TRUE(size == 0 || size == first || size == whole.size() - first) << size;
      continue;
    }
    EXPECT_EQ(loaded.error().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(loaded.error().message().rfind("silences: record at byte ", 0), 0u)
        << loaded.error().message();
    EXPECT_TRUE(again.All().empty());
  }
}

TEST_F(SilencesTest, RefuseARecordWithoutASilence) {
  testing::FaultFileSystem files;
  files.SetContent("silences", std::string("\0", 1));
  EXPECT_EQ(silences_->Load("silences", files).error().message(),
            "silences: record at byte 0: not a silence: no id");
  EXPECT_EQ(silences_->Merge("\x03\x0a\x01").error().code(), ErrorCode::kCorrupt);
}

TEST_F(SilencesTest, LeaveOutMatchersThatCannotBeEvaluated) {
  std::string logs;
  CaptureLogs(&logs);
  // Silence "x" with the matcher a of the type 9.
  std::string bad(
      "\x0a\x0a\x0a\x01x\x12\x05\x08\x09\x12\x01"
      "a",
      12);
  std::string bytes;
  AppendRecord(bytes, bad);
  Silence good = Of("a=b", kStart, kStart + kHour);
  good.id = "good";
  AppendRecord(bytes, EncodeSilence({good, (kStart + kHour) * kNsPerMs}));
  EXPECT_TRUE(silences_->Merge(bytes).ok());
  CaptureLogs(nullptr);
  ASSERT_EQ(silences_->All().size(), 1u);
  EXPECT_EQ(silences_->All()[0].id, "good");
  EXPECT_NE(logs.find("unknown matcher type 9"), std::string::npos) << logs;
}

TEST_F(SilencesTest, KeepTheOldSnapshotWhenTheDiskIsFull) {
  testing::FaultFileSystem files;
  MustSet(Of("a=b", kStart, kStart + kHour));
  ASSERT_TRUE(silences_->Save("silences", files).ok());
  std::string old = files.Content("silences");
  files.SetCapacity(old.size() + 10);
  MustSet(Of("a=b", kStart, kStart + kHour));
  EXPECT_FALSE(silences_->Save("silences", files).ok());
  EXPECT_EQ(files.Content("silences"), old);
}

TEST_F(SilencesTest, AreCountedAndMeasured) {
  client::Registry registry;
  Make({.registry = &registry});
  MustSet(Of("a=b", kStart, kStart + kHour));
  MustSet(Of("a=b", kStart + kMinute, kStart + kHour));
  MutedBy({{"a", "b"}});
  auto value = [&](std::string_view name, std::string_view label) {
    for (const client::MetricFamily& family : registry.Gather()) {
      for (const client::MetricPoint& point : family.points) {
        if (family.name != name) continue;
        if (label.empty() || point.labels[0].value == label) return point.value;
      }
    }
    return -1.0;
  };
  EXPECT_EQ(value("alertmanager_silences", "active"), 1);
  EXPECT_EQ(value("alertmanager_silences", "pending"), 1);
  EXPECT_EQ(value("alertmanager_silences", "expired"), 0);
  EXPECT_EQ(value("alertmanager_silences_state_size", ""), 2);
  EXPECT_EQ(value("alertmanager_silences_queries_total", ""), 1);
  EXPECT_EQ(value("alertmanager_silences_query_silences_scanned_total", ""), 2);
  silences_.reset();
  EXPECT_EQ(value("alertmanager_silences", "active"), -1) << "the silences are gone";
}

TEST_F(SilencesTest, AreLoggedIfWanted) {
  Make({.log = true});
  std::string logs;
  CaptureLogs(&logs);
  Silence silence = Of("a=b", kStart, kStart + kHour);
  silence.created_by = "somebody";
  silence.id = MustSet(silence);
  silence.starts_at_ns = kStart * kNsPerMs;
  MustSet(silence);
  EXPECT_TRUE(silences_->Expire(silence.id).ok());
  CaptureLogs(nullptr);
  for (const char* text : {"Silence created", "Silence updated", "Silence expired",
                           "created_by=somebody", "{a=\\\"b\\\"}"}) {
    EXPECT_NE(logs.find(text), std::string::npos) << text << "\n" << logs;
  }
}

TEST(SilenceRecords, CarryTheFirstSetForOldReaders) {
  Silence silence = Of("job=test", 1, 2);
  silence.id = "x";
  silence.matcher_sets.push_back(Parse("method=GET"));
  std::string with = EncodeSilence({silence, 3});
  std::string without = EncodeSilence({silence, 3}, false);
  EXPECT_EQ(with.size(), without.size() + 13);
  EXPECT_EQ(DecodeSilence(with)->silence.matcher_sets, silence.matcher_sets);
  EXPECT_EQ(DecodeSilence(without)->silence.matcher_sets, silence.matcher_sets);
}

TEST(SilenceRecords, OfOldWritersHaveOneSetAndAListOfComments) {
  // id "x", matchers {a="b"} and {c=~"d"}, comments [{me, why}, {you, what}]
  std::string inner =
      "\x0a\x01x"
      "\x12\x06\x12\x01"
      "a\x1a\x01"
      "b"
      "\x12\x08\x08\x01\x12\x01"
      "c\x1a\x01"
      "d"
      "\x3a\x09\x0a\x02me\x12\x03why"
      "\x3a\x0b\x0a\x03you\x12\x04what";
  std::string bytes("\x0a");
  AppendRecord(bytes, inner);
  Result<SilenceRecord> record = DecodeSilence(bytes);
  ASSERT_TRUE(record.ok()) << record.error().message();
  EXPECT_EQ(record->silence.matcher_sets, std::vector<Matchers>{Parse("a=b,c=~d")});
  EXPECT_EQ(record->silence.created_by, "me");
  EXPECT_EQ(record->silence.comment, "why");
}

}  // namespace
}  // namespace watchfire::alerting
