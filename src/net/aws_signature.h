#pragma once
// Signatures of requests to AWS (version 4), and the credentials to make them with. Pure, but for
// FindAwsCredentials, which looks at the environment and reads a file. Thread-safe.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"
#include "net/http_client.h"

namespace watchfire::net {

struct AwsCredentials {
  std::string access_key;
  Secret secret_key;
  Secret session_token;  // of temporary ones; may be empty
};

// The environment (AWS_ACCESS_KEY_ID …), else the shared credentials file
// (AWS_SHARED_CREDENTIALS_FILE,
// ~/.aws/credentials) with the profile, AWS_PROFILE's or `default`. A profile that is named goes
// before the environment. kNotFound says where was looked.
Result<AwsCredentials> FindAwsCredentials(const std::string& profile, FileSystem* files);
// AWS_REGION, AWS_DEFAULT_REGION, or the profile's in ~/.aws/config; "" if none says.
std::string FindAwsRegion(const std::string& profile, FileSystem* files);

// Adds X-Amz-Date, X-Amz-Security-Token if there is one, and Authorization to the request, over its
// method, URL, Content-Type and body. kInvalid for a URL that is none.
Result<void> SignAwsRequest(const AwsCredentials& credentials, std::string_view region,
                            std::string_view service, TimeMs now, HttpRequest& request);

}  // namespace watchfire::net
