#include "tool/amtool/format.h"

#include <gtest/gtest.h>

#include "tool/amtool/table_writer.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

Json Parse(std::string_view text) {
  return Json::Parse(text).value();
}

constexpr std::string_view kAlerts = R"([
  {"annotations":{},"endsAt":"2026-11-21T13:06:23.265Z","fingerprint":"5b11730f67b91e88",
   "receivers":[{"name":"default"}],"startsAt":"2026-11-21T13:01:23.265Z",
   "status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},
   "updatedAt":"2026-11-21T13:01:23.265Z",
   "labels":{"alertname":"baz","cluster":"é","severity":"warning"}},
  {"annotations":{"summary":"sum mary","x":"y"},"endsAt":"2030-01-01T00:00:00.000Z",
   "fingerprint":"b923daeadd20fc66","receivers":[{"name":"team-db"}],
   "startsAt":"2026-11-21T10:00:00.000+02:00","status":{"state":"suppressed"},
   "updatedAt":"2026-11-21T13:01:23.247Z","generatorURL":"http://gen/x",
   "labels":{"alertname":"foo","node":"bar"}}])";

// What Alertmanager's own amtool prints of the same alerts.
TEST(Format, AlertsAreSortedByStartAndShownInTheirZone) {
  EXPECT_EQ(FormatAlerts(Parse(kAlerts), {}),
            "Alertname  Starts At                  Summary   State       \n"
            "foo        2026-11-21 10:00:00 +0200  sum mary  suppressed  \n"
            "baz        2026-11-21 13:01:23 UTC              active      \n");
  EXPECT_EQ(FormatAlerts(Parse(kAlerts), {.output = "extended"}),
            "Labels                                          Annotations               "
            "Starts At                  Ends At                  Generator URL  State       \n"
            "alertname=\"foo\" node=\"bar\"                      summary=\"sum mary\" x=\"y\"  "
            "2026-11-21 10:00:00 +0200  2030-01-01 00:00:00 UTC  http://gen/x   suppressed  \n"
            "alertname=\"baz\" cluster=\"é\" severity=\"warning\"                            "
            "2026-11-21 13:01:23 UTC    2026-11-21 13:06:23 UTC                 active      \n");
}

TEST(Format, JsonIsWhatTheServerSaid) {
  EXPECT_EQ(FormatAlerts(Parse(R"([{"b":1, "a":"<"}])"), {.output = "json"}),
            "[{\"b\":1,\"a\":\"\\u003c\"}]\n");
}

TEST(Format, SilencesShowTheirMatchersAsTheyAreWritten) {
  Json silences = Parse(R"([{"id":"6c","status":{"state":"active"},
    "updatedAt":"2026-11-21T13:01:23.695Z","comment":"two\tcells","createdBy":"me",
    "endsAt":"2026-11-21T16:01:23.578Z","startsAt":"2026-11-21T13:01:23.578Z","matchers":[
    {"isEqual":true,"isRegex":false,"name":"alertname","value":"a\"b"},
    {"isRegex":true,"name":"z","value":"q.*"},
    {"isEqual":false,"isRegex":true,"name":"n","value":"p"}]}])");
  EXPECT_EQ(FormatSilences(silences, {}),
            "ID  Matchers                          Ends At                  Created By  "
            "Comment  \n"
            "6c  alertname=\"a\\\"b\" z=~\"q.*\" n!~\"p\"  2026-11-21 16:01:23 UTC  me          "
            "two      cells  \n");
  EXPECT_NE(FormatSilences(silences, {.output = "extended"})
                .find("{alertname=\"a\\\"b\",z=~\"q.*\",n!~\"p\"}"),
            std::string::npos);
  EXPECT_NE(FormatSilences(silences, {.date_format = "15h04 Jan _2"}).find("16h01 Nov 21"),
            std::string::npos);
}

TEST(Format, TheClusterListsItsPeersByAddress) {
  Json cluster = Parse(R"({"name":"b","status":"ready","peers":[
    {"address":"10.0.0.2:9094","name":"a"},{"address":"10.0.0.1:9094","name":"b"}]})");
  EXPECT_EQ(FormatCluster(cluster, {}), "Cluster Status:  ready\nNode Name:       b\n");
  EXPECT_EQ(FormatCluster(cluster, {.output = "extended"}),
            "Cluster Status:  ready\nNode Name:       b\n\nAddress        Name\n"
            "10.0.0.1:9094  b  \n10.0.0.2:9094  a  \n");
}

TEST(Format, TheConfigurationIsPrintedAsItIs) {
  Json status = Parse(R"({"config":{"original":"route: {}\n"},"uptime":"2026-11-21T12:59:08.259Z",
    "versionInfo":{"version":"0.34.0","branch":"b","buildDate":"d","buildUser":"u",
    "goVersion":"g","revision":"r"}})");
  EXPECT_EQ(FormatConfig(status, {}), "route: {}\n\n");
  EXPECT_EQ(FormatConfig(status, {.output = "extended"}),
            "route: {}\n\nbuildUser u\ngoVersion g\nrevision r\nversion 0.34.0\nbranch b\n"
            "buildDate d\nuptime 2026-11-21T12:59:08.259Z\n");
}

TEST(TableWriter, AColumnIsAsWideAsItsCellsInLinesThatFollowEachOther) {
  EXPECT_EQ(AlignTabs("a\tb\t\nlong\tc\t\n"), "a     b  \nlong  c  \n");
  EXPECT_EQ(AlignTabs("a\tb\nno cells\nlonger\tc\n"), "a  b\nno cells\nlonger  c\n");
  EXPECT_EQ(AlignTabs("é\tx\t\nee\ty\t\n"), "é   x  \nee  y  \n");
  EXPECT_EQ(AlignTabs("a\tbb\tc\t\naa\n"), "a  bb  c  \naa\n");
}

}  // namespace
}  // namespace watchfire::amtool
