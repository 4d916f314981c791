// Expressions that nobody would write by hand, to the limits of the parser and beyond: the engine
// answers or refuses them, and lives on.

#include <functional>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "promql/engine/engine.h"
#include "promql/parser/parser.h"
#include "testing/test_storage.h"

namespace watchfire::promql {
namespace {

using model::Labels;

class BadInputTest : public ::testing::Test {
 protected:
  BadInputTest() {
    options_.parse = {true, true, true, true};
    for (TimeMs t = 0; t <= 600'000; t += 60'000) {
      storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "a"}}), t, 1);
      storage_.Add(Labels::Of({{"__name__", "up"}, {"job", "b"}}), t, 2);
    }
  }

  std::variant<QueryResult, QueryFailure> Run(const std::string& query, TimeMs start = 600'000,
                                              TimeMs end = 600'000, int64_t step_ms = 0) {
    Engine engine(options_, nullptr, nullptr, Clock::System());
    QueryRequest request;
    request.query = query;
    request.start = start;
    request.end = end;
    request.step_ms = step_ms;
    return engine.Exec(storage_, request);
  }
  std::string Error(const std::string& query, TimeMs t = 600'000) {
    auto outcome = Run(query, t, t);
    const auto* failure = std::get_if<QueryFailure>(&outcome);
    return failure ? failure->message : "";
  }
  bool IsEmpty(const std::string& query, TimeMs t = 600'000) {
    auto outcome = Run(query, t, t);
    const auto* result = std::get_if<QueryResult>(&outcome);
    EXPECT_NE(result, nullptr) << query << ": " << std::get<QueryFailure>(outcome).message;
    return result != nullptr && result->value.series.empty();
  }

  EngineOptions options_;
  testing::TestStorage storage_;
};

struct Shape {
  const char* name;
  const char* before;
  const char* after;
  int levels;  // of the tree, that one more makes
};

