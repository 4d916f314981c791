#include "codec/json.h"

namespace watchfire::codec {
namespace {

Json Parsed(std::string_view text) {
  Result<Json> json = Json::Parse(text);
  EXPECT_TRUE(json.ok()) << text << ": " << (json.ok() ? "" : json.error().message());
  return json.ok() ? std::move(json).value() : Json();
}

std::string ErrorOf(std::string_view text, const JsonLimits& limits = {}) {
  Result<Json> json = Json::Parse(text, limits);
  return json.ok() ? "parsed" : json.error().message();
}

TEST(Json, KeepsTheOrderOfKeysAndTheKindsOfValues) {
  const std::string text =
      R"({"z":null,"a":[true,false,-1,18446744073709551615,0.5,"x\ty"],"m":{},"n":[]})";
  EXPECT_EQ(Parsed(text).ToString(), text);
}

TEST(Json, GivesIntegersWithAllTheirBits) {
  Json json = Parsed("[9223372036854775807, -9223372036854775808, 18446744073709551615, 2.0, 1e3]");
  const Json::Array& values = *json.AsArray();
  EXPECT_EQ(values[0].AsInt(), INT64_MAX);
  EXPECT_EQ(values[1].AsInt(), INT64_MIN);
  EXPECT_EQ(values[1].AsUint(), std::nullopt);
  EXPECT_EQ(values[2].AsInt(), std::nullopt);
  EXPECT_EQ(values[2].AsUint(), UINT64_MAX);
  EXPECT_EQ(values[3].AsInt(), 2);
  EXPECT_EQ(values[4].AsUint(), 1000U);
  EXPECT_EQ(Json::OfDouble(2.5).AsInt(), std::nullopt);
  EXPECT_EQ(Json::OfDouble(1e300).AsInt(), std::nullopt);
  EXPECT_EQ(values[0].AsDouble(), 9223372036854775807.0);
}

TEST(Json, KeepsTheSignOfZero) {
  EXPECT_EQ(Parsed("[-0.0, -0e4, 0.0]").ToString(), "[-0.0,-0.0,0]");
}

TEST(Json, AnswersNothingForValuesOfAnotherKind) {
  Json json = Parsed(R"({"text":"1"})");
  const Json* text = json.Find("text");
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->AsInt(), std::nullopt);
  EXPECT_EQ(text->AsBool(), std::nullopt);
  EXPECT_EQ(text->AsDouble(), std::nullopt);
  EXPECT_EQ(text->AsArray(), nullptr);
  EXPECT_EQ(text->Find("x"), nullptr);
  EXPECT_EQ(json.Find("other"), nullptr);
  EXPECT_EQ(json.AsString(), nullptr);
  EXPECT_EQ(json.KindName(), "object");
  EXPECT_EQ(text->KindName(), "string");
}

TEST(Json, LetsTheLastOfEqualKeysHoldAtThePlaceOfTheFirst) {
  EXPECT_EQ(Parsed(R"({"a":1,"b":2,"a":3})").ToString(), R"({"a":3,"b":2})");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += fmt::format("\"k{}\":{},", i % 30, i);
  many.back() = '}';
  Json json = Parsed(many);
  EXPECT_EQ(json.AsObject()->size(), 30U);
  EXPECT_EQ(json.Find("k0")->AsInt(), 30);
  EXPECT_EQ(json.Find("k29")->AsInt(), 29);
  EXPECT_EQ(json.AsObject()->front().name, "k0");
}

TEST(Json, NamesTheLineAndColumnOfWhatItDidNotExpect) {
  EXPECT_EQ(ErrorOf("{\n  \"a\": 1,\n  \"b\": x\n}").substr(0, 18), "line 3, column 8: ");
  EXPECT_EQ(ErrorOf("[1, 2").substr(0, 18), "line 1, column 6: ");
  EXPECT_EQ(ErrorOf("{} {}").substr(0, 18), "line 1, column 4: ");
  EXPECT_NE(ErrorOf(""), "parsed");
  EXPECT_NE(ErrorOf("[1e999]"), "parsed");
  EXPECT_NE(ErrorOf("[\"\xff\"]"), "parsed");
  EXPECT_LT(ErrorOf("[\"" + std::string(100000, 'x')).size(), 300U);
}

TEST(Json, NamesNumbersThatAreTooLarge) {
  EXPECT_EQ(ErrorOf("[1,1e999]"), "line 1, column 8: number overflow parsing '1e999'");
}

TEST(Json, RefusesDeepNesting) {
  JsonLimits limits{.depth = 4};
  EXPECT_EQ(ErrorOf("[[[[1]]]]", limits), "parsed");
  EXPECT_EQ(ErrorOf("[[[[[1]]]]]", limits), "nested deeper than 4 levels");
  EXPECT_EQ(ErrorOf(std::string(1000000, '[')), "nested deeper than 128 levels");
}

TEST(Json, IsBuiltByHandAsWell) {
  Json json;
  json.Set("title", Json::OfString("up"));
  json.Set("id", Json::OfInt(1));
  json.Set("title", Json::OfArray({Json::OfBool(true), Json()}));
  EXPECT_EQ(json.ToString(), R"({"title":[true,null],"id":1})");
  EXPECT_EQ(json, Parsed(json.ToString()));
  EXPECT_FALSE(json == Parsed("{}"));
}

}  // namespace
}  // namespace watchfire::codec
