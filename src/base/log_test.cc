#include "base/log.h"

#include "base/secret.h"

namespace watchfire {
namespace {

class Log : public testing::Test {
 protected:
  Log() { CaptureLogs(&text_); }
  ~Log() override {
    CaptureLogs(nullptr);
    ConfigureLogging(LogLevel::kInfo, LogFormat::kLogfmt);
  }
  // The line without its time.
  std::string AfterTime() const { return text_.substr(text_.find(' ') + 1); }
  std::string text_;
};

TEST_F(Log, WritesKeysInUpstreamsOrder) {
  WF_LOG(kInfo, "Block written", {"component", "tsdb"}, {"size", 12}, {"ok", true}, {"ratio", 0.5},
         {"err", Error::Io("disk full")});
  int line = __LINE__ - 2;
  EXPECT_EQ(text_.substr(0, 5), "time=");
  EXPECT_EQ(AfterTime().substr(0, AfterTime().find(" source=")), "level=INFO");
  EXPECT_NE(text_.find("source=log_test.cc:"), std::string::npos) << line;
  EXPECT_NE(text_.find("msg=\"Block written\" component=tsdb size=12 ok=true ratio=0.5 "
                       "err=\"disk full\"\n"),
            std::string::npos)
      << text_;
}

TEST_F(Log, QuotesWhatNeedsIt) {
  WF_LOG(kWarn, "m", {"a", ""}, {"b", "x=y"}, {"c", "two\nlines"}, {"d", "plain/path:1"});
  EXPECT_NE(text_.find(R"(a="" b="x=y" c="two\nlines" d=plain/path:1)"), std::string::npos)
      << text_;
}

TEST_F(Log, LeavesOutWhatIsBelowTheThreshold) {
  ConfigureLogging(LogLevel::kWarn, LogFormat::kLogfmt);
  WF_LOG(kInfo, "quiet");
  EXPECT_EQ(text_, "");
  WF_LOG(kError, "loud");
  EXPECT_NE(text_.find("level=ERROR"), std::string::npos);
}

TEST_F(Log, WritesJson) {
  ConfigureLogging(LogLevel::kInfo, LogFormat::kJson);
  WF_LOG(kInfo, "say \"hi\"", {"path", "a\\b\n"});
  EXPECT_EQ(text_.substr(0, 9), "{\"time\":\"");
  EXPECT_NE(text_.find(R"("level":"INFO")"), std::string::npos);
  EXPECT_NE(text_.find(R"("msg":"say \"hi\"","path":"a\\b\u000a"})"), std::string::npos) << text_;
}

TEST(LogNames, AreReadFromFlags) {
  EXPECT_EQ(*ParseLogLevel("warn"), LogLevel::kWarn);
  EXPECT_EQ(ParseLogLevel("loud").error().message(), "unrecognized log level loud");
  EXPECT_EQ(*ParseLogFormat("json"), LogFormat::kJson);
  EXPECT_FALSE(ParseLogFormat("xml").ok());
}

}  // namespace
}  // namespace watchfire
