#include "tool/query_commands.h"

#include "tool/testing_tool.h"

namespace watchfire::tool {
namespace {

std::string Text(std::string_view data) {
  Result<std::string> text = ResultText(codec::Json::Parse(data).value());
  return text.ok() ? *text : "error: " + text.error().message();
}

TEST(QueryCommands, AVectorHasALineASeries) {
  EXPECT_EQ(Text(R"({"resultType":"vector","result":[
      {"metric":{"__name__":"up","job":"a","instance":"h\"1"},"value":[1435781451.781,"1"]},
      {"metric":{"__name__":"up"},"value":[1435781451,"1e+21"]},
      {"metric":{},"value":[0.5,"NaN"]},
      {"metric":{"job":"a"},"value":[0,"+Inf"]}]})"),
            "up{instance=\"h\\\"1\", job=\"a\"} => 1 @[1435781451.781]\n"
            "up => 1000000000000000000000 @[1435781451]\n"
            "{} => NaN @[0.5]\n"
            "{job=\"a\"} => +Inf @[0]");
}

TEST(QueryCommands, AMatrixHasALineAPoint) {
  EXPECT_EQ(Text(R"({"resultType":"matrix","result":[
      {"metric":{"__name__":"up"},"values":[[1,"1"],[2.5,"0.25"]]},
      {"metric":{"__name__":"down"},"values":[[1,"0"]]}]})"),
            "up =>\n1 @[1]\n0.25 @[2.5]\ndown =>\n0 @[1]");
}

TEST(QueryCommands, ScalarsAndStringsAreTold) {
  EXPECT_EQ(Text(R"({"resultType":"scalar","result":[1,"2.5"]})"), "scalar: 2.5 @[1]");
  EXPECT_EQ(Text(R"({"resultType":"string","result":[1,"some text"]})"), "some text");
}

TEST(QueryCommands, HistogramsShowTheirBuckets) {
  EXPECT_EQ(Text(R"({"resultType":"vector","result":[{"metric":{},"histogram":[1,
      {"count":"4","sum":"10.5","buckets":[[0,"0.5","1","2"],[3,"-0.1","0.1","1"],
                                           [1,"-2","-1","1"]]}]}]})"),
            "{} => Count: 4.000000, Sum: 10.500000, Buckets: [(0.5,1]:2 [-0.1,0.1]:1 [-2,-1):1] "
            "@[1]");
}

TEST(QueryCommands, AnswersOfNoKnownFormAreErrors) {
  constexpr const char* kError = "error: the answer is not of a form that is known";
  EXPECT_EQ(Text(R"({})"), kError);
  EXPECT_EQ(Text(R"({"resultType":"vector","result":{}})"), kError);
  EXPECT_EQ(Text(R"({"resultType":"vector","result":[{"metric":{},"value":[1]}]})"), kError);
  EXPECT_EQ(Text(R"({"resultType":"vector","result":[{"value":[1,"1"]}]})"), kError);
  EXPECT_EQ(Text(R"({"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]})"), kError);
}

TEST(QueryCommands, TheStepIsA250thOfTheRange) {
  EXPECT_EQ(DefaultStep(0, 300'000), 1000);
  EXPECT_EQ(DefaultStep(0, 3'600'000), 14'000);
  EXPECT_EQ(DefaultStep(5, 5), 1000);
}

TEST(QueryCommands, AnExplanationIsATableWithATree) {
  constexpr std::string_view kData = R"js({"query":"a / b",
      "plan":{"label":"answer","series":1,"selfSeconds":0.00005,"children":[
        {"label":"/ on (x)","series":2,"points":1234567,"selfSeconds":0.00015,"memoryBytes":2048,
         "details":["2 shards","fused"],"children":[
          {"label":"a","selfSeconds":0.0008,"samplesRead":1000,"children":[]},
          {"label":"b","selfSeconds":0,"children":[]}]}]},
      "totals":{"seconds":1.5,"threads":2,"samplesRead":1000,"peakMemoryBytes":3145728}})js";
  EXPECT_EQ(
      ExplanationTable(codec::Json::Parse(kData).value()).value(),
      "part         self time     %  series     points  samples read   memory  notes\n"
      "answer         50.0 us   5.0       1          -             -        -\n"
      "└─ / on (x)   150.0 us  15.0       2  1,234,567             -  2.0 KiB  2 shards; fused\n"
      "   ├─ a       800.0 us  80.0       -          -         1,000        -\n"
      "   └─ b              -   0.0       -          -             -        -\n"
      "\n"
      "1.50 s on 2 threads, 1,000 samples read, 3.0 MiB held at most\n");
  EXPECT_FALSE(ExplanationTable(codec::Json::Parse("{}").value()).ok());
}

}  // namespace
}  // namespace watchfire::tool
