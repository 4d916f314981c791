#include <curl/curl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "net/http_client.h"
#include "net/http_transfer.h"
#include "net/url.h"

namespace watchfire::net {

class HttpTarget {
 public:
  HttpTarget(std::shared_ptr<HttpProfile> profile_in, std::string url_in, Headers headers_in)
      : profile(std::move(profile_in)),
        url(std::move(url_in)),
        headers(std::move(headers_in)),
        transfer(profile) {}

  const std::shared_ptr<HttpProfile> profile;
  const std::string url;
  const Headers headers;

  // From Fetch until the callback: the loop's. Otherwise nobody's.
  Transfer transfer;
  HttpFetcher::Callback callback;
  uint64_t body_limit = 0;
  bool raw = true;
  bool added = false;  // to the multi handle
  size_t running_index = 0;
  std::optional<Error> failed;       // before it could be sent
  std::shared_ptr<HttpTarget> self;  // keeps it alive while it runs

  std::atomic<bool> busy{false};
};

namespace {

constexpr int kMaxEvents = 256;

struct Command {
  enum class Kind : uint8_t { kStart, kCancel } kind;
  std::shared_ptr<HttpTarget> target;
};

}  // namespace

// The loop: epoll tells libcurl (socket interface) which sockets are ready, so the cost of a round
// depends on what happens and not on how many targets there are.
struct HttpFetcher::Impl {
  explicit Impl(Options options);
  ~Impl();

  // False when the fetcher is being destroyed.
  bool Push(Command command);
  void Run();
  void RunCommands();
  void Start(const std::shared_ptr<HttpTarget>& target);
  void CancelRunning(const std::shared_ptr<HttpTarget>& target);
  void CancelAll();
  void Collect();
  void Add(HttpTarget& target);
  void Detach(HttpTarget& target);
  void Finish(HttpTarget& target, Result<HttpResponse> result);
  int WaitMs() const;
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);

  CURLM* multi = nullptr;
  int epoll_fd = -1;
  int wake_fd = -1;
  int64_t timer_ns = -1;             // when libcurl wants to be called; -1: not
  std::vector<HttpTarget*> running;  // loop only

  Mutex mutex;
  std::vector<Command> commands GUARDED_BY(mutex);
  bool stopping GUARDED_BY(mutex) = false;
  Thread loop;
};

HttpFetcher::Impl::Impl(Options options) {
  InitializeCurl();
  multi = curl_multi_init();
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  WF_CHECK(multi != nullptr && epoll_fd >= 0 && wake_fd >= 0);
  struct epoll_event event {};
  event.events = EPOLLIN;
  event.data.fd = wake_fd;
  WF_CHECK(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, wake_fd, &event) == 0);
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(options.max_idle_connections));
  loop = Thread(options.thread_name, [this] { Run(); });
}

HttpFetcher::Impl::~Impl() {
  {
    MutexLock lock(mutex);
    stopping = true;
  }
  uint64_t one = 1;
  WF_CHECK(write(wake_fd, &one, sizeof(one)) == sizeof(one));
  loop.Join();
  curl_multi_cleanup(multi);
  close(wake_fd);
  close(epoll_fd);
}

bool HttpFetcher::Impl::Push(Command command) {
  bool wake = false;
  {
    MutexLock lock(mutex);
    if (stopping) return false;
    wake = commands.empty();
    commands.push_back(std::move(command));
  }
  uint64_t one = 1;
  if (wake) WF_CHECK(write(wake_fd, &one, sizeof(one)) == sizeof(one));
  return true;
}

int HttpFetcher::Impl::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto* impl = static_cast<Impl*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(impl->epoll_fd, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  struct epoll_event event {};
  event.data.fd = socket;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  int operation = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(impl->epoll_fd, operation, socket, &event) != 0) {
    // The number of a closed socket may have come back under another entry.
    operation = operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(impl->epoll_fd, operation, socket, &event) != 0) return -1;
  }
  curl_multi_assign(impl->multi, socket, impl);  // anything: "known" from now on
  return 0;
}

int HttpFetcher::Impl::OnTimer(CURLM*, long timeout_ms, void* self) {
  static_cast<Impl*>(self)->timer_ns =
      timeout_ms < 0 ? -1 : Clock::System()->MonotonicNs() + timeout_ms * 1'000'000;
  return 0;
}

int HttpFetcher::Impl::WaitMs() const {
  if (timer_ns < 0) return -1;
  int64_t left_ns = timer_ns - Clock::System()->MonotonicNs();
  if (left_ns <= 0) return 0;
  return static_cast<int>(std::min<int64_t>((left_ns + 999'999) / 1'000'000, 60'000));
}

void HttpFetcher::Impl::Run() {
  // A server that closes while libcurl's TLS library writes must not end the process.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);

  struct epoll_event events[kMaxEvents];
  int still_running = 0;
  while (true) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, WaitMs());
    WF_CHECK(count >= 0 || errno == EINTR);
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      if (events[i].data.fd == wake_fd) {
        woken = true;
        continue;
      }
      int flags = 0;
      if ((events[i].events & EPOLLIN) != 0) flags |= CURL_CSELECT_IN;
      if ((events[i].events & EPOLLOUT) != 0) flags |= CURL_CSELECT_OUT;
      if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0) flags |= CURL_CSELECT_ERR;
      curl_multi_socket_action(multi, events[i].data.fd, flags, &still_running);
    }
    if (WaitMs() == 0) {
      timer_ns = -1;
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
    }
    Collect();
    if (!woken) continue;
    uint64_t value = 0;
    WF_CHECK(read(wake_fd, &value, sizeof(value)) == sizeof(value));
    RunCommands();
    {
      MutexLock lock(mutex);
      if (!stopping || !commands.empty()) continue;
    }
    CancelAll();
    return;
  }
}

