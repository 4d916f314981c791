#include "net/client_stream.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <system_error>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "net/http_profile.h"
#include "net/http_transfer.h"
#include "net/name_lookup.h"

namespace watchfire::net {
namespace {

// How long a cancelled call may go on waiting.
constexpr int kCancelPollMs = 50;
constexpr uint64_t kMaxPemBytes = 1 << 20;

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using ContextPtr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;

std::string OpensslText() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason == nullptr ? "failed" : reason;
  ERR_clear_error();
  return text;
}

std::string ErrnoText(int error) {
  return ToLower(std::error_code(error, std::generic_category()).message());
}

int NoPassphrase(char*, int, int, void*) {
  return 0;  // never ask on the terminal
}

Result<std::string> PemText(const std::string& text, const std::string& file,
                            std::string_view what) {
  if (file.empty()) return text;
  auto read = FileSystem::Local()->ReadFile(file, kMaxPemBytes);
  if (!read.ok()) return Error::Invalid("unable to load {}: {}", what, read.error().message());
  return read;
}

BioPtr ReadOnlyBio(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
}

Result<void> UseCa(SSL_CTX* context, const TlsClientOptions& options) {
  if (options.ca.empty() && options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  std::string pem = TRY(PemText(options.ca, options.ca_file, "CA certificate"));
  BioPtr bio = ReadOnlyBio(pem);
  int count = 0;
  while (X509* cert = PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr)) {
    X509Ptr owned(cert, &X509_free);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), cert);
    ++count;
  }
  ERR_clear_error();
  if (count == 0) return Error::Invalid("unable to use specified CA certificate");
  return {};
}

Result<void> UseOwnCertificate(SSL_CTX* context, const TlsClientOptions& options) {
  if (options.cert.empty() && options.cert_file.empty()) return {};
  std::string pem = TRY(PemText(options.cert, options.cert_file, "client certificate"));
  BioPtr bio = ReadOnlyBio(pem);
  X509Ptr leaf(PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr), &X509_free);
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return Error::Invalid("unable to use specified client certificate: {}", OpensslText());
  }
  while (X509* cert = PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr)) {
    X509Ptr owned(cert, &X509_free);
    SSL_CTX_add1_chain_cert(context, cert);
  }
  ERR_clear_error();
  std::string key_pem = TRY(PemText(options.key.reveal(), options.key_file, "client key"));
  BioPtr key_bio = ReadOnlyBio(key_pem);
  KeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, &NoPassphrase, nullptr),
             &EVP_PKEY_free);
  if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return Error::Invalid("unable to use specified client key: {}", OpensslText());
  }
  return {};
}

Result<ContextPtr> MakeContext(const TlsClientOptions& options) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  WF_CHECK(context != nullptr);
  if (options.min_version == TlsVersion::kTls10 || options.min_version == TlsVersion::kTls11) {
    SSL_CTX_set_security_level(context.get(), 0);  // Debian's default refuses these versions
  }
  SSL_CTX_set_min_proto_version(context.get(), TlsProtocol(options.min_version, TLS1_2_VERSION));
  SSL_CTX_set_max_proto_version(context.get(), TlsProtocol(options.max_version, TLS1_3_VERSION));
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  TRY(UseCa(context.get(), options));
  TRY(UseOwnCertificate(context.get(), options));
  SSL_CTX_set_verify(context.get(),
                     options.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return context;
}

// A BIO on a socket that raises no SIGPIPE; the number of the socket is its data.
int SocketOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
}

