#include "api/alerting/framework.h"

#include <gtest/gtest.h>

#include "api/alerting/parameters.h"

namespace watchfire::api {
namespace {

net::Request Post(std::string body, std::string type = "application/json") {
  net::Request request;
  request.method = "POST";
  request.body = std::move(body);
  if (!type.empty()) request.headers.Set("Content-Type", std::move(type));
  return request;
}

net::Values Query(std::string_view text) {
  net::Request request;
  request.raw_query = text;
  return QueryOf(request);
}

TEST(Framework, TellsErrorsInItsTwoForms) {
  EXPECT_EQ(FrameworkError(404, "path /x was not found").body,
            "{\"code\":404,\"message\":\"path /x was not found\"}");
  net::Response required = FrameworkError(kRequired, "x in body is required");
  EXPECT_EQ(required.status, 422);
  EXPECT_EQ(required.body, "{\"code\":602,\"message\":\"x in body is required\"}");
  EXPECT_EQ(HandlerError(400, "no \"x\"").body, "\"no \\\"x\\\"\"\n");
  EXPECT_EQ(HandlerError(Error::NotFound("gone")).status, 404);
}

TEST(Framework, ABodyMustBeThereAndBeJsonAndSaySo) {
  EXPECT_EQ(ReadJsonBody(Post(""), "alerts").refused->body,
            "{\"code\":602,\"message\":\"alerts in body is required\"}");
  EXPECT_EQ(ReadJsonBody(Post("[]", "text/plain"), "alerts").refused->status, 415);
  EXPECT_EQ(ReadJsonBody(Post("[]", ""), "alerts").refused->body,
            "{\"code\":415,\"message\":\"unsupported media type \\\"application/octet-stream\\\", "
            "only [application/json] are allowed\"}");
  EXPECT_EQ(ReadJsonBody(Post("[{"), "alerts").refused->status, 400);
  EXPECT_EQ(ReadJsonBody(Post(std::string(100, '[')), "alerts").refused->status, 400);
  EXPECT_FALSE(ReadJsonBody(Post("[]", "Application/JSON; charset=utf-8"), "a").refused);
}

TEST(Framework, SwitchesAreOffUnlessTheySayOneOfTheWordsForOn) {
  EXPECT_TRUE(BoolParam(Query(""), "active", true));
  EXPECT_TRUE(BoolParam(Query("active="), "active", true));
  for (const char* word : {"true", "1", "YES", "on", "checked"}) {
    EXPECT_TRUE(BoolParam(Query(std::string("active=") + word), "active", false)) << word;
  }
  for (const char* word : {"false", "0", "maybe", "no"}) {
    EXPECT_FALSE(BoolParam(Query(std::string("active=") + word), "active", true)) << word;
  }
}

TEST(Framework, AParameterThatCannotBeDecodedIsLeftOut) {
  net::Values query = Query("a=1&b=%zz&&c=%20x");
  EXPECT_EQ(query.Get("a"), "1");
  EXPECT_FALSE(query.Has("b"));
  EXPECT_EQ(query.Get("c"), " x");
}

TEST(Framework, KnowsUuids) {
  EXPECT_TRUE(IsUuid("6e0b2e62-1c66-4c4c-8a8a-111111111111"));
  EXPECT_TRUE(IsUuid("6E0B2E621C664C4C8A8A111111111111"));
  for (const char* text :
       {"", "xx", "6e0b2e62-1c66-4c4c-8a8a-11111111111", "6e0b2e62-1c66-4c4c-8a8a-1111111111111",
        "6e0b2e62--1c66-4c4c-8a8a-111111111111", "6e0b2e62-1c66-4c4c-8a8a-11111111111g"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

TEST(Framework, KnowsAddressesThatARequestMayHave) {
  for (const char* text :
       {"http://x", "http://x:9090/graph?g0.expr=up%20%3E%200", "/path", "*", "mailto:me",
        "http://[::1]:80/x", "https://user:p%40@host/", "http://x/a b", "x:y", "///"}) {
    EXPECT_TRUE(IsRequestUri(text)) << text;
  }
  for (const char* text : {"", "not a url", "foo", ":x", "http://x y/", "http://x:port/",
                           "http://x/%zz", "http://[::1", "1http://x", "http://x\n"}) {
    EXPECT_FALSE(IsRequestUri(text)) << text;
  }
}

TEST(Framework, MembersAreFoundInAnyCaseAndTheLastOneHolds) {
  codec::Json json = codec::Json::Parse(R"({"Labels":1,"x":2,"LABELS":3})").value();
  EXPECT_EQ(Member(json, "labels")->AsInt(), 3);
  EXPECT_EQ(Member(json, "y"), nullptr);
  EXPECT_EQ(Member(codec::Json::OfInt(1), "y"), nullptr);
}

TEST(Framework, FiltersAreMatchersAndReceiversRegularExpressions) {
  auto syntax = amconfig::MatcherSyntax::kFallback;
  auto filters = ParseFilters(Query("filter=a%3D%22b%22&filter=c!~d"), "filter", syntax);
  ASSERT_TRUE(filters.ok());
  EXPECT_EQ(amconfig::MatchersText(*filters), "{a=\"b\",c!~\"d\"}");
  EXPECT_EQ(ParseFilters(Query("filter=foo"), "filter", syntax).error().message(),
            "bad matcher format: foo");
  EXPECT_FALSE(ParseReceiver(Query(""))->has_value());
  auto receiver = ParseReceiver(Query("receiver=team-.*%7Cdb"));
  EXPECT_TRUE((*receiver)->FoundIn("team-x"));
  EXPECT_FALSE((*receiver)->FoundIn("xdb"));
  EXPECT_EQ(ParseReceiver(Query("receiver=(")).error().message(),
            "failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`");
}

TEST(Parameters, FingerprintsAreSixteenDigits) {
  EXPECT_EQ(*ParseFingerprint("5b11730f67b91e88"), 0x5b11730f67b91e88u);
  EXPECT_EQ(*ParseFingerprint("FFFFFFFFFFFFFFFF"), UINT64_MAX);
  for (const char* text : {"", "5b", "5b11730f67b91e88a", "5b11730f67b91e8g"}) {
    EXPECT_FALSE(ParseFingerprint(text).ok()) << text;
  }
}

TEST(Parameters, TimesAreDatesOrSeconds) {
  EXPECT_EQ(*TimeParam(Query(""), "start", 7), 7);
  EXPECT_EQ(*TimeParam(Query("start=1.5"), "start", 7), 1500);
  EXPECT_EQ(*TimeParam(Query("start=1970-01-01T00:00:02Z"), "start", 7), 2000);
  for (const char* text : {"start=x", "start=NaN", "start=1e300"}) {
    EXPECT_FALSE(TimeParam(Query(text), "start", 7).ok()) << text;
  }
}

TEST(Parameters, NumbersHaveBounds) {
  EXPECT_EQ(*NumberParam(Query(""), "limit", 100, 1, 1000), 100);
  EXPECT_EQ(*NumberParam(Query("limit=1000"), "limit", 100, 1, 1000), 1000);
  for (const char* text : {"limit=0", "limit=1001", "limit=1.5", "limit=x"}) {
    EXPECT_FALSE(NumberParam(Query(text), "limit", 100, 1, 1000).ok()) << text;
  }
}

}  // namespace
}  // namespace watchfire::api
