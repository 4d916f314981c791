#include "tool/amtool/client.h"

#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "config/describe.h"
#include "config/reader.h"
#include "config/sections.h"
#include "discovery/convert.h"
#include "net/url.h"

namespace watchfire::amtool {
namespace {

using codec::Json;

Result<net::HttpClientOptions> ReadHttpConfig(const std::string& path) {
  std::string text = TRY(FileSystem::Local()->ReadFile(path, 1 << 20));
  yaml::Node root = TRY(yaml::Parse(text, {.source = path, .allow_duplicate_keys = true}));
  config::HttpClientConfig http;
  config::Reader reader(path);
  reader.Document(root, "config.HTTPClientConfig", http);
  if (!reader.ok()) return reader.TakeError();
  config::ResolvePaths(DirName(path), [&http](config::Fields& fields) { Describe(fields, http); });
  return discovery::ToHttpOptions(http, "amtool");
}

// What upstream's generated client makes of an answer that is none of the good ones.
Error Refusal(const net::HttpRequest& request, const net::HttpResponse& response,
              const std::string& shown_path, std::string operation) {
  // The framework's own errors are not among those that are written down for an operation.
  if (response.status == 422 || response.status == 415 || response.status == 405) {
    return Error::Invalid(
        "response status code does not match any response statuses defined for "
        "this endpoint in the swagger spec (status {}): {}",
        response.status, TrimSpace(response.body));
  }
  std::string status(net::StatusText(response.status));
  std::erase(status, ' ');
  Result<Json> said = Json::Parse(response.body);
  std::string message(TrimSpace(response.body));
  if (said.ok() && said->AsString() != nullptr) message = *said->AsString();
  return Error::Invalid("[{} {}][{}] {}{}  {}", request.method, shown_path, response.status,
                        operation, status, message);
}

// "0.34" of "0.34.0".
std::string MajorMinor(std::string_view version) {
  size_t dot = version.find('.');
  return std::string(version.substr(0, version.find('.', dot + 1)));
}

}  // namespace

Result<std::unique_ptr<Client>> Client::Make(const ClientOptions& options) {
  auto made = std::make_unique<Client>();
  std::string text = options.url;
  if (text.find("://") == std::string::npos) text = "http://" + text;
  net::Url url = TRY(net::Url::Parse(text));
  net::HttpClientOptions http;
  if (!options.http_config_file.empty()) {
    if (url.has_user) {
      return Error::Invalid("basic authentication and http.config.file are mutually exclusive");
    }
    Result<net::HttpClientOptions> read = ReadHttpConfig(options.http_config_file);
    if (!read.ok()) return read.error().With("failed to load HTTP config file");
    http = std::move(*read);
  } else {
    http.user_agent = "amtool";
  }
  if (url.has_user) {
    http.basic_auth.emplace();
    http.basic_auth->username = url.user;
    if (url.password) http.basic_auth->password = *url.password;
  }
  url.query.clear();
  made->base_ = url.WithoutUser();
  while (made->base_.ends_with('/')) made->base_.pop_back();
  made->base_ += "/api/v2";
  made->timeout_ms_ = options.timeout_ms;
  made->client_ = TRY(net::HttpClient::Make(std::move(http)));
  if (options.version_check) made->CheckVersion(options.version);
  return made;
}

void Client::CheckVersion(const std::string& version) {
  Result<Json> status = Get("/status", {}, "getStatus");
  if (!status.ok()) return;  // the command itself will say so
  const Json* info = status->Find("versionInfo");
  const Json* theirs = info != nullptr ? info->Find("version") : nullptr;
  if (theirs == nullptr || theirs->AsString() == nullptr) return;
  if (MajorMinor(*theirs->AsString()) == MajorMinor(version)) return;
  std::fprintf(stderr,
               "Warning: amtool version (%s) and alertmanager version (%s) are different.\n",
               version.c_str(), theirs->AsString()->c_str());
}

Result<Json> Client::Ask(net::HttpRequest request, const std::string& shown_path,
                         const std::string& operation) {
  request.timeout_ms = timeout_ms_;
  net::HttpResponse response = TRY(client_->Do(request));
  if (response.status != 200) return Refusal(request, response, shown_path, operation);
  if (response.body.empty()) return Json();
  Result<Json> answer = Json::Parse(response.body);
  if (!answer.ok()) return answer.error().With("{} answers with no JSON", base_);
  return answer;
}

Result<Json> Client::Get(const std::string& path, const Query& query,
                         const std::string& operation) {
  net::Values values;
  for (const auto& [name, value] : query) values.Add(name, value);
  net::HttpRequest request;
  request.url = base_ + path + (query.empty() ? "" : "?" + values.Encode());
  return Ask(std::move(request), path, operation);
}

Result<Json> Client::GetOne(const std::string& path, const std::string& shown_path,
                            const std::string& operation) {
  net::HttpRequest request;
  request.url = base_ + path;
  return Ask(std::move(request), shown_path, operation);
}

Result<Json> Client::Post(const std::string& path, const Json& body, const std::string& operation) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = base_ + path;
  request.headers.Set("Content-Type", "application/json");
  request.body = body.ToString();
  return Ask(std::move(request), path, operation);
}

Result<void> Client::Delete(const std::string& path, const std::string& shown_path,
                            const std::string& operation) {
  net::HttpRequest request;
  request.method = "DELETE";
  request.url = base_ + path;
  TRY(Ask(std::move(request), shown_path, operation));
  return {};
}

}  // namespace watchfire::amtool
