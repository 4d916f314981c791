#include "net/http_transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/clock.h"
#include "base/numbers.h"
#include "base/text.h"
#include "codec/compress.h"
#include "net/digest.h"
#include "net/url.h"

namespace watchfire::net {
namespace {

constexpr int kMaxRedirects = 10;
constexpr size_t kMaxHeaderBytes = 256 << 10;
// One recv for a whole scrape; libcurl frees the buffer with the transfer.
constexpr long kReceiveBufferBytes = 128 << 10;
// As long as Go keeps an idle connection, so that scrape intervals up to it reuse theirs.
constexpr long kMaxIdleSeconds = 300;
constexpr long kCaCacheSeconds = 60;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void Append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  WF_CHECK(longer != nullptr);
  list.release();
  list.reset(longer);
}

// libcurl's spelling of a header: with an empty value it must end in a semicolon.
std::string HeaderLine(std::string_view name, std::string_view value) {
  return value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value);
}

bool BreaksHeader(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

long TlsBounds(const TlsClientOptions& tls) {
  long low = CURL_SSLVERSION_TLSv1_2;
  if (tls.min_version == TlsVersion::kTls10) low = CURL_SSLVERSION_TLSv1_0;
  if (tls.min_version == TlsVersion::kTls11) low = CURL_SSLVERSION_TLSv1_1;
  if (tls.min_version == TlsVersion::kTls13) low = CURL_SSLVERSION_TLSv1_3;
  long high = CURL_SSLVERSION_MAX_DEFAULT;
  if (tls.max_version == TlsVersion::kTls10) high = CURL_SSLVERSION_MAX_TLSv1_0;
  if (tls.max_version == TlsVersion::kTls11) high = CURL_SSLVERSION_MAX_TLSv1_1;
  if (tls.max_version == TlsVersion::kTls12) high = CURL_SSLVERSION_MAX_TLSv1_2;
  if (tls.max_version == TlsVersion::kTls13) high = CURL_SSLVERSION_MAX_TLSv1_3;
  return low | high;
}

std::string FromEnvironment(const char* upper, const char* lower) {
  const char* value = getenv(upper);
  if (value == nullptr || *value == '\0') value = getenv(lower);
  return value == nullptr ? "" : value;
}

// "Get", "Post": how Go's client begins its errors.
std::string MethodName(std::string_view method) {
  std::string name = ToLower(method);
  if (!name.empty()) name[0] = ToUpper(name.substr(0, 1))[0];
  return name;
}

}  // namespace

Error RequestFailure(ErrorCode code, std::string_view method, const Url& url,
                     std::string_view what) {
  return Error::Make(code, "{} {}: {}", MethodName(method), GoQuote(url.Redacted()), what);
}

