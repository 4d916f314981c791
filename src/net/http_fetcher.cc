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
#include "net/name_lookup.h"
#include "net/plain_exchange.h"
#include "net/url.h"

namespace watchfire::net {

class HttpTarget {
 public:
  HttpTarget(std::shared_ptr<HttpProfile> profile_in, Url url_in, std::string url_text_in,
             Headers headers_in)
      : profile(std::move(profile_in)),
        url(std::move(url_in)),
        url_text(std::move(url_text_in)),
        headers(std::move(headers_in)) {}

  Error Failure(ErrorCode code, std::string_view what) const {
    return RequestFailure(code, "GET", url, what);
  }

  const std::shared_ptr<HttpProfile> profile;
  const Url url;
  const std::string url_text;
  const Headers headers;

  std::atomic<bool> busy{false};  // from Fetch until the callback
  // When the loop wants to look at it, while it runs.
  std::atomic<int64_t> wake_ns{INT64_MAX};

  Mutex mutex;  // taken before the fetcher's
  // Does the work unless it is null; then the transfer does, which is made when it is needed.
  std::unique_ptr<PlainExchange> plain GUARDED_BY(mutex);
  std::unique_ptr<Transfer> transfer GUARDED_BY(mutex);
  bool added GUARDED_BY(mutex) = false;  // the transfer, to the multi handle
  bool running GUARDED_BY(mutex) = false;
  HttpFetcher::Callback callback GUARDED_BY(mutex);
  uint64_t body_limit GUARDED_BY(mutex) = 0;
  bool raw GUARDED_BY(mutex) = true;
  int64_t deadline_ns GUARDED_BY(mutex) = 0;
  std::optional<Error> failed GUARDED_BY(mutex);  // before it could be sent
  // Of the running request; a redirect sends them again.
  std::vector<std::pair<std::string, std::string>> private_headers GUARDED_BY(mutex);
  std::string authorization GUARDED_BY(mutex);

  size_t running_index = 0;  // guarded by the fetcher's mutex
};

namespace {

constexpr int kMaxEvents = 256;
constexpr size_t kScratchBytes = 512 << 10;
constexpr int64_t kNever = INT64_MAX;

struct Command {
  enum class Kind : uint8_t { kStart, kCancel, kAddresses } kind;
  std::shared_ptr<HttpTarget> target;
  std::shared_ptr<const NameLookup::Addresses> addresses = nullptr;
};

}  // namespace

// The loop: epoll tells which sockets are ready, so the cost of a round depends on what happens and
// not on how many targets there are. A plain request on a kept connection is sent by the thread
// that calls Fetch; the loop first hears of it when the response comes.
struct HttpFetcher::Impl {
  using Target = std::shared_ptr<HttpTarget>;
  using Outcome = PlainExchange::Outcome;

  explicit Impl(Options options);
  ~Impl();

  // False when the fetcher is being destroyed.
  bool Push(Command command);
  bool Enter(const Target& target);
  void Leave(HttpTarget& target);
  bool Begin(const Target& target, FetchOptions options, Result<OutgoingRequest> credentials,
             int64_t deadline_ns, Callback& callback);
  Result<void> BeginPlain(HttpTarget& target, std::string buffer) REQUIRES(target.mutex);
  void Wake();

  void Run();
  bool RunCommands();
  void Start(const Target& target);
  void Cancel(const Target& target);
  void CancelAll();
  void TakeAddresses(const Target& target, const NameLookup::Addresses& addresses);
  bool OnPlainEvents(const Target& target, const struct epoll_event& event);
  void WatchPlain(const Target& target) REQUIRES(target->mutex);
  void FinishPlain(const Target& target, Outcome outcome) REQUIRES(target->mutex);
  void RunTimers();
  int64_t NextWake();
  void RunCurl(const struct epoll_event& event);
  void Collect();
  void Add(HttpTarget& target) REQUIRES(target.mutex);
  void Detach(HttpTarget& target) REQUIRES(target.mutex);
  Result<void> BeginTransfer(HttpTarget& target, std::string buffer) REQUIRES(target.mutex);
  void Finish(const Target& target, Result<HttpResponse> result) REQUIRES(target->mutex);
  void Answer();
  int WaitMs();
  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);

