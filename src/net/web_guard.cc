#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/log.h"
#include "base/mutex.h"
#include "base/numbers.h"
#include "base/text.h"
#include "net/digest.h"
#include "net/web_config.h"

namespace watchfire::net {
namespace {

constexpr size_t kMaxPasswordBytes = 72;  // bcrypt looks at no more
constexpr size_t kMaxRefusedCached = 1000;
// A file written so recently may be written again without a visible change of its times.
constexpr int64_t kUnsettledMs = 100;

// What tells that a file has changed.
struct Stamp {
  int64_t mtime_ns = 0;
  int64_t ctime_ns = 0;
  int64_t size = -1;
  uint64_t inode = 0;
  bool operator==(const Stamp&) const = default;
};

int64_t Nanoseconds(const struct timespec& t) {
  return t.tv_sec * 1'000'000'000 + t.tv_nsec;
}

Stamp StampOf(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return {};
  return {Nanoseconds(info.st_mtim), Nanoseconds(info.st_ctim), info.st_size, info.st_ino};
}

bool Settled(const Stamp& stamp, const Clock& clock) {
  return clock.Now() - stamp.ctime_ns / 1'000'000 > kUnsettledMs;
}

struct Credentials {
  std::string user;
  std::string password;
};

std::optional<Credentials> BasicCredentials(std::string_view header) {
  if (header.size() < 6 || !EqualsIgnoreCase(header.substr(0, 6), "Basic ")) return std::nullopt;
  Result<std::string> text = DecodeBase64(TrimSpace(header.substr(6)));
  if (!text.ok()) return std::nullopt;
  size_t colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{text->substr(0, colon), text->substr(colon + 1)};
}

bool BcryptMatches(const std::string& password, const std::string& setting) {
  auto data = std::make_unique<crypt_data>();
  const char* hash = crypt_r(password.c_str(), setting.c_str(), data.get());
  bool same = hash != nullptr && strlen(hash) == setting.size() &&
              CRYPTO_memcmp(hash, setting.data(), setting.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof(*data));
  return same;
}

// A setting nobody's password has, as expensive as the most expensive user's.
std::string DummySetting(const WebConfig& config) {
  uint64_t cost = 4;
  for (const auto& [user, hash] : config.users) {
    cost = std::max(cost, ParseUint(hash.reveal().substr(4, 2)).value_or(10));
  }
  return fmt::format("$2b${:02}${}", cost, std::string(53, '.'));
}

Response ErrorPage(int status) {
  Response response = Response::Text(status, std::string(StatusText(status)) + "\n");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

struct WebGuard::Impl {
  using Key = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
  using Snapshot = std::shared_ptr<const WebConfig>;

  std::string path;
  const Clock* clock = nullptr;
  bool tls = false;
  std::array<unsigned char, 32> salt{};  // cache keys mean nothing outside this process

  Mutex mutex;
  Snapshot config GUARDED_BY(mutex);
  std::optional<Error> error GUARDED_BY(mutex);  // why the file cannot be used
  Stamp stamp GUARDED_BY(mutex);
  double tokens GUARDED_BY(mutex) = 0;
  int64_t filled_at_ns GUARDED_BY(mutex) = 0;
  std::set<Key> accepted GUARDED_BY(mutex);
  std::set<Key> refused GUARDED_BY(mutex);

  // One handshake's context at a time is built.
  Mutex tls_mutex;
  std::shared_ptr<ssl_ctx_st> context GUARDED_BY(tls_mutex);
  Snapshot context_config GUARDED_BY(tls_mutex);
  std::array<Stamp, 3> context_stamps GUARDED_BY(tls_mutex);

  // One bcrypt at a time: guesses must not take all cores from the rest of the server.
  Mutex bcrypt_mutex;

  Result<Snapshot> Current();
  bool TakeToken(const WebConfig& config_now);
  bool Authenticate(const WebConfig& config_now, const Credentials& credentials);
  Key CacheKey(const Credentials& credentials, const std::string& setting) const;
  std::optional<bool> Cached(const Key& key);
};

Result<WebGuard::Impl::Snapshot> WebGuard::Impl::Current() {
  Stamp now = StampOf(path);
  {
    MutexLock lock(mutex);
    if (config != nullptr || error) {
      if (now == stamp && now.size >= 0 && Settled(now, *clock)) {
        if (error) return *error;
        return config;
      }
    }
  }
  Result<WebConfig> loaded = LoadWebConfig(path);
  MutexLock lock(mutex);
  stamp = now;
  if (!loaded.ok()) {
    error = loaded.error();
    return *error;
  }
  error.reset();
  bool rate_changed = config == nullptr || config->rate_burst != loaded->rate_burst ||
                      config->rate_interval_ns != loaded->rate_interval_ns;
  if (rate_changed) {
    tokens = static_cast<double>(loaded->rate_burst);
    filled_at_ns = clock->MonotonicNs();
  }
  config = std::make_shared<const WebConfig>(std::move(*loaded));
  return config;
}

bool WebGuard::Impl::TakeToken(const WebConfig& config_now) {
  if (config_now.rate_interval_ns <= 0) return true;
  MutexLock lock(mutex);
  int64_t now_ns = clock->MonotonicNs();
  tokens +=
      static_cast<double>(now_ns - filled_at_ns) / static_cast<double>(config_now.rate_interval_ns);
  tokens = std::min(tokens, static_cast<double>(config_now.rate_burst));
  filled_at_ns = now_ns;
  if (tokens < 1) return false;
  tokens -= 1;
  return true;
}

WebGuard::Impl::Key WebGuard::Impl::CacheKey(const Credentials& credentials,
                                             const std::string& setting) const {
  std::string text(reinterpret_cast<const char*>(salt.data()), salt.size());
  for (const std::string* part : {&credentials.user, &setting, &credentials.password}) {
    text += fmt::format("{}:{}", part->size(), *part);
  }
  Key key{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

std::optional<bool> WebGuard::Impl::Cached(const Key& key) {
  MutexLock lock(mutex);
  if (accepted.contains(key)) return true;
  if (refused.contains(key)) return false;
  return std::nullopt;
}

bool WebGuard::Impl::Authenticate(const WebConfig& config_now, const Credentials& credentials) {
  if (credentials.password.size() > kMaxPasswordBytes ||
      credentials.password.find('\0') != std::string::npos) {
    return false;
  }
  auto found = config_now.users.find(credentials.user);
  bool known = found != config_now.users.end();
  std::string setting = known ? found->second.reveal() : DummySetting(config_now);
  Key key = CacheKey(credentials, setting);
  if (std::optional<bool> cached = Cached(key)) return *cached;
  bool matches = false;
  {
    MutexLock one(bcrypt_mutex);
    // The requests of one page come together: all but the first find its result.
    if (std::optional<bool> cached = Cached(key)) return *cached;
    matches = BcryptMatches(credentials.password, setting) && known;
    MutexLock lock(mutex);
    // Guesses fill only their own side; the other has one entry for each password in use.
    std::set<Key>& side = matches ? accepted : refused;
    if (side.size() >= kMaxRefusedCached) side.clear();
    side.insert(key);
  }
  return matches;
}

WebGuard::WebGuard(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebGuard::~WebGuard() = default;

Result<std::unique_ptr<WebGuard>> WebGuard::Open(std::string path, const Clock* clock) {
  auto impl = std::make_unique<Impl>();
  impl->path = std::move(path);
  impl->clock = clock;
  if (RAND_bytes(impl->salt.data(), static_cast<int>(impl->salt.size())) != 1) {
    return Error::Internal("no random numbers");
  }
  std::unique_ptr<WebGuard> guard(new WebGuard(std::move(impl)));
  guard->impl_->tls = TRY(guard->impl_->Current())->tls.has_value();
  if (guard->impl_->tls) TRY(guard->TlsContext());
  return guard;
}

bool WebGuard::tls() const {
  return impl_->tls;
}

Result<std::shared_ptr<ssl_ctx_st>> WebGuard::TlsContext() {
  Impl::Snapshot config = TRY(impl_->Current());
  if (!config->tls) return Error::Invalid("{}: TLS config is not present", impl_->path);
  const TlsServerConfig& tls = *config->tls;
  std::array<Stamp, 3> stamps = {StampOf(tls.cert_file), StampOf(tls.key_file),
                                 StampOf(tls.client_ca_file)};
  bool settled = true;
  for (const Stamp& stamp : stamps) settled = settled && Settled(stamp, *impl_->clock);
  MutexLock lock(impl_->tls_mutex);
  if (impl_->context && impl_->context_config == config && impl_->context_stamps == stamps &&
      settled) {
    return impl_->context;
  }
  impl_->context = TRY(MakeServerTls(tls));
  impl_->context_config = config;
  impl_->context_stamps = stamps;
  return impl_->context;
}

Response WebGuard::Check(Request& request, const std::function<Response(Request&)>& next) {
  Result<Impl::Snapshot> config = impl_->Current();
  if (!config.ok()) {
    WF_LOG(kError, "Unable to parse configuration", {"err", config.error()});
    return ErrorPage(500);
  }
  if (!impl_->TakeToken(**config)) return ErrorPage(429);
  Response response;
  std::optional<Credentials> credentials;
  if (!(*config)->users.empty()) {
    credentials = BasicCredentials(request.headers.Get("Authorization"));
    if (credentials && impl_->Authenticate(**config, *credentials)) {
      request.user = credentials->user;
    } else {
      response = ErrorPage(401);
      response.headers.Add("WWW-Authenticate", "Basic");
    }
  }
  if (response.status != 401) response = next(request);
  for (const auto& [name, value] : (*config)->headers) {
    if (!response.headers.Has(name)) response.headers.Add(name, value);
  }
  return response;
}

}  // namespace watchfire::net