int BioWrite(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n = send(SocketOf(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int BioRead(BIO* bio, char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t n = recv(SocketOf(bio), bytes, static_cast<size_t>(size), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(n);
}

long BioControl(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* MakeSocketBio(int fd) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(m, &BioWrite);
    BIO_meth_set_read(m, &BioRead);
    BIO_meth_set_ctrl(m, &BioControl);
    return m;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
  BIO_set_init(bio, 1);
  return bio;
}

Result<void> WaitFor(int fd, short events, const Patience& patience) {
  while (true) {
    TRY(patience.Check());
    int64_t left_ms = (patience.deadline_ns - Clock::System()->MonotonicNs()) / 1'000'000 + 1;
    int64_t wait_ms = patience.cancelled ? std::min<int64_t>(left_ms, kCancelPollMs)
                                         : std::min<int64_t>(left_ms, 60'000);
    struct pollfd wait {
      fd, events, 0
    };
    if (poll(&wait, 1, static_cast<int>(wait_ms)) > 0) return {};
  }
}

}  // namespace

Patience Patience::OfMs(int64_t timeout_ms, std::shared_ptr<const std::atomic<bool>> cancelled) {
  return {Clock::System()->MonotonicNs() + timeout_ms * 1'000'000, std::move(cancelled)};
}

Result<void> Patience::Check() const {
  if (cancelled && cancelled->load()) return Error::Cancelled("context canceled");
  if (Clock::System()->MonotonicNs() >= deadline_ns) {
    return Error::Timeout("context deadline exceeded");
  }
  return {};
}

struct ClientStream::Impl {
  ~Impl() {
    SSL_free(ssl);
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);  // closes the socket
    curl_multi_cleanup(multi);
  }
  Result<void> Dial(const std::string& host, uint16_t port);
  Error DialFailure(CURLcode code, const std::string& host, uint16_t port) const;
  // Waits for what OpenSSL's answer asks for; an error if it can not be helped.
  Result<void> AfterSsl(int answer);
  Result<size_t> Read(char* bytes, size_t size);
  Error HandshakeFailure() const;

  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  char curl_error[CURL_ERROR_SIZE] = "";
  int fd = -1;
  SSL* ssl = nullptr;
  Patience patience;
  std::string input;
};

ClientStream::ClientStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientStream::~ClientStream() = default;

bool ClientStream::tls() const {
  return impl_->ssl != nullptr;
}

void ClientStream::set_patience(Patience patience) {
  impl_->patience = std::move(patience);
}

Error ClientStream::Impl::DialFailure(CURLcode code, const std::string& host, uint16_t port) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return Error::Timeout("context deadline exceeded");
  if (code == CURLE_COULDNT_RESOLVE_HOST) {
    return Error::Io("dial tcp: lookup {}: no such host", host);
  }
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  const char* address = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
  bool known = address != nullptr && *address != '\0';
  std::string reason = curl_error;
  if (os_error != 0) reason = ErrnoText(static_cast<int>(os_error));
  return Error::Io("dial tcp {}:{}: connect: {}", known ? address : host.c_str(), port, reason);
}

Result<void> ClientStream::Impl::Dial(const std::string& host, uint16_t port) {
  InitializeCurl();
  multi = curl_multi_init();
  easy = curl_easy_init();
  WF_CHECK(multi != nullptr && easy != nullptr);
  bool v6 = host.find(':') != std::string::npos;
  std::string url = fmt::format("http://{}{}{}:{}", v6 ? "[" : "", host, v6 ? "]" : "", port);
  int64_t left_ms = (patience.deadline_ns - Clock::System()->MonotonicNs()) / 1'000'000;
  bool set = curl_easy_setopt(easy, CURLOPT_URL, url.c_str()) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_error) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                              static_cast<long>(std::max<int64_t>(left_ms, 1))) == CURLE_OK;
  WF_CHECK(set);
  WF_CHECK(curl_multi_add_handle(multi, easy) == CURLM_OK);
  int running = 1;
  while (true) {
    if (curl_multi_perform(multi, &running) != CURLM_OK || running == 0) break;
    TRY(patience.Check());
    curl_multi_poll(multi, nullptr, 0, kCancelPollMs, nullptr);
  }
  int left = 0;
  CURLMsg* message = curl_multi_info_read(multi, &left);
  CURLcode code = message != nullptr ? message->data.result : CURLE_FAILED_INIT;
  if (code == CURLE_URL_MALFORMAT) return Error::Invalid("dial tcp: invalid address {}", host);
  if (code != CURLE_OK) return DialFailure(code, host, port);
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK ||
      socket == CURL_SOCKET_BAD) {
    return Error::Io("EOF");  // closed again already
  }
  fd = socket;
  return {};
}

