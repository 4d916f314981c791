#include "grafana/signin/jmespath.h"

#include <gtest/gtest.h>

namespace watchfire::grafana {
namespace {

using codec::Json;

std::string Eval(std::string_view expression, std::string_view document) {
  Result<JmesPath> path = JmesPath::Parse(expression);
  if (!path.ok()) return "error: " + path.error().message();
  return path->Evaluate(Json::Parse(document).value()).ToString();
}

TEST(JmesPathTest, PicksRolesAsPeopleWriteThem) {
  std::string_view role =
      "contains(groups[*], 'admins') && 'Admin' || contains(groups[*], 'dev') && 'Editor' || "
      "'Viewer'";
  EXPECT_EQ(Eval(role, R"({"groups":["dev","admins"]})"), "\"Admin\"");
  EXPECT_EQ(Eval(role, R"({"groups":["dev"]})"), "\"Editor\"");
  EXPECT_EQ(Eval(role, R"({"groups":[]})"), "\"Viewer\"");
  EXPECT_EQ(Eval(role, R"({})"), "\"Viewer\"");
  EXPECT_EQ(Eval("contains(resource_access.grafana.roles, 'admin') && 'GrafanaAdmin'",
                 R"({"resource_access":{"grafana":{"roles":["admin"]}}})"),
            "\"GrafanaAdmin\"");
  EXPECT_EQ(Eval("email=='a@x.org' && 'Admin' || 'None'", R"({"email":"a@x.org"})"), "\"Admin\"");
  EXPECT_EQ(Eval("\"https://x/roles\"[0]", R"({"https://x/roles":["Editor"]})"), "\"Editor\"");
  EXPECT_EQ(Eval("info.roles[?name=='grafana'].role | [0]",
                 R"({"info":{"roles":[{"name":"x"},{"name":"grafana","role":"Admin"}]}})"),
            "\"Admin\"");
  EXPECT_EQ(Eval("!is_guest && (admin && 'Admin' || 'Editor') || 'Viewer'", R"({"admin":true})"),
            "\"Admin\"");
}

TEST(JmesPathTest, FollowsTheRulesOfTheLanguage) {
  std::string_view doc = R"({"a":{"b":[1,2,3]},"l":[{"x":1},{"y":2},{"x":3}],"n":[[1],[2,[3]]],
                             "o":{"p":{"v":1},"q":{"v":2}},"s":"héllo","e":""})";
  EXPECT_EQ(Eval("a.b[-1]", doc), "3");
  EXPECT_EQ(Eval("a.b[5]", doc), "null");
  EXPECT_EQ(Eval("l[*].x", doc), "[1,3]");
  EXPECT_EQ(Eval("l[*].x | [0]", doc), "1");
  EXPECT_EQ(Eval("l[?x > `1`]", doc), "[{\"x\":3}]");
  EXPECT_EQ(Eval("o.*.v", doc), "[1,2]");
  EXPECT_EQ(Eval("n[]", doc), "[1,2,[3]]");
  EXPECT_EQ(Eval("length(s)", doc), "5");
  EXPECT_EQ(Eval("e || 'empty'", doc), "\"empty\"");
  EXPECT_EQ(Eval("a && 'yes'", doc), "\"yes\"");
  EXPECT_EQ(Eval("`{\"k\": 1}`.k", doc), "1");
  EXPECT_EQ(Eval("a.b == `[1,2,3]`", doc), "true");
  EXPECT_EQ(Eval("join(', ', keys(o))", doc), "\"p, q\"");
  EXPECT_EQ(Eval("starts_with(s, 'h') && ends_with(s, 'o')", doc), "true");
  EXPECT_EQ(Eval("not_null(zzz, s)", doc), "\"héllo\"");
  EXPECT_EQ(Eval("reverse(sort(a.b))", doc), "[3,2,1]");
  EXPECT_EQ(Eval("type(a.b)", doc), "\"array\"");
  EXPECT_EQ(Eval("@.s", doc), "\"héllo\"");
  EXPECT_EQ(Eval("'it\\'s'", doc), "\"it's\"");
}

TEST(JmesPathTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(Eval("a.", "{}"), "error: position 2: expected a name, got \"\"");
  EXPECT_EQ(Eval("a b", "{}"), "error: position 2: expected the end, got \"b\"");
  EXPECT_EQ(Eval("system('x')", "{}"), "error: position 6: there is no function system");
  EXPECT_EQ(Eval("contains(a)", "{}"), "error: position 11: contains takes 2 arguments");
  EXPECT_EQ(Eval("'x", "{}"), "error: position 2: a text without its closing '");
  EXPECT_EQ(Eval("a[", "{}"), "error: position 2: expected an index, \"*\", \"?\" or \"]\"");
  EXPECT_NE(Eval(std::string(200, '('), "{}").find("nested too deeply"), std::string::npos);
  EXPECT_NE(Eval(std::string(5000, 'a'), "{}").find("4096 bytes"), std::string::npos);
  EXPECT_NE(Eval("!" + std::string(200, '!') + "a", "{}").find("deeply"), std::string::npos);
}

}  // namespace
}  // namespace watchfire::grafana
