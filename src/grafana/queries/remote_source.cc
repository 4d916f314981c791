#include "grafana/queries/remote_source.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/numbers.h"
#include "base/text.h"
#include "grafana/queries/remote_answer.h"
#include "net/url.h"

namespace watchfire::grafana {
namespace {

constexpr size_t kMaxConnections = 200;
constexpr int kMaxHeaders = 50;
constexpr int64_t kLongestTimeoutMs = 600'000;

const codec::Json* Field(const DataSource& source, std::string_view key) {
  return source.json_data.Find(key);
}
std::string TextOf(const DataSource& source, std::string_view key) {
  const codec::Json* value = Field(source, key);
  const std::string* text = value == nullptr ? nullptr : value->AsString();
  return text == nullptr ? std::string() : std::string(TrimSpace(*text));
}
bool FlagOf(const DataSource& source, std::string_view key) {
  const codec::Json* value = Field(source, key);
  return value != nullptr && value->AsBool().value_or(false);
}
Secret SecretOf(const DataSource& source, const std::string& key) {
  auto found = source.secure.find(key);
  return found == source.secure.end() ? Secret() : found->second;
}

// Headers that the source's settings send, in their order.
std::vector<std::string> HeaderNamesOf(const DataSource& source) {
  std::vector<std::string> names;
  for (int i = 1; i <= kMaxHeaders; ++i) {
    std::string name = TextOf(source, "httpHeaderName" + std::to_string(i));
    if (name.empty()) break;
    names.push_back(std::move(name));
  }
  return names;
}

net::HttpClientOptions OptionsOf(const DataSource& source) {
  net::HttpClientOptions options;
  options.proxy.from_environment = true;
  if (source.basic_auth) {
    options.basic_auth.emplace();
    options.basic_auth->username = source.basic_auth_user;
    options.basic_auth->password = SecretOf(source, "basicAuthPassword");
  }
  if (FlagOf(source, "tlsAuth")) {
    options.tls.cert = SecretOf(source, "tlsClientCert").reveal();
    options.tls.key = SecretOf(source, "tlsClientKey");
  }
  if (FlagOf(source, "tlsAuthWithCACert")) {
    options.tls.ca = SecretOf(source, "tlsCACert").reveal();
  }
  options.tls.insecure_skip_verify = FlagOf(source, "tlsSkipVerify");
  options.tls.server_name = TextOf(source, "serverName");
  int number = 0;
  for (std::string& name : HeaderNamesOf(source)) {
    net::HeaderOption header;
    header.name = std::move(name);
    header.secrets.push_back(SecretOf(source, fmt::format("httpHeaderValue{}", ++number)));
    // Two sets of credentials would contradict each other: the one that was written out wins.
    if (EqualsIgnoreCase(header.name, "Authorization")) options.basic_auth.reset();
    options.headers.push_back(std::move(header));
  }
  return options;
}

std::string UrlOf(const DataSource& source, std::string_view path) {
  std::string url(TrimSpace(source.url));
  while (url.ends_with('/')) url.pop_back();
  while (path.starts_with('/')) path.remove_prefix(1);
  return url + "/" + std::string(path);
}

// A path that was decoded, for a URL again; nullopt if it would leave the source's own paths.
std::optional<std::string> EncodedPath(std::string_view path) {
  std::string out;
  for (std::string_view part : Split(path, '/')) {
    if (part == ".." || part == ".") return std::nullopt;
    if (!out.empty() || path.starts_with('/')) out += '/';
    out += ReplaceAll(net::PercentEncode(part), "+", "%20");
  }
  return out;
}

// Headers that are about a connection or about us, in either direction.
bool StaysHere(std::string_view name) {
  static constexpr std::array<std::string_view, 22> kNames = {"Cookie",
                                                              "Set-Cookie",
                                                              "Authorization",
                                                              "Proxy-Authorization",
                                                              "Proxy-Authenticate",
                                                              "WWW-Authenticate",
                                                              "Connection",
                                                              "Keep-Alive",
                                                              "Proxy-Connection",
                                                              "TE",
                                                              "Trailer",
                                                              "Transfer-Encoding",
                                                              "Upgrade",
                                                              "Host",
                                                              "Content-Length",
                                                              "Accept-Encoding",
                                                              "Content-Encoding",
                                                              "Expect",
                                                              "Origin",
                                                              "Referer",
                                                              "Forwarded",
                                                              "X-Real-Ip"};
  for (std::string_view known : kNames) {
    if (EqualsIgnoreCase(name, known)) return true;
  }
  std::string lower = ToLower(name);
  return lower.starts_with("x-forwarded-") || lower.starts_with("x-grafana-") ||
         lower.starts_with("sec-") || lower.starts_with("access-control-") ||
         lower.starts_with("x-webauth-");
}

Failure FailureOf(const Error& error) {
  Failure failure;
  failure.message = error.message();
  switch (error.code()) {
    case ErrorCode::kTimeout:
      failure.status = 504;
      break;
    case ErrorCode::kCancelled:
      failure.status = 499;
      failure.cancelled = true;
      break;
    case ErrorCode::kInvalid:
      failure.status = 400;
      break;
    default:
      failure.status = 502;
  }
  return failure;
}

std::string Seconds(TimeMs t) {
  std::string text = t < 0 ? "-" : "";
  uint64_t ms = t < 0 ? 0 - static_cast<uint64_t>(t) : static_cast<uint64_t>(t);
  return text + fmt::format("{}.{:03}", ms / 1000, ms % 1000);
}

}  // namespace

int64_t QueryTimeoutMs(const DataSource& source, int64_t otherwise) {
  std::string text = TextOf(source, "queryTimeout");
  if (text.empty()) return otherwise;
  Result<int64_t> parsed = ParseInterval(text);
  if (!parsed.ok() || *parsed <= 0) return otherwise;
  return std::min(*parsed, kLongestTimeoutMs);
}

int64_t RemoteSources::TimeoutMs(const DataSource& source) const {
  const codec::Json* value = Field(source, "timeout");
  std::optional<double> seconds = value == nullptr ? std::nullopt : value->AsDouble();
  if (!seconds && value != nullptr && value->AsString() != nullptr) {
    seconds = ParseFloat(*value->AsString());
  }
  if (!seconds || !(*seconds > 0)) return timeout_ms_;
  return static_cast<int64_t>(std::min(*seconds * 1000, static_cast<double>(kLongestTimeoutMs)));
}

Result<std::shared_ptr<RemoteSources::Connection>> RemoteSources::ConnectionOf(
    const DataSource& source) {
  Result<net::Url> url = net::Url::Parse(TrimSpace(source.url));
  if (!url.ok() || (url->scheme != "http" && url->scheme != "https")) {
    return Error::Invalid("the data source has no http or https address");
  }
  MutexLock lock(mutex_);
  Kept& kept = kept_[source.uid];
  if (kept.connection != nullptr && kept.version == source.version &&
      kept.updated == source.updated && kept.url == source.url) {
    return kept.connection;
  }
  auto connection = std::make_shared<Connection>();
  auto client = net::HttpClient::Make(OptionsOf(source));
  if (!client.ok()) {
    kept_.erase(source.uid);
    return client.error();
  }
  connection->client = std::move(*client);
  kept = {source.version, source.updated, source.url, connection};
  // Of sources that are gone; those in use come back by themselves.
  if (kept_.size() > kMaxConnections) {
    kept_.erase(kept_.begin()->first == source.uid ? std::next(kept_.begin()) : kept_.begin());
  }
  return connection;
}

Result<net::HttpResponse> RemoteSources::Send(Connection& connection, const DataSource& source,
                                              std::string_view path, const net::Values& form,
                                              bool post,
                                              std::shared_ptr<const std::atomic<bool>> cancelled) {
  net::HttpRequest request;
  request.url = UrlOf(source, path);
  if (post) {
    request.method = "POST";
    request.body = form.Encode();
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  } else if (!form.empty()) {
    request.url += "?" + form.Encode();
  }
  request.headers.Add("Accept-Encoding", "gzip");
  request.timeout_ms = TimeoutMs(source);
  request.body_limit = kMaxRemoteBytes;
  request.cancelled = std::move(cancelled);
  return connection.client->Do(request);
}

Outcome RemoteSources::Ask(const DataSource& source, const QueryPlan& plan, bool instant,
                           std::shared_ptr<const std::atomic<bool>> cancelled) {
  auto connection = ConnectionOf(source);
  if (!connection.ok()) return FailureOf(connection.error());
  net::Values form;
  form.Add("query", plan.expr);
  if (instant) {
    form.Add("time", Seconds(plan.time));
  } else {
    form.Add("start", Seconds(plan.start));
    form.Add("end", Seconds(plan.end));
    form.Add("step", Seconds(plan.step_ms));
  }
  if (int64_t timeout = QueryTimeoutMs(source, 0); timeout > 0) {
    form.Add("timeout", IntervalText(timeout));
  }
  Result<net::Values> custom = net::Values::Parse(TextOf(source, "customQueryParameters"));
  if (custom.ok()) form.Append(*custom);
  std::string path = instant ? "api/v1/query" : "api/v1/query_range";
  bool post = !EqualsIgnoreCase(TextOf(source, "httpMethod"), "GET") && !(*connection)->get_only;
  auto response = Send(**connection, source, path, form, post, cancelled);
  if (response.ok() && post &&
      (response->status == 405 ||
       (response->status == 400 && !IsPrometheusError(response->body)))) {
    response = Send(**connection, source, path, form, false, cancelled);
    if (response.ok() && response->status < 300) (*connection)->get_only = true;
  }
  if (!response.ok()) return FailureOf(response.error());
  return ReadRemoteAnswer(response->status, response->body);
}

Result<net::HttpResponse> RemoteSources::Get(const DataSource& source, std::string_view path) {
  auto connection = TRY(ConnectionOf(source));
  return Send(*connection, source, path, {}, false, nullptr);
}

Result<net::Response> RemoteSources::Forward(const DataSource& source, std::string_view path,
                                             const net::Request& request) {
  auto connection = TRY(ConnectionOf(source));
  std::optional<std::string> encoded = EncodedPath(path);
  if (!encoded) return Error::Invalid("the path may not hold . or ..");
  net::HttpRequest out;
  out.method = request.method;
  out.url = UrlOf(source, *encoded);
  std::string query = request.raw_query;
  if (std::string custom = TextOf(source, "customQueryParameters"); !custom.empty()) {
    query += (query.empty() ? "" : "&") + custom;
  }
  if (!query.empty()) out.url += "?" + query;
  // A visitor's own tenant, say, must not come before the one that the source is for.
  std::vector<std::string> set_here = HeaderNamesOf(source);
  for (const auto& [name, value] : request.headers.all()) {
    bool ours = std::any_of(set_here.begin(), set_here.end(),
                            [&](const std::string& one) { return EqualsIgnoreCase(one, name); });
    if (!ours && !StaysHere(name)) out.headers.Add(name, value);
  }
  out.headers.Add("Accept-Encoding", "gzip");
  out.body = request.body;
  out.timeout_ms = TimeoutMs(source);
  out.body_limit = kMaxRemoteBytes;
  out.cancelled = request.cancelled;
  net::HttpResponse answer = TRY(connection->client->Do(out));
  net::Response response;
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers.all()) {
    if (!StaysHere(name)) response.headers.Add(name, value);
  }
  response.body = std::move(answer.body);
  return response;
}

}  // namespace watchfire::grafana
