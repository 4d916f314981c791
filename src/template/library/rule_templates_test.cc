// Prometheus' rule templates: the corpus of tests/template/rules.

#include "template/library/rule_templates.h"

#include <gtest/gtest.h>

#include "template/corpus/corpus.h"

namespace watchfire::templates {
namespace {

Result<std::vector<QuerySample>> Answer(std::string_view query) {
  using model::Labels;
  if (query == "metric") {
    return std::vector<QuerySample>{
        {Labels::Of({{"__name__", "metric"}, {"instance", "b"}, {"__value__", "text"}}), {11, {}}},
        {Labels::Of({{"__name__", "metric"}, {"instance", "a"}}), {21, {}}}};
  }
  if (query == "histogram") {
    return std::vector<QuerySample>{{Labels(), {0, "{count:10, sum:5}"}}};
  }
  if (query == "empty") return std::vector<QuerySample>();
  return Error::Invalid("1:1: parse error: unexpected end of input");
}

Result<std::string> Expand(std::string_view text) {
  model::Labels labels = model::Labels::Of({{"instance", "web.example:80"}, {"job", "node"}});
  model::Labels external = model::Labels::Of({{"cluster", "eu"}});
  RuleTemplate parsed = TRY(RuleTemplate::Parse("__alert_Test", text));
  RuleEnvironment environment;
  environment.now = 1'500'000'000'250;
  environment.query = Answer;
  environment.external_url = "http://prom/x";
  environment.path_prefix = "/x";
  RuleData data{&labels, &external, "http://prom/x", {1234567.5, {}}};
  return parsed.Expand(data, environment);
}

TEST(RuleTemplate, DoesWhatTheCorpusSays) {
  for (const CorpusCase& test : ReadCorpus("tests/template/rules/functions.txt")) {
    ExpectOutcome(test, Expand(test.Template()));
  }
}

TEST(RuleTemplate, TextWithoutActionsIsNoTemplate) {
  EXPECT_TRUE(RuleTemplate::Parse("x", "plain }} text")->literal());
  EXPECT_FALSE(RuleTemplate::Parse("x", "{{ 1 }}")->literal());
}

TEST(RuleTemplate, ShowsAnErrorInPlaceOfTheText) {
  auto got = Expand("{{ query \"bad\" }}");
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(0u, RuleTemplate::ErrorText(got.error())
                    .find("<error expanding template: error executing template __alert_Test: "));
}

}  // namespace
}  // namespace watchfire::templates
