// One data directory, two programs: silences made in the distribution's Alertmanager are there
// when we read its snapshot, and it shows what we wrote.
#include "alerting/silences/silences.h"
#include "codec/json.h"
#include "testing/debian_alertmanager.h"

namespace watchfire::alerting {
namespace {

constexpr const char* kConfig = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n";

class DebianSilences : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::DebianAlertmanager::Installed()) {
      GTEST_SKIP() << "prometheus-alertmanager is not installed";
    }
  }
  std::unique_ptr<testing::DebianAlertmanager> Start() {
    auto started = testing::DebianAlertmanager::Start(directory_.path(), kConfig);
    EXPECT_TRUE(started.ok()) << started.error().message();
    return started.ok() ? std::move(*started) : nullptr;
  }
  std::string Snapshot() const { return directory_.path() + "/data/silences"; }

  testing::TemporaryDirectory directory_;
};

std::string Strip(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string TextOf(const codec::Json& object, std::string_view key) {
  return *object.Find(key)->AsString();
}

TEST_F(DebianSilences, AreReadFromItsSnapshot) {
  std::unique_ptr<testing::DebianAlertmanager> peer = Start();
  ASSERT_NE(peer, nullptr);
  std::string active = Strip(
      peer->Amtool({"silence", "add", "alertname=Up", "job=~\"a|b.*\"", "env!=dev", "zone!~\"x.+\"",
                    "--author=somebody", "--comment=of \"some\" reason", "--duration=2h"})
          .value());
  std::string expired =
      Strip(peer->Amtool({"silence", "add", "a=b", "--author=x", "--comment=y"}).value());
  ASSERT_TRUE(peer->Amtool({"silence", "expire", expired}).ok());
  peer->Stop();

  Silences silences({.clock = Clock::System()});
  Result<void> loaded = silences.Load(Snapshot(), *FileSystem::Local());
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  ASSERT_EQ(silences.All().size(), 2u);
  Silence read = silences.Get(active).value();
  ASSERT_EQ(read.matcher_sets.size(), 1u);
  EXPECT_EQ(amconfig::MatchersText(read.matcher_sets[0]),
            "{alertname=\"Up\",job=~\"a|b.*\",env!=\"dev\",zone!~\"x.+\"}");
  EXPECT_EQ(read.created_by, "somebody");
  EXPECT_EQ(read.comment, "of \"some\" reason");
  TimeMs now = Clock::System()->Now();
  EXPECT_EQ(read.StateAt(now), SilenceState::kActive);
  EXPECT_EQ(read.ends_at_ns / 1'000'000'000 - read.starts_at_ns / 1'000'000'000, 7200);
  EXPECT_EQ(silences.Get(expired)->StateAt(now), SilenceState::kExpired);
  model::Labels labels = model::Labels::Of({{"alertname", "Up"}, {"job", "ball"}});
  EXPECT_EQ(silences.MutedBy(1, labels, now), std::vector<std::string>{active});
}

TEST_F(DebianSilences, OfOursAreShownByIt) {
  TimeMs now = Clock::System()->Now();
  Silences silences({.clock = Clock::System()});
  Silence silence;
  silence.matcher_sets = {
      amconfig::ParseMatchers(R"(alertname="Up",job=~"a|b.*",env!="dev",zone!~"x.+")",
                              amconfig::MatcherSyntax::kFallback)
          .value()};
  silence.ends_at_ns = (now + 3'600'000) * 1'000'000;
  silence.created_by = "somebody";
  silence.comment = "a reason";
  silence.annotations = {{"it", "cannot know this"}};
  std::string id = silences.Set(silence).value();
  FileSystem* files = FileSystem::Local();
  ASSERT_TRUE(files->CreateDirectories(directory_.path() + "/data").ok());
  ASSERT_TRUE(silences.Save(Snapshot(), *files).ok());

  std::unique_ptr<testing::DebianAlertmanager> peer = Start();
  ASSERT_NE(peer, nullptr);
  codec::Json shown =
      codec::Json::Parse(peer->Amtool({"silence", "query", "--output=json"}).value()).value();
  ASSERT_EQ(shown.AsArray()->size(), 1u);
  const codec::Json& one = shown.AsArray()->front();
  EXPECT_EQ(TextOf(one, "id"), id);
  EXPECT_EQ(TextOf(one, "comment"), "a reason");
  EXPECT_EQ(TextOf(one, "createdBy"), "somebody");
  EXPECT_EQ(TextOf(*one.Find("status"), "state"), "active");
  std::string matchers;
  for (const codec::Json& matcher : *one.Find("matchers")->AsArray()) {
    matchers += fmt::format(
        "{}{}{}{} ", TextOf(matcher, "name"), *matcher.Find("isEqual")->AsBool() ? "=" : "!",
        *matcher.Find("isRegex")->AsBool() ? "~" : "", TextOf(matcher, "value"));
  }
  EXPECT_EQ(matchers, "alertname=Up job=~a|b.* env!dev zone!~x.+ ");

  // It changes the silence; we read what it made of our file.
  ASSERT_TRUE(peer->Amtool({"silence", "expire", id}).ok());
  peer->Stop();
  Silences again({.clock = Clock::System()});
  ASSERT_TRUE(again.Load(Snapshot(), *files).ok());
  Silence read = again.Get(id).value();
  EXPECT_EQ(read.matcher_sets, silences.Get(id)->matcher_sets);
  EXPECT_EQ(read.StateAt(Clock::System()->Now()), SilenceState::kExpired);
}

}  // namespace
}  // namespace watchfire::alerting
