#pragma once
// SendQueue: the alerts that one Alertmanager is still to be told, and the way to tell it. Senders:
// the threads that do so, one a queue as long as there are few. A queue waits for its turn in the
// senders' line, at most once, and is served by one thread at a time, so that batches arrive in
// order. Both are thread-safe.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/thread.h"
#include "net/http_client.h"
#include "rules/notifier/alertmanager_target.h"
#include "rules/notifier/notifier_metrics.h"

namespace watchfire::rules {

// The body of a POST to /api/v2/alerts.
std::string AlertsToJson(const std::vector<alerting::AlertPtr>& alerts);

class SendQueue {
 public:
  struct Options {
    size_t capacity = 10'000;
    size_t batch_size = 256;
    int64_t timeout_ms = 10'000;
    const Clock* clock = nullptr;
  };

  SendQueue(AlertmanagerUrl url, std::shared_ptr<net::HttpClient> client, Options options,
            std::shared_ptr<UrlMetrics> metrics)
      : url_(std::move(url)),
        client_(std::move(client)),
        options_(options),
        metrics_(std::move(metrics)) {}
  ~SendQueue();

  const AlertmanagerUrl& url() const { return url_; }

  // Whether the queue is to get in line now.
  bool Push(const std::vector<alerting::AlertPtr>& alerts);
  // Takes no more alerts; what is queued is sent (`drain`) or dropped.
  void Retire(bool drain);
  // Sends one batch. Whether there is more to send.
  bool Serve(const std::shared_ptr<const std::atomic<bool>>& cancelled);

 private:
  std::vector<alerting::AlertPtr> TakeBatch();
  Result<void> Send(const std::vector<alerting::AlertPtr>& batch,
                    const std::shared_ptr<const std::atomic<bool>>& cancelled);
  size_t DropAll() REQUIRES(mutex_);

  const AlertmanagerUrl url_;
  const std::shared_ptr<net::HttpClient> client_;
  const Options options_;
  const std::shared_ptr<UrlMetrics> metrics_;

  Mutex mutex_;
  std::deque<alerting::AlertPtr> alerts_ GUARDED_BY(mutex_);
  bool in_line_ GUARDED_BY(mutex_) = false;  // or served
  bool retired_ GUARDED_BY(mutex_) = false;
};

class Senders {
 public:
  ~Senders() { Stop(/*drain=*/false); }

  // There are threads for so many queues, up to a bound; they stay.
  void Provide(size_t queues);
  // After Push said so.
  void Line(std::shared_ptr<SendQueue> queue);
  // Serves the line to its end, unless not `drain`; then requests are cancelled. Idempotent.
  void Stop(bool drain);

 private:
  void Run();

  const std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::shared_ptr<SendQueue>> line_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::rules
