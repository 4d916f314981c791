// Queries over HTTP: what is sent to another Prometheus and what is made of its answers.
#include <gtest/gtest.h>

#include "base/mutex.h"
#include "grafana/queries/queries.h"
#include "grafana/queries/remote_answer.h"
#include "net/http_server.h"

namespace watchfire::grafana {
namespace {

class RemoteTest : public ::testing::Test {
 protected:
  void Start(net::Handler handler) {
    net::Router router;
    router.SetNotFound([this, handler](const net::Request& request) {
      {
        MutexLock lock(mutex_);
        seen_.push_back(request);
      }
      return handler(request);
    });
    net::ServerOptions options;
    options.listen_addresses = {"127.0.0.1:0"};
    auto server = net::HttpServer::Start(options, std::move(router), pool_, nullptr);
    ASSERT_TRUE(server.ok()) << server.error().message();
    server_ = std::move(*server);
    source_.uid = "r";
    source_.url = fmt::format("http://127.0.0.1:{}/base/", server_->ports().at(0));
    QueriesDependencies deps;
    deps.clock = Clock::System();
    deps.timeout_ms = 5000;
    queries_ = std::make_unique<Queries>(deps);
  }
  void Start(int status, std::string body) {
    Start([=](const net::Request&) { return net::Response::Json(status, body); });
  }

  PanelQuery Query(const char* model) {
    PanelQuery query;
    query.ref_id = "A";
    query.source = std::make_shared<DataSource>(source_);
    query.model = *codec::Json::Parse(model);
    query.from = 1'700'000'000'000;
    query.to = 1'700'000'060'500;
    return query;
  }
  std::string Run(const char* model) {
    QueryAnswer answer = queries_->Run(Query(model), nullptr);
    if (answer.frames != nullptr) return *answer.frames;
    return fmt::format("{} {} {}", answer.status, answer.error_source, answer.error);
  }
  std::vector<net::Request> seen() {
    MutexLock lock(mutex_);
    return seen_;
  }

  ThreadPool pool_{"test", 2};
  Mutex mutex_;
  std::vector<net::Request> seen_ GUARDED_BY(mutex_);
  std::unique_ptr<net::HttpServer> server_;
  DataSource source_;
  std::unique_ptr<Queries> queries_;
};

constexpr const char* kMatrix =
    R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"job":"a"},)"
    R"("values":[[1700000000,"1"],[1700000015.5,"NaN"]]}]},"warnings":["careful"],"infos":["so"]})";
constexpr const char* kScalar =
    R"({"status":"success","data":{"resultType":"scalar","result":[1700000000,"2"]}})";

TEST_F(RemoteTest, PostsAFormAndReadsTheAnswer) {
  Start(200, kMatrix);
  source_.json_data =
      *codec::Json::Parse(R"({"customQueryParameters":"dedup=true&a=b","queryTimeout":"20s"})");
  std::string answer = Run(R"!({"expr":"rate(x[$__rate_interval])"})!");
  EXPECT_NE(answer.find(R"("values":[[1700000000000,1700000015500],[1,null]])"), std::string::npos)
      << answer;
  EXPECT_NE(answer.find(R"("notices":[{"severity":"warning","text":"careful"},)"
                        R"({"severity":"info","text":"so"}])"),
            std::string::npos);
  ASSERT_EQ(seen().size(), 1u);
  net::Request request = seen()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/base/api/v1/query_range");
  EXPECT_EQ(request.headers.Get("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "a=b&dedup=true&end=1700000055.000&query=rate%28x%5B1m0s%5D%29&start=1699999995.000&"
            "step=15.000&timeout=20s");
}

TEST_F(RemoteTest, AsksAnInstantAtTheVeryEnd) {
  Start(200, kScalar);
  Run(R"({"expr":"2","instant":true})");
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].path, "/base/api/v1/query");
  EXPECT_EQ(seen()[0].body, "query=2&time=1700000060.500");
}

TEST_F(RemoteTest, TriesGetWherePostIsNotAllowedAndRemembers) {
  Start([](const net::Request& request) {
    return request.method == "POST" ? net::Response::Text(405, "no")
                                    : net::Response::Json(200, kScalar);
  });
  EXPECT_NE(Run(R"({"expr":"1","instant":true})").find("\"scalar\""), std::string::npos);
  EXPECT_NE(Run(R"({"expr":"2","instant":true})").find("\"scalar\""), std::string::npos);
  ASSERT_EQ(seen().size(), 3u);
  EXPECT_EQ(seen()[1].method, "GET");
  EXPECT_EQ(seen()[1].raw_query, "query=1&time=1700000060.500");
  EXPECT_EQ(seen()[2].method, "GET");
}

