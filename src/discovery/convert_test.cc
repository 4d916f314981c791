#include "discovery/convert.h"

#include <gtest/gtest.h>

namespace watchfire::discovery {
namespace {

TEST(ToHttpOptions, CarriesEveryKindOfCredential) {
  config::HttpClientConfig config;
  config.basic_auth.emplace();
  config.basic_auth->username = "u";
  config.basic_auth->password = Secret("p");
  config.tls_config.min_version = "TLS12";
  config.proxy.proxy_url.text = "http://proxy:1";
  config.http_headers["X-A"].values = {"1", "2"};
  config.follow_redirects = false;
  Result<net::HttpClientOptions> options = ToHttpOptions(config, "agent");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->basic_auth->password.reveal(), "p");
  EXPECT_EQ(options->tls.min_version, net::TlsVersion::kTls12);
  EXPECT_EQ(options->proxy.url, "http://proxy:1");
  EXPECT_EQ(options->headers[0].values.size(), 2u);
  EXPECT_FALSE(options->follow_redirects);
  EXPECT_EQ(options->user_agent, "agent");
}

TEST(ToHttpOptions, NamesWhatCannotBeDone) {
  config::HttpClientConfig config;
  config.authorization.emplace();
  config.authorization->credentials_ref = "x";
  EXPECT_EQ(ToHttpOptions(config, "").error().code(), ErrorCode::kUnavailable);
  config.authorization.reset();
  config.oauth2.emplace();
  config.oauth2->grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  EXPECT_EQ(ToHttpOptions(config, "").error().code(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace watchfire::discovery