  CURLM* multi = nullptr;
  int epoll_fd = -1;
  int wake_fd = -1;

  // The loop's own.
  int64_t curl_timer_ns = kNever;  // when libcurl wants to be called
  std::vector<std::weak_ptr<HttpTarget>> by_fd;
  std::unique_ptr<char[]> scratch = std::make_unique_for_overwrite<char[]>(kScratchBytes);
  struct Done {
    Target target;
    Callback callback;
    Result<HttpResponse> result;
  };
  std::vector<Done> done;  // whose callbacks are to be called, once no lock is held
  size_t backlog = 0;

  Mutex mutex;
  std::vector<Command> commands GUARDED_BY(mutex);
  std::vector<Target> running GUARDED_BY(mutex);
  int64_t next_wake_ns GUARDED_BY(mutex) = kNever;  // not later than the earliest of the running
  bool stopping GUARDED_BY(mutex) = false;

  std::unique_ptr<NameLookup> lookup = std::make_unique<NameLookup>();
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
  Wake();
  loop.Join();
  lookup.reset();
  curl_multi_cleanup(multi);
  close(wake_fd);
  close(epoll_fd);
}

void HttpFetcher::Impl::Wake() {
  uint64_t one = 1;
  WF_CHECK(write(wake_fd, &one, sizeof(one)) == sizeof(one));
}

bool HttpFetcher::Impl::Push(Command command) {
  bool wake = false;
  {
    MutexLock lock(mutex);
    if (stopping) return false;
    wake = commands.empty();
    commands.push_back(std::move(command));
  }
  if (wake) Wake();
  return true;
}

// The loop need not be woken for a target whose time comes later than the loop will wake anyway:
// that is what keeps it asleep while a request is sent.
bool HttpFetcher::Impl::Enter(const Target& target) {
  bool wake = false;
  {
    MutexLock lock(mutex);
    if (stopping) return false;
    target->running_index = running.size();
    running.push_back(target);
    int64_t wake_ns = target->wake_ns.load();
    wake = wake_ns < next_wake_ns;
    if (wake) next_wake_ns = wake_ns;
  }
  if (wake) Wake();
  return true;
}

void HttpFetcher::Impl::Leave(HttpTarget& target) {
  MutexLock lock(mutex);
  running.back()->running_index = target.running_index;
  std::swap(running[target.running_index], running.back());
  running.pop_back();
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
  static_cast<Impl*>(self)->curl_timer_ns =
      timeout_ms < 0 ? kNever : Clock::System()->MonotonicNs() + timeout_ms * 1'000'000;
  return 0;
}

int HttpFetcher::Impl::WaitMs() {
  int64_t until_ns = curl_timer_ns;
  {
    MutexLock lock(mutex);
    until_ns = std::min(until_ns, next_wake_ns);
  }
  if (until_ns == kNever) return -1;
  int64_t left_ns = until_ns - Clock::System()->MonotonicNs();
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
  while (true) {
    int count = epoll_wait(epoll_fd, events, kMaxEvents, WaitMs());
    WF_CHECK(count >= 0 || errno == EINTR);
    bool woken = false;
    for (int i = 0; i < count; ++i) {
      auto fd = static_cast<size_t>(events[i].data.fd);
      if (events[i].data.fd == wake_fd) {
        woken = true;
        continue;
      }
      Target target = fd < by_fd.size() ? by_fd[fd].lock() : nullptr;
      backlog = static_cast<size_t>(count - i - 1);
      if (!target || !OnPlainEvents(target, events[i])) RunCurl(events[i]);
    }
    backlog = 0;
    // After the events, so that what came in time counts although this thread was late.
    RunTimers();
    Collect();
    if (woken && !RunCommands()) return;
  }
}