TEST_F(RemoteTest, DoesNotAskTwiceForAQueryThatIsWrong) {
  Start(400,
        R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": no"})");
  EXPECT_EQ(Run(R"({"expr":"up{"})"), "400 downstream bad_data: invalid parameter \"query\": no");
  EXPECT_EQ(seen().size(), 1u);
}

TEST_F(RemoteTest, SendsCredentialsAndHeaders) {
  Start(200, kScalar);
  source_.basic_auth = true;
  source_.basic_auth_user = "admin";
  source_.secure["basicAuthPassword"] = Secret("pass:word");
  source_.json_data = *codec::Json::Parse(
      R"({"httpMethod":"GET","httpHeaderName1":"X-Scope-OrgID","httpHeaderName2":"X-Two"})");
  source_.secure["httpHeaderValue1"] = Secret("tenant");
  source_.secure["httpHeaderValue2"] = Secret("2");
  Run(R"({"expr":"1","instant":true})");
  ASSERT_EQ(seen().size(), 1u);
  EXPECT_EQ(seen()[0].method, "GET");
  EXPECT_EQ(seen()[0].headers.Get("Authorization"), "Basic YWRtaW46cGFzczp3b3Jk");
  EXPECT_EQ(seen()[0].headers.Get("X-Scope-OrgID"), "tenant");
  EXPECT_EQ(seen()[0].headers.Get("X-Two"), "2");
  // A changed source is asked in its new way.
  source_.secure["basicAuthPassword"] = Secret("other");
  source_.version = 2;
  Run(R"({"expr":"1","instant":true})");
  EXPECT_EQ(seen().at(1).headers.Get("Authorization"), "Basic YWRtaW46b3RoZXI=");
}

TEST_F(RemoteTest, TellsWhatIsNoPrometheus) {
  Start(200, "<html>login</html>");
  EXPECT_EQ(Run(R"({"expr":"1"})"),
            "502 downstream the server answered 200 OK, which is no answer of a Prometheus but a "
            "page; is the address that of its API?");
}

TEST_F(RemoteTest, SaysThatNobodyAnswers) {
  Start(200, kScalar);
  source_.url = "http://127.0.0.1:1";
  EXPECT_EQ(Run(R"({"expr":"1"})"),
            "502 downstream Post \"http://127.0.0.1:1/api/v1/query_range\": dial tcp 127.0.0.1:1: "
            "connect: connection refused");
  source_.url = "ftp://x";
  EXPECT_EQ(Run(R"({"expr":"1"})"), "400 downstream the data source has no http or https address");
}

TEST_F(RemoteTest, TakesAnswersOfEightMegabytes) {
  std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (int i = 0; body.size() < (8u << 20); ++i) {
    body += fmt::format(R"({}{{"metric":{{"i":"{}"}},"values":[)", i == 0 ? "" : ",", i);
    for (int j = 0; j < 100; ++j) {
      body += fmt::format("{}[{},\"{}\"]", j == 0 ? "" : ",", 1700000000 + j * 15, i * 100 + j);
    }
    body += "]}";
  }
  body += "]}}";
  Start(200, body);
  std::string answer = Run(R"({"expr":"1","legendFormat":"__auto"})");
  EXPECT_TRUE(answer.starts_with("[{\"schema\"")) << answer.substr(0, 200);
  EXPECT_GT(answer.size(), 4u << 20);
}

TEST_F(RemoteTest, PassesRequestsOnWithoutWhatIsOurs) {
  Start([](const net::Request&) {
    net::Response response = net::Response::Json(201, "{\"a\":1}");
    response.headers.Add("Set-Cookie", "theirs=1");
    response.headers.Add("X-Served-By", "them");
    return response;
  });
  source_.basic_auth = true;
  source_.basic_auth_user = "u";
  source_.secure["basicAuthPassword"] = Secret("p");
  source_.json_data.Set("httpHeaderName1", codec::Json::OfString("X-Scope-OrgID"));
  source_.secure["httpHeaderValue1"] = Secret("ours");
  net::Request request;
  request.method = "POST";
  request.raw_query = "match[]=up&x=1";
  request.body = "a=b";
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.Add("Cookie", "grafana_session=1");
  request.headers.Add("Authorization", "Bearer ours");
  request.headers.Add("X-Custom", "kept");
  request.headers.Add("x-scope-orgid", "another's");
  auto response = queries_->Forward(source_, "api/v1/label/a b/values", request);
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "{\"a\":1}");
  EXPECT_FALSE(response->headers.Has("Set-Cookie"));
  EXPECT_EQ(response->headers.Get("X-Served-By"), "them");
  net::Request got = seen().at(0);
  EXPECT_EQ(got.path, "/base/api/v1/label/a b/values");
  EXPECT_EQ(got.raw_query, "match[]=up&x=1");
  EXPECT_EQ(got.body, "a=b");
  EXPECT_FALSE(got.headers.Has("Cookie"));
  EXPECT_EQ(got.headers.Get("Authorization"), "Basic dTpw");
  EXPECT_EQ(got.headers.Get("X-Custom"), "kept");
  EXPECT_EQ(got.headers.Get("X-Scope-OrgID"), "ours");
  EXPECT_FALSE(queries_->Forward(source_, "api/../secret", request).ok());
}

