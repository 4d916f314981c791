#include "net/web_config.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "net/http_client.h"
#include "net/digest.h"
#include "net/http_profile.h"
#include "net/http_server.h"
#include "net/testing_certs.h"
#include "net/testing_socket.h"

namespace watchfire::net {
namespace {

// The cheapest hash there is: 4 rounds.
std::string Bcrypt(const std::string& password) {
  auto data = std::make_unique<crypt_data>();
  return crypt_r(password.c_str(), "$2y$04$abcdefghijklmnopqrstuu", data.get());
}

TEST(WebConfig, ReadsEveryKey) {
  WebConfig config = ParseWebConfig(R"(
tls_server_config:
  cert_file: server.crt
  key_file: /etc/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [alice, bob]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  curve_preferences: [X25519]
  prefer_server_cipher_suites: false
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=1
rate_limit:
  burst: 20
  interval: 1m1.5s
basic_auth_users:
  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze
)",
                                    "/conf/web.yml")
                         .value();
  EXPECT_EQ(config.tls->cert_file, "/conf/server.crt");
  EXPECT_EQ(config.tls->key_file, "/etc/server.key");
  EXPECT_EQ(config.tls->client_auth, ClientAuth::kRequireAndVerifyClientCert);
  EXPECT_EQ(config.tls->client_allowed_sans, (std::vector<std::string>{"alice", "bob"}));
  EXPECT_EQ(config.tls->min_version, TlsVersion::kTls13);
  EXPECT_FALSE(config.tls->prefer_server_cipher_suites);
  EXPECT_FALSE(config.http2);
  EXPECT_EQ(config.headers.size(), 2u);
  EXPECT_EQ(config.rate_burst, 20);
  EXPECT_EQ(config.rate_interval_ns, 61'500'000'000);
  EXPECT_EQ(config.users.size(), 1u);
  EXPECT_FALSE(ParseWebConfig("", "w").value().tls);
  EXPECT_FALSE(ParseWebConfig("tls_server_config: {}", "w").value().tls);
}

TEST(WebConfig, NamesLineAndFieldOfMistakes) {
  const std::pair<const char*, const char*> kCases[] = {
      {"tls: {}", "w:1: field tls not found in type web.Config"},
      {"tls_server_config:\n  cert_file: a\n  key_fil: b",
       "w:3: field key_fil not found in type web.TLSConfig"},
      {"http_server_config:\n  x: 1", "w:2: field x not found in type web.HTTPConfig"},
      {"rate_limit:\n  x: 1", "w:2: field x not found in type web.RateLimiterConfig"},
      {"tls_server_config:\n  cert_file: a", "w:2: missing one of key or key_file"},
      {"tls_server_config:\n  key_file: a", "w:2: missing one of cert or cert_file"},
      {"tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}",
       "w:1: Client CA's have been configured without a Client Auth Policy"},
      {"tls_server_config: {cert_file: a, key_file: b, client_auth_type: Maybe}",
       "w:1: Invalid ClientAuth: Maybe"},
      {"tls_server_config: {cert_file: a, key_file: b, min_version: SSL3}",
       "w:1: unknown TLS version: SSL3"},
      {"http_server_config:\n  headers:\n    Server: me",
       "w:3: HTTP header \"Server\" can not be configured"},
      {"http_server_config:\n  headers:\n    X-Frame-Options: maybe",
       "w:3: invalid value for X-Frame-Options. Expected one of: [\"deny\" \"sameorigin\"], "
       "but got: \"maybe\""},
      {"basic_auth_users:\n  bob: hunter2",
       "w:2: the password of user \"bob\" is not a bcrypt hash"},
      {"rate_limit: {interval: soon}", "w:1: invalid duration \"soon\""},
      {"[a]", "w:1: cannot unmarshal !!seq into web.Config"},
  };
  for (const auto& [text, message] : kCases) {
    auto config = ParseWebConfig(text, "w");
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_EQ(config.error().message(), message);
  }
}

TEST(WebConfig, ReadsTheConformanceExample) {
  const char* root = getenv("WATCHFIRE_CONFORMANCE");
  std::string path = std::string(root != nullptr ? root : "../shared/conformance") +
                     "/prometheus/examples/web-config.yml";
  if (!FileSystem::Local()->Exists(path)) GTEST_SKIP() << "no conformance data at " << path;
  WebConfig config = LoadWebConfig(path).value();
  EXPECT_EQ(config.users.size(), 2u);
  EXPECT_TRUE(config.tls);
}

class GuardedServerTest : public ::testing::Test {
 protected:
  void Start(const std::string& web_config) {
    options_.listen_addresses = {"127.0.0.1:0"};
    options_.web_config_file = dir_.Write("web.yml", web_config);
    Router router;
    router.Handle("GET", "/", [](const Request& request) {
      return Response::Text(200, request.user + (request.tls ? " tls" : " plain"));
    });
    auto started = HttpServer::Start(options_, std::move(router), pool_, nullptr);
    ASSERT_TRUE(started.ok()) << started.error().message();
    server_ = std::move(*started);
  }
  std::string StartError(const std::string& web_config) {
    options_.listen_addresses = {"127.0.0.1:0"};
    options_.web_config_file = dir_.Write("web.yml", web_config);
    auto started = HttpServer::Start(options_, Router(), pool_, nullptr);
    return started.ok() ? "started" : started.error().message();
  }
  // With an Authorization header for "user:password", or without for "".
  Response Ask(const std::string& credentials) {
    RawClient client(server_->ports()[0]);
    client.Get("/", credentials.empty()
                        ? ""
                        : "Authorization: Basic " + EncodeBase64(credentials) + "\r\n");
    return client.Read().value_or(Response::Text(-1, ""));
  }
  // By TLS; the answer's body or the error.
  std::string AskTls(const TlsClientOptions& tls) {
    HttpClientOptions options;
    options.tls = tls;
    auto client = HttpClient::Make(options);
    if (!client.ok()) return client.error().message();
    HttpRequest request;
    request.url = fmt::format("https://127.0.0.1:{}/", server_->ports()[0]);
    auto response = (*client)->Do(request);
    if (!response.ok()) return "error " + response.error().message();
    return response->body;
  }
  std::string TlsConfig(const Certificate& server, const std::string& more = "") {
    dir_.Write("server.crt", server.cert);
    dir_.Write("server.key", server.key);
    return "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n" + more;
  }

