#include "net/http.h"

#include <gtest/gtest.h>

namespace watchfire::net {
namespace {

TEST(Headers, IgnoreCaseAndKeepOrder) {
  Headers headers;
  headers.Add("Accept", "a");
  headers.Add("X-Other", "o");
  headers.Add("accept", "b");
  EXPECT_EQ(headers.Get("ACCEPT"), "a");
  headers.Set("aCCept", "c");
  EXPECT_EQ(headers.all().size(), 2u);
  EXPECT_EQ(headers.Get("accept"), "c");
  EXPECT_FALSE(headers.Has("missing"));
  EXPECT_EQ(headers.Get("missing"), "");
}

TEST(Values, DecodePlusAndPercent) {
  Values values = Values::Parse("query=sum%28up%29+by&x&match[]=a&match%5B%5D=b&&y=").value();
  EXPECT_EQ(values.Get("query"), "sum(up) by");
  EXPECT_TRUE(values.Has("x"));
  EXPECT_TRUE(values.Has("y"));
  EXPECT_EQ(values.GetAll("match[]"), (std::vector<std::string>{"a", "b"}));
}

TEST(Values, RefuseBadEscapes) {
  EXPECT_EQ(Values::Parse("a=%zz").error().message(), "invalid URL escape \"%zz\"");
  EXPECT_EQ(Values::Parse("a=%4").error().message(), "invalid URL escape \"%4\"");
  EXPECT_FALSE(Values::Parse("a=1;b=2").ok());
}

TEST(Values, EncodeSortedByName) {
  Values values;
  values.Add("b", "2 3");
  values.Add("a", "ä/");
  values.Add("b", "1");
  EXPECT_EQ(values.Encode(), "a=%C3%A4%2F&b=2+3&b=1");
  EXPECT_EQ(Values::Parse(values.Encode()).value().Get("a"), "ä/");
}

TEST(Request, FormPutsBodyValuesFirst) {
  Request request;
  request.method = "POST";
  request.raw_query = "query=url&time=1";
  request.body = "query=body";
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  Values form = request.Form().value();
  EXPECT_EQ(form.Get("query"), "body");
  EXPECT_EQ(form.Get("time"), "1");
  request.method = "GET";
  EXPECT_EQ(request.Form().value().Get("query"), "url");
}

Handler Says(std::string text) {
  return [text](const Request& request) {
    std::string params;
    for (const auto& [name, value] : request.path_params) params += " " + name + "=" + value;
    return Response::Text(200, text + params);
  };
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.Handle("GET", "/", Says("root"));
    router.Handle("GET", "/api/v1/query", Says("query"));
    router.Handle("POST", "/api/v1/query", Says("post-query"), "/query");
    router.Handle("GET", "/api/v1/label/:name/values", Says("values"));
    router.Handle("GET", "/api/*path", Says("api-rest"));
    router.Handle("GET", "/assets/*file", Says("asset"));
    router.Handle("GET", "/a/:x/c", Says("param"));
    router.Handle("GET", "/a/b/*rest", Says("literal-rest"));
  }
  std::string Ask(std::string method, std::string path) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    Response response = router.Dispatch(request);
    return std::to_string(response.status) + " " + response.body;
  }
  Router router;
};

TEST_F(RouterTest, PrefersLiteralThenParameterThenRest) {
  EXPECT_EQ(Ask("GET", "/"), "200 root");
  EXPECT_EQ(Ask("GET", "/api/v1/query"), "200 query");
  EXPECT_EQ(Ask("GET", "/api/v1/label/job/values"), "200 values name=job");
  EXPECT_EQ(Ask("GET", "/api/v1/label//values"), "200 api-rest path=v1/label//values");
  EXPECT_EQ(Ask("GET", "/api/v1/other/"), "200 api-rest path=v1/other/");
  EXPECT_EQ(Ask("GET", "/assets/js/a.js"), "200 asset file=js/a.js");
  EXPECT_EQ(Ask("GET", "/assets/"), "200 asset file=");
  EXPECT_EQ(Ask("GET", "/assets").substr(0, 3), "404");
}

TEST_F(RouterTest, BacktracksOutOfALiteral) {
  EXPECT_EQ(Ask("GET", "/a/b/d"), "200 literal-rest rest=d");
  EXPECT_EQ(Ask("GET", "/a/x/c"), "200 param x=x");
  EXPECT_EQ(Ask("GET", "/a/x/d").substr(0, 3), "404");
}

TEST_F(RouterTest, AnswersOtherMethodsWithAllow) {
  Request request;
  request.method = "DELETE";
  request.path = "/api/v1/query";
  Response response = router.Dispatch(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.Get("Allow"), "GET, POST");
  EXPECT_EQ(Ask("HEAD", "/api/v1/query"), "200 query");
  EXPECT_EQ(Ask("GET", "/nowhere"), "404 404 page not found\n");
  EXPECT_EQ(Ask("GET", ""), "404 404 page not found\n");
}

TEST_F(RouterTest, ListsEachLabelOnce) {
  router.Handle("PUT", "/api/v1/query", Says("put"), "/query");
  std::vector<std::string> labels = router.labels();
  EXPECT_EQ(std::count(labels.begin(), labels.end(), "/query"), 1);
  EXPECT_EQ(router.Find("GET", "/a/x/c").label, "/a/:x/c");
}

}  // namespace
}  // namespace watchfire::net
