#include "net/aws_signature.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "base/time_zone.h"
#include "net/digest.h"
#include "net/url.h"

namespace watchfire::net {
namespace {

constexpr uint64_t kMaxFileBytes = 1 << 20;
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

std::string ProfileName(const std::string& profile) {
  if (!profile.empty()) return profile;
  std::string name = Environment("AWS_PROFILE");
  return name.empty() ? "default" : name;
}

std::string FilePath(const char* variable, std::string_view name) {
  std::string path = Environment(variable);
  if (!path.empty()) return path;
  return JoinPath(JoinPath(Environment("HOME"), ".aws"), name);
}

// The keys of one section of an INI file.
std::map<std::string, std::string> ReadSection(const std::string& text, std::string_view section) {
  std::map<std::string, std::string> keys;
  bool inside = false;
  for (std::string_view line : Split(text, '\n')) {
    line = TrimSpace(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      inside = TrimSpace(line.substr(1, line.find(']') - 1)) == section;
      continue;
    }
    size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    keys[ToLower(TrimSpace(line.substr(0, equals)))] = TrimSpace(line.substr(equals + 1));
  }
  return keys;
}

std::string PathOf(const Url& url) {
  // S3 aside, AWS takes the path encoded once more; what we sign has plain ones.
  return url.path.empty() ? "/" : url.path;
}

// Parameters sorted by name and value, encoded as RFC 3986 has it.
Result<std::string> CanonicalQuery(const Url& url) {
  Values values = TRY(Values::Parse(url.query));
  std::vector<std::string> parts;
  for (const auto& [name, value] : values.all()) {
    parts.push_back(ReplaceAll(PercentEncode(name), "+", "%20") + "=" +
                    ReplaceAll(PercentEncode(value), "+", "%20"));
  }
  std::sort(parts.begin(), parts.end());
  return Join(parts, "&");
}

}  // namespace

Result<AwsCredentials> FindAwsCredentials(const std::string& profile, FileSystem* files) {
  AwsCredentials found;
  if (profile.empty()) {
    found.access_key = Environment("AWS_ACCESS_KEY_ID");
    found.secret_key = Secret(Environment("AWS_SECRET_ACCESS_KEY"));
    found.session_token = Secret(Environment("AWS_SESSION_TOKEN"));
    if (!found.access_key.empty() && !found.secret_key.empty()) return found;
  }
  std::string path = FilePath("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  std::string name = ProfileName(profile);
  auto text = files->ReadFile(path, kMaxFileBytes);
  if (text.ok()) {
    std::map<std::string, std::string> keys = ReadSection(*text, name);
    found.access_key = keys["aws_access_key_id"];
    found.secret_key = Secret(keys["aws_secret_access_key"]);
    found.session_token = Secret(keys["aws_session_token"]);
    if (!found.access_key.empty() && !found.secret_key.empty()) return found;
  }
  return Error::NotFound(
      "no AWS credentials: neither configured, nor in the environment, nor as profile {} in {}",
      GoQuote(name), path);
}

std::string FindAwsRegion(const std::string& profile, FileSystem* files) {
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    std::string region = Environment(variable);
    if (!region.empty()) return region;
  }
  std::string name = ProfileName(profile);
  auto text = files->ReadFile(FilePath("AWS_CONFIG_FILE", "config"), kMaxFileBytes);
  if (!text.ok()) return "";
  return ReadSection(*text, name == "default" ? name : "profile " + name)["region"];
}

Result<void> SignAwsRequest(const AwsCredentials& credentials, std::string_view region,
                            std::string_view service, TimeMs now, HttpRequest& request) {
  Url url = TRY(Url::Parse(request.url));
  CivilTime t = CivilFromSeconds(now / 1000);
  std::string date = fmt::format("{:04}{:02}{:02}", t.year, t.month, t.day);
  std::string time = fmt::format("{}T{:02}{:02}{:02}Z", date, t.hour, t.minute, t.second);
  request.headers.Set("X-Amz-Date", time);
  std::map<std::string, std::string> headers{{"host", url.HostPort()}, {"x-amz-date", time}};
  if (request.headers.Has("Content-Type")) {
    headers["content-type"] = TrimSpace(request.headers.Get("Content-Type"));
  }
  if (!credentials.session_token.empty()) {
    request.headers.Set("X-Amz-Security-Token", credentials.session_token.reveal());
    headers["x-amz-security-token"] = credentials.session_token.reveal();
  }
  std::string names;
  std::string lines;
  for (const auto& [name, value] : headers) {
    names += (names.empty() ? "" : ";") + name;
    lines += name + ":" + value + "\n";
  }
  std::string query = TRY(CanonicalQuery(url));
  std::string canonical = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, PathOf(url), query,
                                      lines, names, Hex(Sha256(request.body)));
  std::string scope = fmt::format("{}/{}/{}/aws4_request", date, region, service);
  std::string to_sign =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope, Hex(Sha256(canonical)));
  std::string key = HmacSha256("AWS4" + credentials.secret_key.reveal(), date);
  for (std::string_view part : {region, service, std::string_view("aws4_request")}) {
    key = HmacSha256(key, part);
  }
  request.headers.Set(
      "Authorization",
      fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                  credentials.access_key, scope, names, Hex(HmacSha256(key, to_sign))));
  return {};
}

}  // namespace watchfire::net