  TempDir dir_;
  ServerOptions options_;
  ThreadPool pool_{"handlers", 2};
  std::unique_ptr<HttpServer> server_;
};

TEST_F(GuardedServerTest, AsksForUserAndPassword) {
  Start("basic_auth_users:\n  alice: " + Bcrypt("wonder:land") + "\n");
  Response refused = Ask("");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.Get("WWW-Authenticate"), "Basic");
  EXPECT_EQ(refused.body, "Unauthorized\n");
  EXPECT_EQ(Ask("alice:wonder:land").body, "alice plain");
  EXPECT_EQ(Ask("alice:wonder:land").status, 200);  // from the cache
  EXPECT_EQ(Ask("alice:wrong").status, 401);
  EXPECT_EQ(Ask("alice:wrong").status, 401);
  EXPECT_EQ(Ask("alice:").status, 401);
  EXPECT_EQ(Ask("bob:wonder:land").status, 401);
  EXPECT_EQ(Ask("alice").status, 401);
  EXPECT_EQ(Ask(std::string("alice:wonder:land\0x", 19)).status, 401);
  EXPECT_EQ(Ask("alice:" + std::string(100, 'a')).status, 401);
}

TEST_F(GuardedServerTest, ReadsTheFileAgainWhenItChanges) {
  Start("basic_auth_users:\n  alice: " + Bcrypt("old") + "\n");
  EXPECT_EQ(Ask("alice:old").status, 200);
  dir_.Write("web.yml", "basic_auth_users:\n  alice: " + Bcrypt("new") + "\n");
  EXPECT_EQ(Ask("alice:old").status, 401);
  EXPECT_EQ(Ask("alice:new").status, 200);
  std::string logs;
  CaptureLogs(&logs);
  dir_.Write("web.yml", "basic_auth_users: [");
  Response broken = Ask("alice:new");
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(broken.body, "Internal Server Error\n");
  ASSERT_TRUE(FileSystem::Local()->Remove(dir_.File("web.yml")).ok());
  EXPECT_EQ(Ask("alice:new").status, 500);
  CaptureLogs(nullptr);
  dir_.Write("web.yml", "");
  EXPECT_EQ(Ask("").body, " plain");
}

TEST_F(GuardedServerTest, AddsHeadersToEveryAnswer) {
  Start("http_server_config:\n  headers:\n    X-Frame-Options: deny\nbasic_auth_users:\n  a: " +
        Bcrypt("b") + "\n");
  EXPECT_EQ(Ask("a:b").headers.Get("X-Frame-Options"), "deny");
  EXPECT_EQ(Ask("").headers.Get("X-Frame-Options"), "deny");
}

TEST_F(GuardedServerTest, LimitsTheRate) {
  Start("rate_limit: {burst: 2, interval: 1h}\n");
  EXPECT_EQ(Ask("").status, 200);
  EXPECT_EQ(Ask("").status, 200);
  Response refused = Ask("");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "Too Many Requests\n");
}

