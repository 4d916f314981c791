#include "api/query_json.h"

#include <cmath>
#include <random>

#include "api/response.h"
#include "base/numbers.h"

namespace watchfire::api {
namespace {

using model::Labels;
using promql::QueryResult;
using promql::ResultSeries;
using promql::ValueType;

ResultSeries SeriesOf(Labels labels, std::vector<TimeMs> t, std::vector<double> v) {
  ResultSeries series;
  series.labels = std::move(labels);
  series.t = std::move(t);
  series.v = std::move(v);
  return series;
}

std::string Json(QueryResult result) {
  TextPieces text;
  WriteQueryResult(text, std::move(result.value), "");
  return text.TakeJoined();
}

TEST(QueryJson, PrintsTimestampsAsSeconds) {
  auto text = [](TimeMs t) {
    std::string out;
    AppendTimestamp(out, t);
    return out;
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(1500), "1.500");
  EXPECT_EQ(text(1'700'000'000'007), "1700000000.007");
  EXPECT_EQ(text(-1050), "-1.050");
}

TEST(QueryJson, WritesVectors) {
  QueryResult result;
  result.value.type = ValueType::kVector;
  result.value.series = {SeriesOf(Labels::Of({{"__name__", "up"}, {"job", "<a>"}}), {1000}, {1}),
                         SeriesOf({}, {1000}, {std::nan("")})};
  EXPECT_EQ(Json(result), R"({"resultType":"vector","result":[)"
                          R"({"metric":{"__name__":"up","job":"\u003ca\u003e"},"value":[1,"1"]},)"
                          R"({"metric":{},"value":[1,"NaN"]}]})");
}

TEST(QueryJson, WritesMatricesWhoseSeriesBeginAtDifferentSteps) {
  QueryResult result;
  result.value.type = ValueType::kMatrix;
  result.value.series = {SeriesOf(Labels::Of({{"a", "1"}}), {1000, 1500, 2000}, {1, 0.25, -3}),
                         SeriesOf(Labels::Of({{"a", "2"}}), {1500, 2500}, {1e21, HUGE_VAL}),
                         SeriesOf(Labels::Of({{"a", "3"}}), {500}, {1e-7})};
  EXPECT_EQ(Json(result), R"({"resultType":"matrix","result":[)"
                          R"({"metric":{"a":"1"},"values":[[1,"1"],[1.500,"0.25"],[2,"-3"]]},)"
                          R"({"metric":{"a":"2"},"values":[[1.500,"1e+21"],[2.500,"+Inf"]]},)"
                          R"({"metric":{"a":"3"},"values":[[0.500,"1e-07"]]}]})");
}

// Long series with holes, repeated values, times of their own and every length of number, against
// the plain way to write them.
TEST(QueryJson, WritesLongMatricesAsPointByPoint) {
  std::mt19937_64 random(5);
  QueryResult result;
  result.value.type = ValueType::kMatrix;
  std::string expected = R"({"resultType":"matrix","result":[)";
  for (int s = 0; s < 12; ++s) {
    ResultSeries series;
    series.labels = Labels::Of({{"s", std::to_string(s)}});
    TimeMs t = s % 4 == 3 ? 1'000'007 : 1'000'000;
    double v = 0.25;
    if (s > 0) expected += ',';
    expected += fmt::format(R"({{"metric":{{"s":"{}"}},"values":[)", s);
    for (int i = 0; i < 700; ++i, t += 1500) {
      if (s % 3 == 1 && random() % 9 == 0) continue;
      if (random() % 3 != 0) {
        int digits = static_cast<int>(random() % 50);
        v = static_cast<double>(random() >> digits) / static_cast<double>(1 + random() % 1000);
      }
      if (random() % 50 == 0) v = std::nan("");
      if (random() % 50 == 0) v = -v;
      if (!series.t.empty()) expected += ',';
      expected += '[';
      AppendTimestamp(expected, t);
      expected += ",\"" + FormatFloatJson(v) + "\"]";
      series.t.push_back(t);
      series.v.push_back(v);
    }
    expected += "]}";
    result.value.series.push_back(std::move(series));
  }
  EXPECT_EQ(Json(result), expected + "]}");
}

TEST(QueryJson, WritesSeriesOfFloatsAndHistograms) {
  model::FloatHistogram h;
  h.count = 1;
  h.sum = 0.5;
  QueryResult result;
  result.value.type = ValueType::kMatrix;
  result.value.series = {SeriesOf({}, {1000}, {1}), SeriesOf({}, {}, {})};
  for (ResultSeries& series : result.value.series) {
    series.histogram_t = {2000, 3000};
    series.histograms = {h, h};
  }
  std::string histograms =
      R"("histograms":[[2,{"count":"1","sum":"0.5"}],[3,{"count":"1","sum":"0.5"}]]})";
  EXPECT_EQ(Json(result), R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"]],)" +
                              histograms + R"(,{"metric":{},)" + histograms + "]}");
}

TEST(QueryJson, WritesScalarsStringsAndNothing) {
  QueryResult result;
  result.value.type = ValueType::kScalar;
  result.value.scalar = {2000, 0.1};
  EXPECT_EQ(Json(result), R"({"resultType":"scalar","result":[2,"0.1"]})");
  result.value.type = ValueType::kString;
  result.value.string = {2000, "x\"y"};
  EXPECT_EQ(Json(result), R"({"resultType":"string","result":[2,"x\"y"]})");
  result.value.type = ValueType::kVector;
  EXPECT_EQ(Json(result), R"({"resultType":"vector","result":[]})");
}

TEST(QueryJson, WritesHistogramBucketsFromLowToHigh) {
  model::FloatHistogram h;
  h.schema = 0;
  h.count = 7;
  h.sum = 2.5;
  h.zero_threshold = 0.001;
  h.zero_count = 1;
  h.positive_spans = {{0, 2}, {1, 1}};
  h.positive_buckets = {1, 2, 1};
  h.negative_spans = {{1, 2}};
  h.negative_buckets = {1, 1};
  std::string out;
  AppendHistogram(out, h);
  EXPECT_EQ(out, R"({"count":"7","sum":"2.5","buckets":[[1,"-4","-2","1"],[1,"-2","-1","1"],)"
                 R"([3,"-0.001","0.001","1"],[0,"0.5","1","1"],[0,"1","2","2"],[0,"4","8","1"]]})");
}

TEST(Response, LongAnswersAreTheSameInPieces) {
  TextPieces text = BeginSuccess();
  std::string data = "\"" + std::string(300'000, 'x') + "\"";
  text.Append(data);
  net::Response response = EndSuccess(std::move(text), {"w"}, {"i"});
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(response.tail.TakeJoined(), Success(data, {"w"}, {"i"}).body);
  text = BeginSuccess();
  text.Append("[]");
  EXPECT_EQ(EndSuccess(std::move(text)).body, Success("[]").body);
}

TEST(Response, WrapsDataAndCountsWhatItLeavesOut) {
  std::vector<std::string> warnings(12, "w");
  net::Response response = Success("[]", warnings);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find("\"2 more warning annotations omitted\""), std::string::npos);
  EXPECT_EQ(Failure(ErrorType::kCanceled, "x").status, 499);
  EXPECT_EQ(Failure(ErrorType::kExecution, "x").body,
            R"({"status":"error","errorType":"execution","error":"x"})");
}

}  // namespace
}  // namespace watchfire::api
