#include "tool/advice_commands.h"

#include "tool/testing_tool.h"

namespace watchfire::tool {
namespace {

class QueryAdviseTest : public testing::ToolTest {
 protected:
  static std::string Advise(const std::string& expr, const std::string& purpose = "query") {
    AdviseOptions options;
    options.expr = expr;
    options.purpose = purpose;
    return Printed([&](std::FILE* out) { return AdviseOnQuery(options, out); });
  }
  static std::string Check(const CheckRulesOptions& options) {
    return Printed([&](std::FILE* out) { return CheckRules(options, out); });
  }
};

TEST_F(QueryAdviseTest, ShowsPlaceMessageReasonAndTheCorrectedQuery) {
  EXPECT_EQ(Advise("quantile(95, x)"),
            "1:10: warning: φ of quantile() must be between 0 and 1, not 95 "
            "[quantile-out-of-range]\n"
            "    Above 1 the result is +Inf, below 0 it is -Inf. The 95th percentile is φ = 0.95.\n"
            "    a share of one instead of a percentage:\n"
            "      quantile(0.95, x)\n");
  EXPECT_EQ(Advise("sum(rate(x[5m]))"), "nothing to say\n");
}

TEST_F(QueryAdviseTest, FailsOnlyForAQueryThatDoesNotParse) {
  std::string printed = Advise("topk(3,\n  rate(x[5m]) by (model))");
  EXPECT_TRUE(printed.starts_with("2:15: error: by cannot stand behind rate()")) << printed;
  EXPECT_TRUE(
      printed.ends_with("      topk(3,\n        sum by (model) (rate(x[5m])))\n"
                        "error: the query does not parse\n"))
      << printed;
  EXPECT_EQ(Advise("up == bool 0").find("error:"), std::string::npos);
}

TEST_F(QueryAdviseTest, KnowsWhatTheQueryIsFor) {
  EXPECT_EQ(Advise("up == bool 0"), "nothing to say\n");
  EXPECT_NE(Advise("up == bool 0", "alert").find("[alert-with-bool]"), std::string::npos);
  EXPECT_EQ(Advise("up", "party"), "error: \"party\" is no purpose of a query\n");
}

TEST_F(QueryAdviseTest, ExperimentalFunctionsAreKnown) {
  EXPECT_EQ(Advise("limitk(3, x)"), "nothing to say\n");
}

TEST_F(QueryAdviseTest, AServerThatIsNotThereIsAnError) {
  AdviseOptions options;
  options.expr = "up";
  options.server = "http://127.0.0.1:1";
  std::string printed = Printed([&](std::FILE* out) { return AdviseOnQuery(options, out); });
  EXPECT_TRUE(printed.starts_with("error: ")) << printed;
}

constexpr const char* kRules = R"(groups:
  - name: g
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
      - alert: Slow
        expr: histogram_quantile(0.95, sum by (job) (rate(latency_bucket[5m]))) > 1
      - alert: Many
        expr: errors_total > 10
)";

TEST_F(QueryAdviseTest, RuleFilesGetAdviceOnTheirExpressions) {
  std::string path = Write("rules.yml", kRules);
  std::string printed = Check({{}, {path}});
  EXPECT_TRUE(printed.starts_with("Checking " + path + "\n" + path +
                                  ":7: Slow: 1:26: warning: the sum drops the label le"))
      << printed;
  EXPECT_EQ(printed.find("Many"), std::string::npos);  // only a guess
  EXPECT_TRUE(printed.ends_with("  SUCCESS: 3 rules found\n")) << printed;
}

TEST_F(QueryAdviseTest, GuessesAreToldIfAskedForAndAdviceMayBeFatal) {
  CheckRulesOptions options;
  options.files = {Write("rules.yml", kRules)};
  options.infos = true;
  options.fatal = true;
  std::string printed = Check(options);
  EXPECT_NE(printed.find(":9: Many: 1:1: info: errors_total looks like a counter"),
            std::string::npos)
      << printed;
  EXPECT_TRUE(printed.ends_with("error: there is advice on 2 expressions\n")) << printed;
}

TEST_F(QueryAdviseTest, AFileThatIsNoRuleFileFails) {
  CheckRulesOptions options;
  options.files = {Write("good.yml", "groups: []\n"), Write("bad.yml", "groups: {}\n"),
                   PathOf("none.yml"),
                   Write("query.yml", "groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]\n")};
  std::string printed = Check(options);
  EXPECT_NE(printed.find("good.yml\n  SUCCESS: 0 rules found\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("could not parse expression"), std::string::npos) << printed;
  EXPECT_TRUE(printed.ends_with("error: 3 of 4 files are no rule files\n")) << printed;
}

}  // namespace
}  // namespace watchfire::tool