void HttpFetcher::Impl::RunCurl(const struct epoll_event& event) {
  int flags = 0;
  if ((event.events & EPOLLIN) != 0) flags |= CURL_CSELECT_IN;
  if ((event.events & EPOLLOUT) != 0) flags |= CURL_CSELECT_OUT;
  if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) flags |= CURL_CSELECT_ERR;
  int still_running = 0;
  curl_multi_socket_action(multi, event.data.fd, flags, &still_running);
}

// False at the end.
bool HttpFetcher::Impl::RunCommands() {
  uint64_t value = 0;
  WF_CHECK(read(wake_fd, &value, sizeof(value)) == sizeof(value));
  std::vector<Command> batch;
  bool last = false;
  {
    MutexLock lock(mutex);
    batch.swap(commands);
    last = stopping;
  }
  for (const Command& command : batch) {
    switch (command.kind) {
      case Command::Kind::kStart:
        Start(command.target);
        break;
      case Command::Kind::kCancel:
        Cancel(command.target);
        break;
      case Command::Kind::kAddresses:
        TakeAddresses(command.target, *command.addresses);
        break;
    }
  }
  if (last) CancelAll();
  return !last;
}

void HttpFetcher::Impl::RunTimers() {
  int64_t now_ns = Clock::System()->MonotonicNs();
  if (curl_timer_ns <= now_ns) {
    curl_timer_ns = kNever;
    int still_running = 0;
    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
  }
  std::vector<Target> due;
  {
    MutexLock lock(mutex);
    if (next_wake_ns > now_ns) return;
    next_wake_ns = kNever;
    for (const Target& target : running) {
      int64_t wake_ns = target->wake_ns.load();
      if (wake_ns <= now_ns) {
        due.push_back(target);
      } else {
        next_wake_ns = std::min(next_wake_ns, wake_ns);
      }
    }
  }
  for (const Target& target : due) {
    {
      MutexLock lock(target->mutex);
      if (!target->running || !target->plain) continue;
      if (target->plain->wake_ns() > now_ns) continue;
      FinishPlain(target, target->plain->OnTimer(now_ns));
    }
    Answer();
  }
}

// ---- plain targets

// False if the socket is no longer this target's.
bool HttpFetcher::Impl::OnPlainEvents(const Target& target, const struct epoll_event& event) {
  {
    MutexLock lock(target->mutex);
    if (!target->plain || target->plain->fd() != event.data.fd) return false;
    if (!target->running) {
      target->plain->OnIdleEvents();
      return true;
    }
    int64_t now_ns = Clock::System()->MonotonicNs();
    FinishPlain(target,
                target->plain->OnEvents(event.events, {scratch.get(), kScratchBytes}, now_ns));
  }
  Answer();
  return true;
}

void HttpFetcher::Impl::TakeAddresses(const Target& target,
                                      const NameLookup::Addresses& addresses) {
  {
    MutexLock lock(target->mutex);
    // The answer to an earlier question will do as well.
    if (!target->running || !target->plain || !target->plain->wants_addresses()) return;
    FinishPlain(target, target->plain->TakeAddresses(addresses, Clock::System()->MonotonicNs()));
  }
  Answer();
}

Result<void> HttpFetcher::Impl::BeginPlain(HttpTarget& target, std::string buffer) {
  PlainRequestView request{target.profile->options(), target.headers, target.private_headers,
                           target.authorization};
  uint64_t limit = target.body_limit == 0 ? kDefaultBodyLimit : target.body_limit;
  return target.plain->Begin(request, std::move(buffer), limit, target.deadline_ns);
}