Result<std::unique_ptr<ClientStream>> ClientStream::Connect(const std::string& host, uint16_t port,
                                                            Patience patience) {
  TRY(patience.Check());
  auto impl = std::make_unique<Impl>();
  impl->patience = std::move(patience);
  TRY(impl->Dial(host, port));
  return std::unique_ptr<ClientStream>(new ClientStream(std::move(impl)));
}

Error ClientStream::Impl::HandshakeFailure() const {
  long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE) {
    ERR_clear_error();
    return Error::Denied("tls: failed to verify certificate: {}",
                         ToLower(X509_verify_cert_error_string(verified)));
  }
  if (ERR_peek_last_error() == 0) return Error::Io("EOF");
  return Error::Io("tls: {}", OpensslText());
}

Result<void> ClientStream::Impl::AfterSsl(int answer) {
  switch (SSL_get_error(ssl, answer)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(fd, POLLIN, patience);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(fd, POLLOUT, patience);
    case SSL_ERROR_ZERO_RETURN:
      return Error::Io("EOF");
    default:
      return HandshakeFailure();
  }
}

Result<void> ClientStream::StartTls(const TlsClientOptions& options, const std::string& host) {
  Impl& impl = *impl_;
  WF_CHECK(impl.ssl == nullptr);
  if (!impl.input.empty()) return Error::Io("tls: the server spoke before the handshake");
  ContextPtr context = TRY(MakeContext(options));
  impl.ssl = SSL_new(context.get());
  WF_CHECK(impl.ssl != nullptr);
  BIO* bio = MakeSocketBio(impl.fd);
  SSL_set_bio(impl.ssl, bio, bio);
  const std::string& name = options.server_name.empty() ? host : options.server_name;
  if (SocketAddress::Parse(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(impl.ssl), name.c_str());
  } else {
    SSL_set_hostflags(impl.ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (SSL_set1_host(impl.ssl, name.c_str()) != 1 ||
        SSL_set_tlsext_host_name(impl.ssl, name.c_str()) != 1) {
      return Error::Invalid("tls: invalid server name {}", name);
    }
  }
  while (true) {
    ERR_clear_error();
    int answer = SSL_connect(impl.ssl);
    if (answer == 1) return {};
    TRY(impl.AfterSsl(answer));
  }
}

Result<void> ClientStream::Write(std::string_view bytes) {
  Impl& impl = *impl_;
  TRY(impl.patience.Check());
  while (!bytes.empty()) {
    size_t written = 0;
    if (impl.ssl != nullptr) {
      ERR_clear_error();
      int answer = SSL_write_ex(impl.ssl, bytes.data(), bytes.size(), &written);
      if (answer != 1) TRY(impl.AfterSsl(answer));
    } else {
      ssize_t n = send(impl.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) {
        TRY(WaitFor(impl.fd, POLLOUT, impl.patience));
      } else if (n < 0 && errno != EINTR) {
        return Error::Io("write: {}", ErrnoText(errno));
      }
      written = static_cast<size_t>(std::max<ssize_t>(n, 0));
    }
    bytes.remove_prefix(written);
  }
  return {};
}

Result<size_t> ClientStream::Impl::Read(char* bytes, size_t size) {
  while (true) {
    if (ssl != nullptr) {
      size_t got = 0;
      ERR_clear_error();
      int answer = SSL_read_ex(ssl, bytes, size, &got);
      if (answer == 1) return got;
      TRY(AfterSsl(answer));
      continue;
    }
    ssize_t n = recv(fd, bytes, size, 0);
    if (n > 0) return static_cast<size_t>(n);
    if (n == 0) return Error::Io("EOF");
    if (errno == EAGAIN) {
      TRY(WaitFor(fd, POLLIN, patience));
    } else if (errno != EINTR) {
      return Error::Io("read: {}", ErrnoText(errno));
    }
  }
}

Result<std::string> ClientStream::ReadLine() {
  Impl& impl = *impl_;
  TRY(impl.patience.Check());
  size_t end = 0;
  while ((end = impl.input.find('\n')) == std::string::npos) {
    if (impl.input.size() > kMaxLine) return Error::Limit("line too long");
    char buffer[4096];
    size_t got = TRY(impl.Read(buffer, sizeof(buffer)));
    impl.input.append(buffer, got);
  }
  std::string line = impl.input.substr(0, end);
  impl.input.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace watchfire::net
