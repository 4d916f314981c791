#include "net/http_client.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/mutex.h"
#include "net/http_transfer.h"

namespace watchfire::net {
namespace {

// How long a cancelled request may go on waiting.
constexpr int kCancelPollMs = 50;
constexpr int kPollMs = 1000;
constexpr size_t kMaxIdleHandles = 32;

// A transfer with the multi handle that runs it and keeps its connections.
struct Runner {
  explicit Runner(std::shared_ptr<HttpProfile> profile) : transfer(std::move(profile)) {
    multi = curl_multi_init();
    WF_CHECK(multi != nullptr);
  }
  ~Runner() { curl_multi_cleanup(multi); }

  Result<HttpResponse> Run(const HttpRequest& request) {
    while (true) {
      Result<int> code = RunHop(request);
      if (!code.ok()) return code.error();
      std::optional<Result<HttpResponse>> result = transfer.Finish(*code);
      if (result) return std::move(*result);
    }
  }

  Result<int> RunHop(const HttpRequest& request) {
    WF_CHECK(curl_multi_add_handle(multi, transfer.easy()) == CURLM_OK);
    int running = 1;
    bool cancelled = false;
    while (running > 0 && !cancelled) {
      if (curl_multi_perform(multi, &running) != CURLM_OK) break;
      if (running == 0) break;
      curl_multi_poll(multi, nullptr, 0, request.cancelled ? kCancelPollMs : kPollMs, nullptr);
      cancelled = request.cancelled && request.cancelled->load();
    }
    int left = 0;
    CURLMsg* message = curl_multi_info_read(multi, &left);
    int code = message != nullptr ? static_cast<int>(message->data.result)
                                  : static_cast<int>(CURLE_ABORTED_BY_CALLBACK);
    curl_multi_remove_handle(multi, transfer.easy());
    if (cancelled && message == nullptr) {
      return transfer.Failure(ErrorCode::kCancelled, "context canceled");
    }
    return code;
  }

  Transfer transfer;
  CURLM* multi = nullptr;
};

}  // namespace

struct HttpClient::Impl {
  std::shared_ptr<HttpProfile> profile;
  Mutex mutex;
  std::vector<std::unique_ptr<Runner>> idle GUARDED_BY(mutex);

  std::unique_ptr<Runner> Take() {
    {
      MutexLock lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Runner> runner = std::move(idle.back());
        idle.pop_back();
        return runner;
      }
    }
    return std::make_unique<Runner>(profile);
  }

  void Return(std::unique_ptr<Runner> runner) {
    MutexLock lock(mutex);
    if (idle.size() < kMaxIdleHandles) idle.push_back(std::move(runner));
  }
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::Make(HttpClientOptions options) {
  InitializeCurl();
  auto impl = std::make_unique<Impl>();
  impl->profile = TRY(MakeHttpProfile(std::move(options)));
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

Result<HttpResponse> HttpClient::Do(const HttpRequest& request) {
  OutgoingRequest outgoing;
  outgoing.method = request.method;
  outgoing.url = request.url;
  outgoing.headers = request.headers;
  outgoing.body = request.body;
  outgoing.timeout_ms = request.timeout_ms;
  outgoing.body_limit = request.body_limit == 0 ? kDefaultBodyLimit : request.body_limit;
  outgoing.cut_body = request.cut_body;
  int64_t start_ns = Clock::System()->MonotonicNs();
  TRY(impl_->profile->Authorize(request.cancelled, outgoing));
  // What a token has cost is part of the request's time.
  outgoing.timeout_ms -= (Clock::System()->MonotonicNs() - start_ns) / 1'000'000;
  std::unique_ptr<Runner> runner = impl_->Take();
  Result<void> begun = runner->transfer.Begin(std::move(outgoing), {});
  Result<HttpResponse> result =
      begun.ok() ? runner->Run(request) : Result<HttpResponse>(begun.error());
  impl_->Return(std::move(runner));
  if (!result.ok()) return result;
  HttpResponse response = std::move(*result);
  TRY(DecodeBody(response.headers.Get("Content-Encoding"), request.body_limit, response.body));
  return response;
}

}  // namespace watchfire::net