TEST_F(GuardedServerTest, RefusesToStartWithABadFile) {
  CertificateAuthority ca;
  Certificate one = ca.Issue("one", "IP:127.0.0.1");
  Certificate other = ca.Issue("other", "IP:127.0.0.1");
  EXPECT_NE(StartError("nonsense: 1").find("field nonsense not found"), std::string::npos);
  EXPECT_NE(StartError("tls_server_config: {cert_file: none, key_file: none}").find("none"),
            std::string::npos);
  std::string good = TlsConfig(one);
  EXPECT_EQ(StartError(good), "started");
  EXPECT_NE(StartError(good + "  cipher_suites: [ROT13]\n").find("unknown cipher: ROT13"),
            std::string::npos);
  EXPECT_NE(StartError(good + "  curve_preferences: [Bow]\n").find("unknown curve: Bow"),
            std::string::npos);
  dir_.Write("server.key", other.key);
  EXPECT_NE(StartError(good).find("server.key"), std::string::npos);
  dir_.Write("server.crt", "no certificate");
  EXPECT_NE(StartError(good).find("server.crt"), std::string::npos);
}

TEST_F(GuardedServerTest, SpeaksTlsAndVerifiesAsTold) {
  CertificateAuthority ca;
  Start(TlsConfig(ca.Issue("server", "DNS:watch.fire"),
                  "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n"
                  "  curve_preferences: [CurveP256, X25519]\n"));
  EXPECT_TRUE(server_->tls());
  TlsClientOptions tls;
  EXPECT_NE(AskTls(tls).find("tls: failed to verify certificate"), std::string::npos);
  tls.ca = ca.pem();
  EXPECT_NE(AskTls(tls).find("tls: failed to verify certificate"), std::string::npos);
  tls.server_name = "watch.fire";
  EXPECT_EQ(AskTls(tls), " tls");
  tls.ca.clear();
  tls.ca_file = dir_.Write("ca.crt", ca.pem());
  EXPECT_EQ(AskTls(tls), " tls");
  tls.max_version = TlsVersion::kTls12;
  EXPECT_EQ(AskTls(tls), " tls");
  EXPECT_EQ(AskTls({.insecure_skip_verify = true}), " tls");
  RawClient plain(server_->ports()[0]);
  plain.Get("/");
  EXPECT_NE(plain.Status(), 200);
}

TEST_F(GuardedServerTest, TakesANewCertificateWhileRunning) {
  CertificateAuthority old_ca;
  CertificateAuthority new_ca;
  Start(TlsConfig(old_ca.Issue("old", "IP:127.0.0.1")));
  EXPECT_EQ(AskTls({.ca = old_ca.pem()}), " tls");
  TlsConfig(new_ca.Issue("new", "IP:127.0.0.1"));
  EXPECT_EQ(AskTls({.ca = new_ca.pem()}), " tls");
  EXPECT_NE(AskTls({.ca = old_ca.pem()}), " tls");
}

TEST_F(GuardedServerTest, AsksForClientCertificates) {
  CertificateAuthority ca;
  CertificateAuthority stranger("stranger");
  Certificate server = ca.Issue("server", "IP:127.0.0.1");
  dir_.Write("ca.crt", ca.pem());
  auto client = [&](const Certificate& certificate) {
    return TlsClientOptions{
        .ca = ca.pem(), .cert = certificate.cert, .key = Secret(certificate.key)};
  };
  TlsClientOptions nobody{.ca = ca.pem()};
  TlsClientOptions good = client(ca.Issue("alice", "DNS:alice,email:a@b.c"));
  TlsClientOptions wrong = client(stranger.Issue("alice", "DNS:alice"));
  TlsClientOptions other = client(ca.Issue("bob", "IP:10.0.0.1"));
  auto answers = [&](const std::string& rules) {
    Start(TlsConfig(server, rules));
    std::string out;
    for (const TlsClientOptions* tls : {&nobody, &good, &wrong, &other}) {
      out += AskTls(*tls) == " tls" ? '+' : '-';
    }
    return out;
  };
  EXPECT_EQ(answers("  client_auth_type: RequestClientCert\n"), "++++");
  EXPECT_EQ(answers("  client_auth_type: RequireAnyClientCert\n"), "-+++");
  EXPECT_EQ(answers("  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n"),
            "++-+");
  EXPECT_EQ(answers("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"),
            "-+-+");
  EXPECT_EQ(answers("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
                    "  client_allowed_sans: [a@b.c]\n"),
            "-+--");
  EXPECT_EQ(answers("  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n"
                    "  client_allowed_sans: [10.0.0.1]\n"),
            "---+");
}

}  // namespace
}  // namespace watchfire::net
