#include "app/flags.h"

namespace watchfire::app {
namespace {

Flags Parsed(std::vector<std::string> arguments) {
  Result<Flags> flags = Flags::Parse(std::move(arguments));
  EXPECT_TRUE(flags.ok()) << flags.error().message();
  return std::move(*flags);
}

std::string Refused(std::vector<std::string> arguments) {
  Result<Flags> flags = Flags::Parse(std::move(arguments));
  EXPECT_FALSE(flags.ok());
  return flags.ok() ? "" : flags.error().message();
}

TEST(Flags, HaveUpstreamsDefaults) {
  Flags flags = Parsed({});
  EXPECT_EQ(flags.String("config.file"), "prometheus.yml");
  EXPECT_EQ(flags.String("storage.tsdb.path"), "data/");
  EXPECT_EQ(flags.DurationMs("query.lookback-delta"), 300'000);
  EXPECT_EQ(flags.Int("query.max-samples"), 50'000'000);
  EXPECT_EQ(flags.List("web.listen-address"), std::vector<std::string>{"0.0.0.0:9090"});
  EXPECT_FALSE(flags.Bool("web.enable-lifecycle"));
  EXPECT_TRUE(flags.Bool("alertmanager.drain-notification-queue-on-shutdown"));
  EXPECT_FALSE(flags.IsSet("config.file"));
}

TEST(Flags, TakeBothFormsOfValuesAndNegatedBools) {
  Flags flags = Parsed({"--config.file", "a.yml", "--query.timeout=90s", "--web.enable-lifecycle",
                        "--no-storage.tsdb.wal-compression"});
  EXPECT_EQ(flags.String("config.file"), "a.yml");
  EXPECT_EQ(flags.String("query.timeout"), "1m30s");
  EXPECT_TRUE(flags.Bool("web.enable-lifecycle"));
  EXPECT_FALSE(flags.Bool("storage.tsdb.wal-compression"));
  EXPECT_TRUE(flags.IsSet("config.file"));
}

TEST(Flags, MayBeSetToNothing) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--web.external-url="}, {"--web.external-url", ""}}) {
    Result<Flags> flags = Flags::Parse(arguments);
    ASSERT_TRUE(flags.ok()) << flags.error().message();
    EXPECT_EQ(flags->String("web.external-url"), "");
    EXPECT_TRUE(flags->IsSet("web.external-url"));
  }
}

TEST(Flags, CollectRepeatedLists) {
  Flags flags = Parsed({"--web.listen-address=:1", "--web.listen-address", "[::1]:2"});
  EXPECT_EQ(flags.List("web.listen-address"), (std::vector<std::string>{":1", "[::1]:2"}));
}

TEST(Flags, RefuseUnknownNamesWithTheNearestKnownOne) {
  EXPECT_EQ(Refused({"--config.fil=x"}),
            "unknown long flag '--config.fil', did you mean '--config.file'?");
  EXPECT_EQ(Refused({"--completely.other.thing"}), "unknown long flag '--completely.other.thing'");
  EXPECT_EQ(Refused({"stray"}), "unexpected stray");
}

TEST(Flags, RefuseBadValues) {
  EXPECT_NE(Refused({"--query.timeout=soon"}).find("--query.timeout"), std::string::npos);
  EXPECT_NE(Refused({"--query.max-samples=many"}).find("\"many\" is not a number"),
            std::string::npos);
  EXPECT_NE(Refused({"--storage.tsdb.retention.size=100"}).find("unknown unit"), std::string::npos);
}

TEST(Flags, ShowEveryFlagAsText) {
  Flags flags = Parsed({"--storage.tsdb.retention.size=10GB"});
  auto texts = flags.AsTexts();
  EXPECT_EQ(texts.size(), AllFlags().size());
  auto at = std::find_if(texts.begin(), texts.end(), [](const auto& pair) {
    return pair.first == "storage.tsdb.retention.size";
  });
  ASSERT_NE(at, texts.end());
  EXPECT_EQ(at->second, "10GiB");
}

TEST(Flags, AlertmanagersAreThereWithAPrefixAndOtherDefaults) {
  Flags flags = Parsed({"--alertmanager.data.retention=48h"});
  EXPECT_EQ(flags.DurationMs("alertmanager.data.retention"), 48 * 3'600'000);
  EXPECT_EQ(flags.String("alertmanager.config.file"), "");
  EXPECT_EQ(flags.String("alertmanager.cluster.listen-address"), "");
  EXPECT_EQ(flags.Int("alertmanager.notification-queue-capacity"), 10'000) << "Prometheus' own";
}

TEST(Flags, ThoseOfTheProgramAlertmanagerAreItsOwn) {
  Result<Flags> flags = Flags::Parse({"--cluster.listen-address="}, AlertmanagerFlags());
  ASSERT_TRUE(flags.ok()) << flags.error().message();
  EXPECT_EQ(flags->String("config.file"), "alertmanager.yml");
  EXPECT_EQ(flags->String("cluster.listen-address"), "");
  EXPECT_FALSE(Flags::Parse({"--storage.tsdb.path=x"}, AlertmanagerFlags()).ok());
}

}  // namespace
}  // namespace watchfire::app