void HttpFetcher::Impl::RunCommands() {
  std::vector<Command> batch;
  {
    MutexLock lock(mutex);
    batch.swap(commands);
  }
  for (const Command& command : batch) {
    if (command.kind == Command::Kind::kStart) {
      Start(command.target);
    } else {
      CancelRunning(command.target);
    }
  }
}

void HttpFetcher::Impl::Add(HttpTarget& target) {
  WF_CHECK(curl_multi_add_handle(multi, target.transfer.easy()) == CURLM_OK);
  target.added = true;
}

void HttpFetcher::Impl::Detach(HttpTarget& target) {
  if (target.added) curl_multi_remove_handle(multi, target.transfer.easy());
  target.added = false;
}

void HttpFetcher::Impl::Start(const std::shared_ptr<HttpTarget>& target) {
  target->self = target;
  target->running_index = running.size();
  running.push_back(target.get());
  if (target->failed) return Finish(*target, *std::exchange(target->failed, std::nullopt));
  curl_easy_setopt(target->transfer.easy(), CURLOPT_PRIVATE, target.get());
  Add(*target);
}

void HttpFetcher::Impl::CancelRunning(const std::shared_ptr<HttpTarget>& target) {
  if (target->self == nullptr) return;
  Detach(*target);
  Finish(*target, target->transfer.Failure(ErrorCode::kCancelled, "context canceled"));
}

void HttpFetcher::Impl::CancelAll() {
  while (!running.empty()) CancelRunning(running.back()->self);
}

// Takes what libcurl has finished.
void HttpFetcher::Impl::Collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    int code = static_cast<int>(message->data.result);
    char* data = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
    auto* target = reinterpret_cast<HttpTarget*>(data);
    Detach(*target);  // `message` is gone now
    std::optional<Result<HttpResponse>> result = target->transfer.Finish(code);
    if (result) {
      Finish(*target, std::move(*result));
    } else {
      Add(*target);  // the next hop of a redirect
    }
  }
}

void HttpFetcher::Impl::Finish(HttpTarget& target, Result<HttpResponse> result) {
  if (result.ok() && !target.raw) {
    Result<void> decoded =
        DecodeBody(result->headers.Get("Content-Encoding"), target.body_limit, result->body);
    if (!decoded.ok()) result = decoded.error();
  }
  running.back()->running_index = target.running_index;
  running[target.running_index] = running.back();
  running.pop_back();
  std::shared_ptr<HttpTarget> keep = std::move(target.self);
  Callback callback = std::move(target.callback);
  target.callback = nullptr;
  target.busy.store(false);
  callback(std::move(result));
}

HttpFetcher::HttpFetcher() : HttpFetcher(Options()) {}
HttpFetcher::HttpFetcher(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpFetcher::~HttpFetcher() = default;

Result<std::shared_ptr<HttpTarget>> HttpFetcher::AddTarget(std::shared_ptr<HttpProfile> profile,
                                                           std::string url, Headers headers) {
  Url parsed = TRY(Url::Parse(url));
  if (parsed.scheme != "http" && parsed.scheme != "https") {
    return Error::Invalid("unsupported protocol scheme \"{}\"", parsed.scheme);
  }
  if (parsed.host.empty()) return Error::Invalid("http: no Host in request URL");
  return std::make_shared<HttpTarget>(std::move(profile), std::move(url), std::move(headers));
}

void HttpFetcher::Fetch(std::shared_ptr<HttpTarget> target, FetchOptions options,
                        Callback callback) {
  bool was_busy = target->busy.exchange(true);
  WF_CHECK(!was_busy);  // one fetch at a time
  OutgoingRequest request;
  request.method = "GET";
  request.url = target->url;
  request.headers = target->headers;
  request.timeout_ms = options.timeout_ms;
  request.body_limit = options.body_limit == 0 ? kDefaultBodyLimit : options.body_limit;
  target->raw = options.raw;
  target->body_limit = options.body_limit;
  int64_t start_ns = Clock::System()->MonotonicNs();
  Result<void> ready = target->profile->Authorize(nullptr, request);
  request.timeout_ms -= (Clock::System()->MonotonicNs() - start_ns) / 1'000'000;
  if (ready.ok()) ready = target->transfer.Begin(std::move(request), std::move(options.buffer));
  if (!ready.ok()) target->failed = ready.error();
  target->callback = std::move(callback);
  if (impl_->Push({Command::Kind::kStart, target})) return;
  Callback late = std::move(target->callback);
  target->busy.store(false);
  late(target->transfer.Failure(ErrorCode::kCancelled, "context canceled"));
}

void HttpFetcher::Cancel(const std::shared_ptr<HttpTarget>& target) {
  impl_->Push({Command::Kind::kCancel, target});
}

}  // namespace watchfire::net