// Sees to what the exchange needs for its next step.
void HttpFetcher::Impl::WatchPlain(const Target& target) {
  PlainExchange& plain = *target->plain;
  if (plain.fd() >= 0) {
    auto fd = static_cast<size_t>(plain.fd());
    if (fd >= by_fd.size()) by_fd.resize(fd * 2 + 64);
    if (by_fd[fd].owner_before(target) || target.owner_before(by_fd[fd])) by_fd[fd] = target;
  }
  if (plain.wants_addresses()) {
    lookup->Ask(plain.host(),
                [this, weak = std::weak_ptr(target)](const NameLookup::Addresses& addresses) {
                  Target asker = weak.lock();
                  if (!asker) return;
                  Push({Command::Kind::kAddresses, std::move(asker),
                        std::make_shared<const NameLookup::Addresses>(addresses)});
                });
  }
  if (plain.wake_ns() == target->wake_ns.load()) return;
  target->wake_ns.store(plain.wake_ns());
  MutexLock lock(mutex);
  next_wake_ns = std::min(next_wake_ns, plain.wake_ns());
}

void HttpFetcher::Impl::FinishPlain(const Target& target, Outcome outcome) {
  if (!outcome) return WatchPlain(target);
  Result<HttpResponse>& result = *outcome;
  bool redirect = result.ok() && IsRedirect(result->status) && result->headers.Has("Location") &&
                  target->profile->options().follow_redirects;
  if (!redirect) return Finish(target, std::move(result));
  // libcurl follows redirects; from now on it does this target.
  target->plain = nullptr;
  target->wake_ns.store(kNever);
  Result<void> begun = BeginTransfer(*target, std::move(result->body));
  if (!begun.ok()) return Finish(target, begun.error());
  Add(*target);
}

// ---- libcurl's targets

Result<void> HttpFetcher::Impl::BeginTransfer(HttpTarget& target, std::string buffer) {
  if (!target.transfer) target.transfer = std::make_unique<Transfer>(target.profile);
  int64_t left_ms = (target.deadline_ns - Clock::System()->MonotonicNs()) / 1'000'000;
  OutgoingRequest request;
  request.method = "GET";
  request.url = target.url_text;
  request.headers = target.headers;
  request.timeout_ms = left_ms;
  request.body_limit = target.body_limit == 0 ? kDefaultBodyLimit : target.body_limit;
  request.private_headers = target.private_headers;
  request.authorization = target.authorization;
  TRY(target.transfer->Begin(std::move(request), std::move(buffer)));
  curl_easy_setopt(target.transfer->easy(), CURLOPT_PRIVATE, &target);
  return {};
}

void HttpFetcher::Impl::Add(HttpTarget& target) {
  WF_CHECK(curl_multi_add_handle(multi, target.transfer->easy()) == CURLM_OK);
  target.added = true;
}

void HttpFetcher::Impl::Detach(HttpTarget& target) {
  if (target.added) curl_multi_remove_handle(multi, target.transfer->easy());
  target.added = false;
}

// Takes what libcurl has finished.
void HttpFetcher::Impl::Collect() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    int code = static_cast<int>(message->data.result);
    char* data = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &data);
    Target target;
    {
      auto* private_target = reinterpret_cast<HttpTarget*>(data);
      MutexLock lock(mutex);
      target = running[private_target->running_index];
    }
    {
      MutexLock lock(target->mutex);
      Detach(*target);  // `message` is gone now
      std::optional<Result<HttpResponse>> result = target->transfer->Finish(code);
      if (result) {
        Finish(target, std::move(*result));
      } else {
        Add(*target);  // the next hop of a redirect
      }
    }
    Answer();
  }
}

// ---- both

void HttpFetcher::Impl::Start(const Target& target) {
  {
    MutexLock lock(target->mutex);
    if (!target->running) return;
    if (target->failed) {
      Finish(target, *std::exchange(target->failed, std::nullopt));
    } else if (target->plain) {
      FinishPlain(target, target->plain->Connect(Clock::System()->MonotonicNs()));
    } else {
      Add(*target);
    }
  }
  Answer();
}

void HttpFetcher::Impl::Cancel(const Target& target) {
  {
    MutexLock lock(target->mutex);
    if (!target->running) return;
    if (target->plain) target->plain->Abort();
    Detach(*target);
    target->failed.reset();
    Finish(target, target->Failure(ErrorCode::kCancelled, "context canceled"));
  }
  Answer();
}