TEST_F(RemoteTest, SharesOneAnswerAmongThoseWhoWait) {
  Mutex mutex;
  CondVar changed;
  bool open = false;
  std::atomic<int> asked = 0;
  Start([&](const net::Request&) {
    ++asked;
    MutexLock lock(mutex);
    while (!open) changed.Wait(mutex);
    return net::Response::Json(200, kScalar);
  });
  std::atomic<int> answered = 0;
  std::vector<Thread> viewers;
  for (int i = 0; i < 8; ++i) {
    viewers.emplace_back("viewer", [&] {
      if (Run(R"({"expr":"1","instant":true})").find("\"scalar\"") != std::string::npos) ++answered;
    });
  }
  while (asked == 0) std::this_thread::yield();
  {
    MutexLock lock(mutex);
    open = true;
    changed.NotifyAll();
  }
  viewers.clear();
  EXPECT_EQ(answered, 8);
  EXPECT_EQ(asked, 1);
}

TEST_F(RemoteTest, GivesACancelledQuestionToTheNext) {
  Mutex mutex;
  CondVar changed;
  bool open = false;
  std::atomic<int> asked = 0;
  Start([&](const net::Request&) {
    if (++asked == 1) {
      MutexLock lock(mutex);
      while (!open) changed.Wait(mutex);
    }
    return net::Response::Json(200, kScalar);
  });
  auto cancelled = std::make_shared<std::atomic<bool>>(false);
  int first_status = 0;
  int second_status = 0;
  Thread first("first", [&] {
    first_status = queries_->Run(Query(R"({"expr":"1","instant":true})"), cancelled).status;
  });
  while (asked == 0) std::this_thread::yield();
  Thread second("second", [&] {
    second_status = queries_->Run(Query(R"({"expr":"1","instant":true})"), nullptr).status;
  });
  *cancelled = true;
  first.Join();
  {
    MutexLock lock(mutex);
    open = true;
    changed.NotifyAll();
  }
  second.Join();
  EXPECT_EQ(first_status, 499);
  EXPECT_EQ(second_status, 200);
}

TEST(RemoteAnswer, RefusesBrokenAnswers) {
  for (const char* body :
       {"", "null", "[]", "{}", R"({"status":"success"})", R"({"status":"success","data":{}})",
        R"({"status":"success","data":{"resultType":"odd","result":[]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":{}}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[{}]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":1}}]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},)"
        R"("values":[[1]]}]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},)"
        R"("values":[["1","2"]]}]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},)"
        R"("values":[[1,"x"]]}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},)"
        R"("value":[1e99,"1"]}]}})",
        R"({"status":"success","data":{"resultType":"scalar","result":[]}})"}) {
    Outcome outcome = ReadRemoteAnswer(200, body);
    ASSERT_TRUE(std::holds_alternative<Failure>(outcome)) << body;
    EXPECT_EQ(std::get<Failure>(outcome).status, 502) << body;
  }
  EXPECT_EQ(std::get<Failure>(ReadRemoteAnswer(401, "who are you")).message,
            "the server answered 401 Unauthorized: who are you");
}

TEST(RemoteAnswer, ReadsHistograms) {
  Outcome outcome = ReadRemoteAnswer(
      200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},)"
           R"("histogram":[1.5,{"count":"3","sum":"4","buckets":[[0,"0.5","1","1"],[0,"1","2",)"
           R"("2"]]}]}]}})");
  const auto& answer = std::get<Answer>(outcome);
  ASSERT_EQ(answer.series.size(), 1u);
  ASSERT_EQ(answer.series[0].cells.size(), 2u);
  EXPECT_EQ(answer.series[0].cells[1].upper, 2);
  EXPECT_EQ(answer.series[0].cells[1].t, 1500);
}

}  // namespace
}  // namespace watchfire::grafana
