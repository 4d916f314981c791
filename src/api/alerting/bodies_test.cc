#include "api/alerting/bodies.h"

#include <gtest/gtest.h>

namespace watchfire::api {
namespace {

codec::Json Parse(std::string_view text) {
  return codec::Json::Parse(text).value();
}

// The refusal of a body, or what was read of it.
std::string Alerts(std::string_view text) {
  auto posted = ReadAlerts(Parse(text));
  if (posted.refused) return fmt::format("{} {}", posted.refused->status, posted.refused->body);
  std::string out;
  for (const alerting::Alert& alert : posted.value) {
    out += fmt::format("{} {} {}", alert.labels.ToString(), alerting::FormatMillis(alert.starts_at),
                       alerting::FormatMillis(alert.ends_at));
    for (const auto& [name, value] : alert.annotations) out += " " + name + "=" + value;
    out += alert.generator_url + "\n";
  }
  return out;
}

std::string Silence(std::string_view text) {
  auto posted = ReadSilence(Parse(text));
  if (posted.refused) return fmt::format("{} {}", posted.refused->status, posted.refused->body);
  if (posted.value.bad_matcher) return posted.value.bad_matcher->message();
  const alerting::Silence& silence = posted.value.silence;
  return fmt::format("{} {} {} {} {} {}", silence.id,
                     amconfig::MatchersText(silence.matcher_sets.at(0)), silence.starts_at_ns,
                     silence.ends_at_ns, silence.created_by, silence.comment);
}

TEST(PostedAlerts, AreReadWithWhatIsThere) {
  EXPECT_EQ(Alerts(R"([{"labels":{"b":"2","a":"1","empty":""},"annotations":{"x":"","y":null},
      "startsAt":"2026-11-21T10:00:00.5+02:00","endsAt":"0001-01-01T00:00:00.000Z",
      "generatorURL":" http://x","unknown":[1]}])"),
            "422 {\"code\":601,\"message\":\"0.generatorURL in body must be of type uri: \\\" "
            "http://x\\\"\"}");
  EXPECT_EQ(Alerts(R"([{"labels":{"b":"2","a":"1","empty":""},"annotations":{"x":"","y":null},
      "startsAt":"2026-11-21T10:00:00.5+02:00","endsAt":"0001-01-01T00:00:00.000Z",
      "generatorURL":"http://x","unknown":[1]}])"),
            "{a=\"1\", b=\"2\"} 2026-11-21T10:00:00.500+02:00 0001-01-01T00:00:00.000Z x= y="
            "http://x\n");
  EXPECT_EQ(Alerts("null"), "");
  EXPECT_EQ(Alerts("[]"), "");
}

TEST(PostedAlerts, AreRefusedInTheWordsOfTheFramework) {
  EXPECT_EQ(Alerts("[{}]"), "422 {\"code\":602,\"message\":\"0.labels in body is required\"}");
  EXPECT_EQ(Alerts(R"([{"labels":{}},{"labels":null}])"),
            "422 {\"code\":602,\"message\":\"1.labels in body is required\"}");
  EXPECT_EQ(Alerts(R"({"labels":{}})"),
            "400 {\"code\":400,\"message\":\"parsing alerts body from \\\"\\\" failed, because "
            "json: cannot unmarshal object into Go value of type models.PostableAlerts\"}");
  EXPECT_EQ(Alerts(R"([{"labels":{"a":1}}])"),
            "400 {\"code\":400,\"message\":\"parsing alerts body from \\\"\\\" failed, because "
            "json: cannot unmarshal number into Go struct field Alert.labels of type string\"}");
  // What cannot be read counts more than what is missing before it.
  EXPECT_TRUE(Alerts(R"([{},{"labels":{"a":1}}])").starts_with("400 "));
  EXPECT_TRUE(Alerts(R"([{"labels":{"a":"b"},"startsAt":"foo"}])").starts_with("400 "));
  EXPECT_TRUE(Alerts(R"([{"labels":{"a":"b"},"startsAt":5}])").starts_with("400 "));
  EXPECT_TRUE(Alerts("[null]").starts_with("400 "));
}

constexpr std::string_view kSilence = R"({"comment":"c","createdBy":"me",
  "startsAt":"1970-01-01T00:00:01Z","endsAt":"1970-01-01T00:00:02Z","matchers":[)";

std::string WithMatcher(std::string_view matcher) {
  return Silence(std::string(kSilence) + std::string(matcher) + "]}");
}

TEST(PostedSilences, AreReadWithTheirMatchers) {
  EXPECT_EQ(WithMatcher(R"({"name":"a","value":"b","isRegex":false},
                           {"name":"c","value":"d.*","isRegex":true,"isEqual":false})"),
            " {a=\"b\",c!~\"d.*\"} 1000000000 2000000000 me c");
}

TEST(PostedSilences, WhatIsMissingIsToldInOrderOfNames) {
  auto required = [](const char* what) {
    return fmt::format("422 {{\"code\":602,\"message\":\"{} in body is required\"}}", what);
  };
  EXPECT_EQ(Silence("{}"), required("comment"));
  EXPECT_EQ(Silence(R"({"comment":""})"), required("createdBy"));
  EXPECT_EQ(Silence(R"({"comment":"","createdBy":""})"), required("endsAt"));
  EXPECT_EQ(Silence(R"({"comment":"","createdBy":"","endsAt":"2026-01-01T00:00:00Z"})"),
            required("matchers"));
  EXPECT_EQ(WithMatcher(""),
            "422 {\"code\":612,\"message\":\"matchers in body should have at least 1 items\"}");
  EXPECT_EQ(WithMatcher("{}"), required("matchers.0.isRegex"));
  EXPECT_EQ(WithMatcher(R"({"isRegex":false,"value":""})"), required("matchers.0.name"));
  EXPECT_EQ(WithMatcher(R"({"isRegex":false,"name":"a","value":"b"},{"isRegex":true,"name":"x"})"),
            required("matchers.1.value"));
}

TEST(PostedSilences, ARegularExpressionThatIsNoneIsTheMatchersFault) {
  EXPECT_EQ(WithMatcher(R"({"name":"a","value":"(","isRegex":true})"),
            "invalid silence: invalid label matcher 0 in set 0: invalid regular expression \"(\": "
            "error parsing regexp: missing closing ): `(`");
}

}  // namespace
}  // namespace watchfire::api