void HttpFetcher::Impl::CancelAll() {
  while (true) {
    Target target;
    {
      MutexLock lock(mutex);
      if (running.empty()) return;
      target = running.back();
    }
    Cancel(target);
  }
}

void HttpFetcher::Impl::Finish(const Target& target, Result<HttpResponse> result) {
  if (result.ok() && !target->raw) {
    Result<void> decoded =
        DecodeBody(result->headers.Get("Content-Encoding"), target->body_limit, result->body);
    if (!decoded.ok()) result = decoded.error();
  }
  target->running = false;
  target->wake_ns.store(kNever);
  Leave(*target);
  done.push_back({target, std::exchange(target->callback, nullptr), std::move(result)});
}

// Calls what Finish has put by; no lock is held.
void HttpFetcher::Impl::Answer() {
  while (!done.empty()) {
    Done next = std::move(done.back());
    done.pop_back();
    next.target->busy.store(false);
    next.callback(std::move(next.result));
  }
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
  std::unique_ptr<PlainExchange> plain;
  if (PlainExchange::CanServe(profile->options(), parsed)) {
    plain = std::make_unique<PlainExchange>(parsed, impl_->epoll_fd);
  }
  auto target = std::make_shared<HttpTarget>(std::move(profile), std::move(parsed), std::move(url),
                                             std::move(headers));
  MutexLock lock(target->mutex);
  target->plain = std::move(plain);
  return target;
}

// The callback is left to the caller when it returns false: the fetcher ends.
bool HttpFetcher::Impl::Begin(const Target& target, FetchOptions options,
                              Result<OutgoingRequest> credentials, int64_t deadline_ns,
                              Callback& callback) {
  MutexLock lock(target->mutex);
  target->raw = options.raw;
  target->body_limit = options.body_limit;
  target->deadline_ns = deadline_ns;
  bool plain = target->plain != nullptr;
  Result<void> begun;
  if (!credentials.ok()) {
    begun = credentials.error();
  } else {
    target->private_headers = std::move(credentials->private_headers);
    target->authorization = std::move(credentials->authorization);
    begun = plain ? BeginPlain(*target, std::move(options.buffer))
                  : BeginTransfer(*target, std::move(options.buffer));
  }
  if (!begun.ok()) target->failed = begun.error();
  target->wake_ns.store(plain && begun.ok() ? deadline_ns : kNever);
  if (!Enter(target)) return false;
  target->running = true;
  target->callback = std::move(callback);
  bool sent = plain && begun.ok() && target->plain->SendOnKept(Clock::System()->MonotonicNs());
  // If the loop has stopped in between, it finds the target among the running.
  if (!sent) Push({Command::Kind::kStart, target});
  return true;
}

void HttpFetcher::Fetch(std::shared_ptr<HttpTarget> target, FetchOptions options,
                        Callback callback) {
  bool was_busy = target->busy.exchange(true);
  WF_CHECK(!was_busy);  // one fetch at a time
  int64_t deadline_ns = Clock::System()->MonotonicNs() + options.timeout_ms * 1'000'000;
  OutgoingRequest credentials;
  credentials.timeout_ms = options.timeout_ms;
  Result<void> authorized = target->profile->Authorize(nullptr, credentials);
  Result<OutgoingRequest> ready = std::move(credentials);
  if (!authorized.ok()) ready = authorized.error();
  if (impl_->Begin(target, std::move(options), std::move(ready), deadline_ns, callback)) return;
  target->busy.store(false);
  callback(target->Failure(ErrorCode::kCancelled, "context canceled"));
}

void HttpFetcher::Cancel(const std::shared_ptr<HttpTarget>& target) {
  impl_->Push({Command::Kind::kCancel, target});
}

size_t HttpFetcher::backlog() const {
  return impl_->backlog;
}

}  // namespace watchfire::net