void InitializeCurl() {
  static std::once_flag once;
  std::call_once(once, [] { WF_CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

struct Transfer::Impl {
  explicit Impl(std::shared_ptr<HttpProfile> profile_in) : profile(std::move(profile_in)) {}

  template <typename T>
  void Set(CURLoption option, T value) {
    WF_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
  }
  void SetBlob(CURLoption option, const std::string& text) {
    curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_COPY};
    Set(option, &blob);
  }
  void Configure();
  void ConfigureTls(const TlsClientOptions& tls);
  void SetProxy();
  Result<void> SetUrl();
  Result<void> SetHeaders();
  void SetMethod();
  Result<void> BeginHop();
  Error Failure(ErrorCode code, std::string_view what) const;
  Error CurlFailure(CURLcode code) const;
  std::optional<Error> NextHop();
  bool OnHeader(std::string_view line);
  bool OnBody(std::string_view bytes);
  static size_t HeaderCallback(char* bytes, size_t size, size_t count, void* self);
  static size_t BodyCallback(char* bytes, size_t size, size_t count, void* self);

  std::shared_ptr<HttpProfile> profile;
  CURL* easy = nullptr;
  char error_text[CURL_ERROR_SIZE] = "";

  OutgoingRequest request;
  std::string sent_url;  // what url and the handle's option come from
  Url url;
  std::string sent_method;
  // What `list` was made of.
  std::vector<std::string> lines;
  List list;
  List proxy_list;
  List connect_to;
  int hops = 0;
  int64_t deadline_ns = 0;

  HttpResponse response;
  size_t header_bytes = 0;
  bool limit_hit = false;
  bool header_limit_hit = false;
};

void Transfer::Impl::Configure() {
  const HttpClientOptions& options = profile->options();
  Set(CURLOPT_ERRORBUFFER, error_text);
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);  // done here, so that credentials stay at home
  Set(CURLOPT_PATH_AS_IS, 1L);
  Set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  Set(CURLOPT_MAXAGE_CONN, kMaxIdleSeconds);
  // Kept connections need no lookups, and libcurl walks its whole DNS cache after each transfer
  // (5,000 targets: 300 us a fetch). Each new connection asks the resolver, as Go's client does.
  Set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  Set(CURLOPT_TCP_NODELAY, 1L);
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_USERAGENT, options.user_agent.c_str());
  Set(CURLOPT_HTTP_VERSION, options.enable_http2 ? static_cast<long>(CURL_HTTP_VERSION_2TLS)
                                                 : static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_HEADERFUNCTION, &HeaderCallback);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &BodyCallback);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!options.unix_socket.empty()) Set(CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  for (const auto& [name, value] : options.proxy.connect_headers) {
    Append(proxy_list, HeaderLine(name, value.reveal()));
  }
  if (proxy_list) Set(CURLOPT_PROXYHEADER, proxy_list.get());
  ConfigureTls(options.tls);
}

