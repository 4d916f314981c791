#include "grafana/queries/own_address.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "net/http_client.h"
#include "net/url.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kHoldsNs = 60'000'000'000;
constexpr int64_t kUnsureHoldsNs = 5'000'000'000;
constexpr int64_t kLookupMs = 500;
constexpr int64_t kProbeMs = 500;
constexpr size_t kMaxKnown = 1000;
constexpr std::string_view kUsualPort = "9090";

// Names by which people mean "the Prometheus beside me".
constexpr std::array<std::string_view, 6> kUsualNames = {
    "localhost", "127.0.0.1", "::1", "prometheus", "watchfire", "host.docker.internal"};

bool IsUsual(std::string_view host) {
  return std::find(kUsualNames.begin(), kUsualNames.end(), host) != kUsualNames.end();
}

std::string WithPort(const std::string& host, const std::string& port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

// The addresses of a name; nullopt if there was no answer in time.
std::optional<net::NameLookup::Addresses> LookUp(net::NameLookup& lookup, const std::string& host) {
  struct Question {
    Mutex mutex;
    CondVar answered;
    std::optional<net::NameLookup::Addresses> answer GUARDED_BY(mutex);
  };
  auto question = std::make_shared<Question>();
  lookup.Ask(host, [question](const net::NameLookup::Addresses& addresses) {
    MutexLock lock(question->mutex);
    question->answer = addresses;
    question->answered.NotifyAll();
  });
  MutexLock lock(question->mutex);
  const Clock* clock = Clock::System();
  int64_t until_ns = clock->MonotonicNs() + kLookupMs * 1'000'000;
  while (!question->answer) {
    int64_t left_ms = (until_ns - clock->MonotonicNs()) / 1'000'000;
    if (left_ms <= 0) return std::nullopt;
    question->answered.WaitFor(question->mutex, left_ms);
  }
  return question->answer;
}

// Whether a connection is refused. Whatever else happens, somebody may be there.
bool Refused(const net::Url& url) {
  auto client = net::HttpClient::Make({});
  if (!client.ok()) return false;
  net::HttpRequest request;
  request.method = "GET";
  request.url = url.scheme + "://" + url.HostPort() + "/-/ready";
  request.timeout_ms = kProbeMs;
  request.body_limit = 1 << 10;
  request.cut_body = true;
  auto response = (*client)->Do(request);
  return !response.ok() && response.error().message().ends_with("connection refused");
}

bool SamePath(std::string_view path, std::string_view prefix) {
  auto bare = [](std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    while (text.starts_with('/')) text.remove_prefix(1);
    return text;
  };
  return bare(path) == bare(prefix);
}

}  // namespace

OwnAddress::OwnAddress(Addresses own, std::string prefix, const Clock* clock)
    : own_(std::move(own)), prefix_(std::move(prefix)), clock_(clock) {}

OwnAddress::Decision OwnAddress::Decide(const std::string& url) {
  {
    MutexLock lock(mutex_);
    while (true) {
      auto found = known_.find(url);
      if (found == known_.end()) break;
      if (found->second.asking) {
        decided_.WaitFor(mutex_, 1000);
        continue;
      }
      if (found->second.until_ns > clock_->MonotonicNs()) return found->second.decision;
      break;
    }
    if (known_.size() >= kMaxKnown) known_.clear();
    known_[url].asking = true;
  }
  bool sure = true;
  Decision decision = FindOut(url, &sure);
  MutexLock lock(mutex_);
  known_[url] = {decision, clock_->MonotonicNs() + (sure ? kHoldsNs : kUnsureHoldsNs), false};
  decided_.NotifyAll();
  return decision;
}

OwnAddress::Decision OwnAddress::FindOut(const std::string& text, bool* sure) {
  Result<net::Url> url = net::Url::Parse(TrimSpace(text));
  if (!url.ok() || !own_ || (url->scheme != "http" && url->scheme != "https")) return {};
  std::vector<std::string> own;
  for (const std::string& address : own_()) own.push_back(ToLower(address));
  std::string host = ToLower(url->host);
  std::string port = std::to_string(url->EffectivePort());
  std::string shown = WithPort(url->host, port);
  auto is_own = [&](const std::string& address) {
    return std::find(own.begin(), own.end(), address) != own.end();
  };
  bool own_port = std::any_of(own.begin(), own.end(), [&](const std::string& address) {
    return address.ends_with(":" + port);
  });
  bool usual = IsUsual(host) && (port == kUsualPort || own_port);
  if (own_port && SamePath(url->path, prefix_)) {
    if (is_own(WithPort(host, port))) return {Kind::kOwn, shown + " is this server itself"};
  } else if (!usual) {
    return {};
  }

  std::optional<net::NameLookup::Addresses> addresses = LookUp(lookup_, url->host);
  if (!addresses) {
    *sure = false;
    return {};
  }
  if (!addresses->ok()) {
    if (!usual) return {};
    return {Kind::kNobodyElse, "nothing is called " + url->host + " here"};
  }
  for (net::SocketAddress address : **addresses) {
    address.SetPort(url->EffectivePort());
    if (own_port && SamePath(url->path, prefix_) && is_own(address.ToText())) {
      return {Kind::kOwn, shown + " is this server itself"};
    }
  }
  if (!usual) return {};
  *sure = false;  // somebody may begin to listen
  if (Refused(*url)) return {Kind::kNobodyElse, "nobody answers at " + shown};
  return {};
}

}  // namespace watchfire::grafana
