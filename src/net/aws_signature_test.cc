#include "net/aws_signature.h"

#include <cstdlib>

#include "net/testing_certs.h"

namespace watchfire::net {
namespace {

// The key, time and requests of AWS' own test suite for version 4.
const AwsCredentials kExample{"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                              Secret()};
constexpr TimeMs kExampleTime = 1440938160000;  // 2015-08-30T12:36:00Z

std::string Signature(HttpRequest request) {
  SignAwsRequest(kExample, "us-east-1", "service", kExampleTime, request).value();
  std::string value(request.headers.Get("Authorization"));
  return value.substr(value.find("Signature=") + 10);
}

TEST(AwsSignature, IsThatOfTheTestSuite) {
  HttpRequest get{
      .url = "https://example.amazonaws.com/", .headers = {}, .body = "", .cancelled = nullptr};
  EXPECT_EQ(Signature(get), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  get.url += "?Param2=value2&Param1=value1";
  EXPECT_EQ(Signature(get), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  HttpRequest post{.method = "POST",
                   .url = "https://example.amazonaws.com/",
                   .headers = {},
                   .body = "Param1=value1",
                   .cancelled = nullptr};
  post.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  EXPECT_EQ(Signature(post), "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

TEST(AwsSignature, TemporaryCredentialsCarryTheirToken) {
  AwsCredentials temporary = kExample;
  temporary.session_token = Secret("a token");
  HttpRequest request;
  request.url = "https://example.amazonaws.com:8443/";
  ASSERT_TRUE(SignAwsRequest(temporary, "eu-north-1", "sns", kExampleTime, request).ok());
  EXPECT_EQ(request.headers.Get("X-Amz-Security-Token"), "a token");
  EXPECT_EQ(request.headers.Get("X-Amz-Date"), "20150830T123600Z");
  std::string_view value = request.headers.Get("Authorization");
  EXPECT_NE(value.find("Credential=AKIDEXAMPLE/20150830/eu-north-1/sns/aws4_request, "
                       "SignedHeaders=host;x-amz-date;x-amz-security-token, "),
            std::string_view::npos);
}

class AwsFiles : public testing::Test {
 protected:
  AwsFiles() {
    for (const char* name : kNames) unsetenv(name);
    setenv("AWS_SHARED_CREDENTIALS_FILE",
           dir_.Write("credentials",
                      "[default]\naws_access_key_id = A\naws_secret_access_key=one\n"
                      "# comment\n[other]\naws_access_key_id=B\naws_secret_access_key=two\n"
                      "aws_session_token=three\n[half]\naws_access_key_id=C\n")
               .c_str(),
           1);
    setenv("AWS_CONFIG_FILE",
           dir_.Write("config", "[default]\nregion=eu-west-1\n[profile other]\nregion=us-east-2\n")
               .c_str(),
           1);
  }
  ~AwsFiles() override {
    for (const char* name : kNames) unsetenv(name);
  }
  static std::string Found(const std::string& profile) {
    auto found = FindAwsCredentials(profile, FileSystem::Local());
    if (!found.ok()) return found.error().message();
    return found->access_key + "/" + found->secret_key.reveal() + "/" +
           found->session_token.reveal();
  }
  static constexpr const char* kNames[] = {
      "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",       "AWS_SESSION_TOKEN",
      "AWS_PROFILE",       "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",
      "AWS_REGION",        "AWS_DEFAULT_REGION"};
  TempDir dir_;
};

TEST_F(AwsFiles, ProfilesAreSectionsOfAFile) {
  EXPECT_EQ(Found(""), "A/one/");
  EXPECT_EQ(Found("other"), "B/two/three");
  setenv("AWS_PROFILE", "other", 1);
  EXPECT_EQ(Found(""), "B/two/three");
  EXPECT_EQ(FindAwsRegion("", FileSystem::Local()), "us-east-2");
  EXPECT_EQ(FindAwsRegion("default", FileSystem::Local()), "eu-west-1");
  EXPECT_TRUE(Found("half").starts_with("no AWS credentials: "));
  EXPECT_EQ(Found("half").find("C"), std::string::npos);
}

TEST_F(AwsFiles, TheEnvironmentGoesBeforeTheDefaultProfile) {
  setenv("AWS_ACCESS_KEY_ID", "E", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "env", 1);
  setenv("AWS_REGION", "ap-south-1", 1);
  EXPECT_EQ(Found(""), "E/env/");
  EXPECT_EQ(Found("other"), "B/two/three");
  EXPECT_EQ(FindAwsRegion("other", FileSystem::Local()), "ap-south-1");
}

}  // namespace
}  // namespace watchfire::net