void Transfer::Impl::ConfigureTls(const TlsClientOptions& tls) {
  if (!tls.ca_file.empty()) Set(CURLOPT_CAINFO, tls.ca_file.c_str());
  if (!tls.ca.empty()) SetBlob(CURLOPT_CAINFO_BLOB, tls.ca);
  if (!tls.ca.empty() || !tls.ca_file.empty()) Set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  Set(CURLOPT_CA_CACHE_TIMEOUT, kCaCacheSeconds);
  if (!tls.cert_file.empty()) Set(CURLOPT_SSLCERT, tls.cert_file.c_str());
  if (!tls.cert.empty()) SetBlob(CURLOPT_SSLCERT_BLOB, tls.cert);
  if (!tls.key_file.empty()) Set(CURLOPT_SSLKEY, tls.key_file.c_str());
  if (!tls.key.empty()) SetBlob(CURLOPT_SSLKEY_BLOB, tls.key.reveal());
  Set(CURLOPT_KEYPASSWD, "");  // never ask on the terminal
  Set(CURLOPT_SSL_VERIFYPEER, tls.insecure_skip_verify ? 0L : 1L);
  Set(CURLOPT_SSL_VERIFYHOST, tls.insecure_skip_verify ? 0L : 2L);
  Set(CURLOPT_SSLVERSION, TlsBounds(tls));
  if (tls.min_version == TlsVersion::kTls10 || tls.min_version == TlsVersion::kTls11) {
    Set(CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");  // Debian refuses these versions else
  }
}

// Never leaves libcurl to look at the environment by itself.
void Transfer::Impl::SetProxy() {
  const ProxyOptions& proxy = profile->options().proxy;
  std::string proxy_url = proxy.url;
  std::string except = proxy.no_proxy;
  if (proxy.from_environment) {
    proxy_url = url.scheme == "https" ? FromEnvironment("HTTPS_PROXY", "https_proxy")
                                      : FromEnvironment("HTTP_PROXY", "http_proxy");
    except = FromEnvironment("NO_PROXY", "no_proxy");
  }
  // As in Go, exceptions (even none, from the environment) include this machine.
  if ((proxy.from_environment || !except.empty()) && except != "*") {
    except += except.empty() ? "" : ",";
    except += "localhost,127.0.0.0/8,::1";
  }
  Set(CURLOPT_PROXY, proxy_url.c_str());
  Set(CURLOPT_NOPROXY, except.c_str());
}

Result<void> Transfer::Impl::SetUrl() {
  if (request.url == sent_url) return {};
  sent_url.clear();
  auto parsed = Url::Parse(request.url);
  if (!parsed.ok()) return parsed.error();
  if (parsed->scheme != "http" && parsed->scheme != "https") {
    return Error::Invalid("unsupported protocol scheme {}", GoQuote(parsed->scheme));
  }
  if (parsed->host.empty()) return Error::Invalid("http: no Host in request URL");
  url = std::move(*parsed);
  const std::string& server_name = profile->options().tls.server_name;
  Url sent = url;
  connect_to.reset();
  if (!server_name.empty() && url.scheme == "https") {
    // libcurl takes the name for SNI and verification from the URL, so the URL names the server
    // and the connection is told where to go.
    std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    sent.host = server_name;
    Append(connect_to, fmt::format("::{}:{}", host, url.EffectivePort()));
  }
  Set(CURLOPT_CONNECT_TO, connect_to.get());
  if (curl_easy_setopt(easy, CURLOPT_URL, sent.WithoutUser().c_str()) != CURLE_OK) {
    return Error::Invalid("invalid URL");
  }
  SetProxy();
  sent_url = request.url;
  return {};
}

Result<void> Transfer::Impl::SetHeaders() {
  // libcurl puts it into the request line as it is.
  bool is_word = std::all_of(request.method.begin(), request.method.end(),
                             [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_word) return Error::Invalid("the request's method is not a word");
  std::vector<std::string> wanted;
  bool has_host = false;
  auto add = [&](std::string_view name, std::string_view value) {
    wanted.push_back(HeaderLine(name, value));
    return !BreaksHeader(name) && !BreaksHeader(value);
  };
  bool good = true;
  for (const auto& [name, value] : request.headers.all()) {
    has_host = has_host || EqualsIgnoreCase(name, "Host");
    good = add(name, value) && good;
  }
  for (const auto& [name, value] : request.private_headers) good = add(name, value) && good;
  std::string authorization = request.authorization;
  if (authorization.empty() && url.has_user && !request.headers.Has("Authorization")) {
    authorization =
        "Basic " + EncodeBase64(url.user + ":" + (url.password ? url.password->reveal() : ""));
  }
  if (!authorization.empty()) good = add("Authorization", authorization) && good;
  if (connect_to && !has_host) good = add("Host", url.HostPort()) && good;
  if (!good) return Error::Invalid("line break in a request header");
  // What libcurl would add by itself.
  if (!request.headers.Has("Accept")) wanted.emplace_back("Accept:");
  if (!request.headers.Has("Content-Type")) wanted.emplace_back("Content-Type:");
  wanted.emplace_back("Expect:");
  if (wanted == lines && list) return {};
  list.reset();
  for (const std::string& line : wanted) Append(list, line);
  lines = std::move(wanted);
  Set(CURLOPT_HTTPHEADER, list.get());
  return {};
}

void Transfer::Impl::SetMethod() {
  if (!request.body.empty() || request.method == "POST") {
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    Set(CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method == sent_method) return;
  sent_method = request.method;
  Set(CURLOPT_NOBODY, 0L);
  Set(CURLOPT_CUSTOMREQUEST, static_cast<char*>(nullptr));
  if (request.method == "GET" && request.body.empty()) {
    Set(CURLOPT_HTTPGET, 1L);
  } else if (request.method == "HEAD") {
    Set(CURLOPT_NOBODY, 1L);
  } else {
    if (request.method == "POST" || !request.body.empty()) {
      Set(CURLOPT_POST, 1L);
    } else {
      Set(CURLOPT_HTTPGET, 1L);
    }
    Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

Result<void> Transfer::Impl::BeginHop() {
  TRY(SetUrl());
  TRY(SetHeaders());
  SetMethod();
  int64_t left_ms = (deadline_ns - Clock::System()->MonotonicNs()) / 1'000'000;
  if (left_ms <= 0) return Failure(ErrorCode::kTimeout, "context deadline exceeded");
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left_ms));
  error_text[0] = '\0';
  response.status = 0;
  response.headers = Headers();
  response.body.clear();
  header_bytes = 0;
  limit_hit = false;
  header_limit_hit = false;
  return {};
}

size_t Transfer::Impl::HeaderCallback(char* bytes, size_t size, size_t count, void* self) {
  size_t total = size * count;
  return static_cast<Impl*>(self)->OnHeader({bytes, total}) ? total : 0;
}

bool Transfer::Impl::OnHeader(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > kMaxHeaderBytes) {
    header_limit_hit = true;
    return false;
  }
  if (line.starts_with("HTTP/")) {  // also after "100 Continue"
    response.headers = Headers();
    return true;
  }
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  response.headers.Add(std::string(line.substr(0, colon)),
                       std::string(TrimSpace(line.substr(colon + 1))));
  return true;
}

size_t Transfer::Impl::BodyCallback(char* bytes, size_t size, size_t count, void* self) {
  size_t total = size * count;
  return static_cast<Impl*>(self)->OnBody({bytes, total}) ? total : 0;
}

bool Transfer::Impl::OnBody(std::string_view bytes) {
  if (response.body.size() + bytes.size() >= request.body_limit) {
    limit_hit = true;
    response.body.append(bytes.substr(0, request.body_limit - 1 - response.body.size()));
    return false;
  }
  response.body.append(bytes);
  return true;
}

Error Transfer::Impl::Failure(ErrorCode code, std::string_view what) const {
  auto shown = Url::Parse(request.url);
  if (shown.ok()) return RequestFailure(code, request.method, *shown, what);
  return Error::Make(code, "{} \"(invalid URL)\": {}", MethodName(request.method), what);
}

Error Transfer::Impl::CurlFailure(CURLcode code) const {
  if (limit_hit) return Error::Limit("body size limit exceeded");
  if (header_limit_hit) {
    return Failure(ErrorCode::kLimit,
                   fmt::format("server response headers exceeded {} bytes", kMaxHeaderBytes));
  }
  std::string text = error_text[0] != '\0' ? error_text : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return Failure(ErrorCode::kTimeout, "context deadline exceeded");
    case CURLE_COULDNT_RESOLVE_HOST:
      return Failure(ErrorCode::kIo, fmt::format("dial tcp: lookup {}: no such host", url.host));
    case CURLE_COULDNT_CONNECT: {
      long os_error = 0;
      curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
      if (os_error == 0) return Failure(ErrorCode::kIo, "dial tcp: " + text);
      const char* address = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
      bool known = address != nullptr && *address != '\0';
      std::string reason =
          ToLower(std::error_code(static_cast<int>(os_error), std::generic_category()).message());
      return Failure(ErrorCode::kIo,
                     fmt::format("dial tcp {}:{}: connect: {}", known ? address : url.host.c_str(),
                                 url.EffectivePort(), reason));
    }
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return Failure(ErrorCode::kDenied, "tls: failed to verify certificate: " + text);
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return Failure(ErrorCode::kInvalid, text);
    case CURLE_GOT_NOTHING:
      return Failure(ErrorCode::kIo, "EOF");
    case CURLE_PARTIAL_FILE:
      return Failure(ErrorCode::kIo, "unexpected EOF");
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without a status line, taken for HTTP/0.9
      return Failure(ErrorCode::kIo, "malformed HTTP response");
    case CURLE_URL_MALFORMAT:
      return Failure(ErrorCode::kInvalid, text);
    default:
      return Failure(ErrorCode::kIo, text);
  }
}

// Follows a redirect: an error, or the next hop is ready.
std::optional<Error> Transfer::Impl::NextHop() {
  if (++hops > kMaxRedirects) {
    return Failure(ErrorCode::kInvalid, fmt::format("stopped after {} redirects", kMaxRedirects));
  }
  auto next = url.Resolve(response.headers.Get("Location"));
  if (!next.ok()) {
    return Failure(ErrorCode::kInvalid,
                   "failed to parse Location header: " + next.error().message());
  }
  if (!url.SameOrigin(*next)) {
    request.authorization.clear();
    request.private_headers.clear();
    Headers kept;
    for (const auto& [name, value] : request.headers.all()) {
      if (EqualsIgnoreCase(name, "Authorization") || EqualsIgnoreCase(name, "Cookie") ||
          EqualsIgnoreCase(name, "Host")) {
        continue;
      }
      kept.Add(name, value);
    }
    request.headers = std::move(kept);
  } else if (url.has_user && !next->has_user) {
    next->has_user = true;
    next->user = url.user;
    next->password = url.password;
  }
  if (response.status <= 303 && request.method != "GET" && request.method != "HEAD") {
    request.method = "GET";
    request.body.clear();
  }
  request.url = next->Reveal();
  Result<void> begun = BeginHop();
  if (!begun.ok()) return begun.error();
  return std::nullopt;
}

Transfer::Transfer(std::shared_ptr<HttpProfile> profile)
    : impl_(std::make_unique<Impl>(std::move(profile))) {
  InitializeCurl();
  impl_->easy = curl_easy_init();
  WF_CHECK(impl_->easy != nullptr);
  impl_->Configure();
}

Transfer::~Transfer() {
  curl_easy_cleanup(impl_->easy);
}

void* Transfer::easy() const {
  return impl_->easy;
}

Result<void> Transfer::Begin(OutgoingRequest request, std::string buffer) {
  impl_->request = std::move(request);
  impl_->response.body = std::move(buffer);
  impl_->hops = 0;
  impl_->deadline_ns = Clock::System()->MonotonicNs() + impl_->request.timeout_ms * 1'000'000;
  return impl_->BeginHop();
}

std::optional<Result<HttpResponse>> Transfer::Finish(int code) {
  Impl& impl = *impl_;
  bool cut = impl.limit_hit && impl.request.cut_body;
  if (code != CURLE_OK && !cut) return impl.CurlFailure(static_cast<CURLcode>(code));
  long status = 0;
  curl_easy_getinfo(impl.easy, CURLINFO_RESPONSE_CODE, &status);
  impl.response.status = static_cast<int>(status);
  if (impl.profile->options().follow_redirects && IsRedirect(impl.response.status) &&
      impl.response.headers.Has("Location")) {
    std::optional<Error> error = impl.NextHop();
    if (error) return Result<HttpResponse>(*error);
    return std::nullopt;
  }
  impl.response.url = impl.url.WithoutUser();
  HttpResponse done = std::move(impl.response);
  impl.response = HttpResponse();
  return Result<HttpResponse>(std::move(done));
}

Error Transfer::Failure(ErrorCode code, std::string_view what) const {
  return impl_->Failure(code, what);
}

Result<void> DecodeBody(std::string_view encoding, uint64_t limit, std::string& body) {
  if (limit == 0) limit = kDefaultBodyLimit;
  Result<std::string> decoded = std::string();
  if (body.empty() || encoding.empty() || EqualsIgnoreCase(encoding, "identity")) {
    if (body.size() >= limit) return Error::Limit("body size limit exceeded");
    return {};
  }
  if (EqualsIgnoreCase(encoding, "gzip") || EqualsIgnoreCase(encoding, "x-gzip")) {
    decoded = codec::GzipDecompress(body, limit - 1);
  } else if (EqualsIgnoreCase(encoding, "deflate")) {
    decoded = codec::ZlibDecompress(body, limit - 1);
  } else if (EqualsIgnoreCase(encoding, "zstd")) {
    decoded = codec::ZstdDecompress(body, limit - 1);
  } else if (EqualsIgnoreCase(encoding, "snappy")) {
    decoded = codec::SnappyDecompress(body, limit - 1);
  } else {
    return Error::Invalid("unsupported content encoding {}", GoQuote(encoding));
  }
  if (decoded.ok()) {
    body = std::move(*decoded);
    return {};
  }
  if (decoded.error().code() == ErrorCode::kLimit) {
    return Error::Limit("body size limit exceeded");
  }
  return decoded.error();
}

}  // namespace watchfire::net