TEST_F(BadInputTest, EveryShapeNestsToTheLimitAndNoFurther) {
  const Shape kShapes[] = {
      {"parentheses", "(", ")", 1},
      {"signs", "-", "", 1},
      {"function", "abs(", ")", 1},
      {"aggregation", "sum(", ")", 1},
      {"aggregation with a parameter", "topk by (job) (2, ", ")", 1},
      {"right side", "1 + (", ")", 2},
      {"right-associative operator", "2 ^ ", "", 1},
      {"join", "up * on (job) (", ")", 2},
      {"set operator", "up or (", ")", 2},
      {"comparison", "0 < (", ")", 2},
      {"labels", "label_replace(", R"_(, "x", "$1", "job", "(.*)"))_", 1},
      {"sorting", "sort(", ")", 1},
      {"quantiles", "histogram_quantile(0.5, ", ")", 1},
      {"scalars", "clamp_max(up, scalar(", "))", 2},
      {"timestamp", "timestamp(", ")", 1},
      {"absent", "absent(", ")", 1},
      {"info", "info(", ")", 1},
  };
  for (const Shape& shape : kShapes) {
    auto nested = [&shape](int count) {
      std::string query;
      for (int i = 0; i < count; ++i) query += shape.before;
      query += "up";
      for (int i = 0; i < count; ++i) query += shape.after;
      return query;
    };
    int most = (kMaxExprDepth - 1) / shape.levels;
    for (int64_t step_ms : {0, 60'000}) {
      auto outcome = Run(nested(most), 0, step_ms == 0 ? 0 : 600'000, step_ms);
      const auto* failure = std::get_if<QueryFailure>(&outcome);
      EXPECT_EQ(failure, nullptr) << shape.name << ": " << failure->message;
    }
    EXPECT_NE(Error(nested(most + 1)).find("nested too deeply"), std::string::npos) << shape.name;
    EXPECT_NE(Error(nested(5'000)).find("nested too deeply"), std::string::npos) << shape.name;
  }
}

TEST_F(BadInputTest, NestedSubqueriesAreEvaluated) {
  std::string query = "up";
  for (int i = 0; i < 100; ++i) query = "max_over_time((" + query + ")[1m:1m])";
  auto outcome = Run(query);
  ASSERT_TRUE(std::holds_alternative<QueryResult>(outcome));
  EXPECT_EQ(std::get<QueryResult>(outcome).value.series.size(), 2u);
}

TEST_F(BadInputTest, LongChainsEndAtTheLimitOfDepth) {
  for (const char* link : {" + up", " or up", " and up", " * 2"}) {
    std::string chain = "up";
    for (int i = 0; i < kMaxExprDepth - 1; ++i) chain += link;
    EXPECT_TRUE(std::holds_alternative<QueryResult>(Run(chain))) << link;
    for (int i = 0; i < 50'000; ++i) chain += link;
    EXPECT_NE(Error(chain).find("nested too deeply"), std::string::npos) << link;
  }
}

TEST_F(BadInputTest, DeepDurationsAreResolvedOrRefused) {
  auto nested = [](int count) {
    std::string duration = "1m";
    for (int i = 0; i < count; ++i) duration = "(" + duration + " + 0)";
    return "sum_over_time(up[" + duration + "])";
  };
  EXPECT_EQ(Error(nested(100)), "");
  EXPECT_NE(Error(nested(5000)).find("nested too deeply"), std::string::npos);
}

TEST_F(BadInputTest, ExtremeTimesOfExtendedSelectorsAreHarmless) {
  EXPECT_TRUE(IsEmpty("rate(up[290y] smoothed @ -2e15)"));
  EXPECT_TRUE(IsEmpty("increase(up[290y] anchored @ 2e15 offset -200y)"));
  EXPECT_TRUE(IsEmpty("up smoothed @ 2e15 offset -200y"));
  EXPECT_TRUE(IsEmpty("up smoothed", INT64_MIN));
  EXPECT_TRUE(IsEmpty("up smoothed", INT64_MAX));
  EXPECT_TRUE(IsEmpty("info(up @ 2e15)"));
  EXPECT_TRUE(IsEmpty("info(up offset -200y)", INT64_MAX));
  EXPECT_TRUE(IsEmpty("start_timestamp(up)", INT64_MIN));
  EXPECT_FALSE(IsEmpty("increase(up[290y] anchored)"));
}

TEST_F(BadInputTest, LabelsCannotBeBlownUp) {
  std::string query = "up";
  for (int i = 0; i < 60; ++i) {
    query = "label_replace(" + query + R"_(, "job", "$1$1", "job", "(.*)"))_";
  }
  EXPECT_NE(Error(query).find("the limit is"), std::string::npos) << Error(query);
  query = "up";
  for (int i = 0; i < 60; ++i) query = "label_join(" + query + R"_(, "job", "", "job", "job"))_";
  EXPECT_NE(Error(query).find("the limit is"), std::string::npos) << Error(query);
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "$1";
  query = "up";
  for (int i = 0; i < 8; ++i) {
    query = "label_replace(" + query + R"_(, "job", ")_" + many + R"_(", "job", "(.*)"))_";
  }
  EXPECT_NE(Error(query).find("the limit is"), std::string::npos) << Error(query);
}

TEST_F(BadInputTest, RegularExpressionsThatAreTooLargeAreRefused) {
  std::string large = "(((a{100}){100}){100}){100}";
  EXPECT_NE(Error(R"_(up{job=~")_" + large + R"_("})_"), "");
  EXPECT_NE(Error(R"_(label_replace(up, "x", "", "job", ")_" + large + R"_("))_"), "");
  std::string long_list = "a";
  for (int i = 0; i < 20'000; ++i) long_list += fmt::format("|job{}", i);
  EXPECT_FALSE(IsEmpty(R"_(up{job=~")_" + long_list + R"_("})_"));
}

TEST_F(BadInputTest, AQueryMayNotBeLongerThanItsLimit) {
  std::string query = "up{a=\"" + std::string(kMaxQueryBytes, 'x') + "\"}";
  EXPECT_NE(Error(query).find("the limit is"), std::string::npos);
  EXPECT_EQ(Error(std::string(kMaxQueryBytes - 2, ' ') + "up"), "");
}

}  // namespace
}  // namespace watchfire::promql
