#include "tool/query_client.h"

#include <cstdio>

#include "net/url.h"

namespace watchfire::tool {
namespace {

using codec::Json;

constexpr int64_t kTimeoutMs = 180'000;

std::string TextOf(const Json& object, std::string_view key) {
  const Json* value = object.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? "" : *text;
}

void ShowWarnings(const Json& answer) {
  for (const char* key : {"warnings", "infos"}) {
    const Json* notes = answer.Find(key);
    if (notes == nullptr || notes->AsArray() == nullptr) continue;
    for (const Json& note : *notes->AsArray()) {
      if (note.AsString() == nullptr) continue;
      std::fprintf(stderr, "%s: %s\n", key[0] == 'w' ? "warning" : "info",
                   note.AsString()->c_str());
    }
  }
}

std::string Encode(const QueryClient::Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += net::PercentEncode(name) + "=" + net::PercentEncode(value);
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<QueryClient>> QueryClient::Make(const std::string& server,
                                                       const std::vector<std::string>& headers) {
  bool has_scheme = server.find("://") != std::string::npos;
  net::Url url = TRY(net::Url::Parse(has_scheme ? server : "http://" + server));
  auto made = std::make_unique<QueryClient>();
  net::HttpClientOptions options;
  if (url.has_user) {
    options.basic_auth.emplace();
    options.basic_auth->username = url.user;
    if (url.password) options.basic_auth->password = *url.password;
  }
  url.query.clear();
  made->base_ = url.WithoutUser();
  while (made->base_.ends_with('/')) made->base_.pop_back();
  for (const std::string& header : headers) {
    size_t equals = header.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Error::Invalid("\"{}\" is no header of the form name=value", header);
    }
    made->headers_.Set(header.substr(0, equals), header.substr(equals + 1));
  }
  made->client_ = TRY(net::HttpClient::Make(std::move(options)));
  return made;
}

Result<Json> QueryClient::Post(const std::string& path, const Form& form) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = base_ + "/api/v1" + path;
  request.headers = headers_;
  request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
  request.body = Encode(form);
  return Ask(std::move(request));
}

Result<Json> QueryClient::Get(const std::string& path, const Form& form) {
  net::HttpRequest request;
  request.url = base_ + "/api/v1" + path + (form.empty() ? "" : "?" + Encode(form));
  request.headers = headers_;
  return Ask(std::move(request));
}

Result<Json> QueryClient::Ask(net::HttpRequest request) {
  request.timeout_ms = kTimeoutMs;
  net::HttpResponse response = TRY(client_->Do(request));
  Result<Json> answer = Json::Parse(response.body);
  if (!answer.ok() || answer->AsObject() == nullptr) {
    return Error::Invalid("{} answers {} and nothing of the query API", base_, response.status);
  }
  ShowWarnings(*answer);
  if (TextOf(*answer, "status") != "success") {
    return Error::Invalid("{}: {}", TextOf(*answer, "errorType"), TextOf(*answer, "error"));
  }
  Json* data = answer->Find("data");
  if (data == nullptr) return Error::Invalid("{} answers without data", base_);
  return std::move(*data);
}

}  // namespace watchfire::tool
