#include "rules/notifier/send_queue.h"

#include "base/log.h"
#include "codec/json_writer.h"

namespace watchfire::rules {
namespace {

constexpr size_t kMaxThreads = 64;
// Alertmanager answers with nothing, or with a line.
constexpr uint64_t kMaxAnswerBytes = 1 << 20;

}  // namespace

std::string AlertsToJson(const std::vector<alerting::AlertPtr>& alerts) {
  codec::JsonWriter json;
  json.BeginArray();
  for (const alerting::AlertPtr& alert : alerts) {
    json.BeginObject();
    if (!alert->annotations.empty()) {
      json.Key("annotations").BeginObject();
      for (const auto& [name, value] : alert->annotations) json.Field(name, value);
      json.EndObject();
    }
    json.Field("endsAt", alerting::FormatMillis(alert->ends_at));
    json.Field("startsAt", alerting::FormatMillis(alert->starts_at));
    if (!alert->generator_url.empty()) json.Field("generatorURL", alert->generator_url);
    json.Key("labels").BeginObject();
    for (const model::LabelView& label : alert->labels) json.Field(label.name, label.value);
    json.EndObject().EndObject();
  }
  json.EndArray();
  return json.Take();
}

SendQueue::~SendQueue() {
  MutexLock lock(mutex_);
  DropAll();
}

size_t SendQueue::DropAll() {
  size_t count = alerts_.size();
  alerts_.clear();
  metrics_->dropped.Increment(static_cast<double>(count));
  metrics_->queue_length.Decrement(static_cast<double>(count));
  return count;
}

bool SendQueue::Push(const std::vector<alerting::AlertPtr>& alerts) {
  size_t dropped = 0;
  bool line_up = false;
  {
    MutexLock lock(mutex_);
    if (retired_) return false;
    size_t before = alerts_.size();
    alerts_.insert(alerts_.end(), alerts.begin(), alerts.end());
    for (; alerts_.size() > options_.capacity; ++dropped) alerts_.pop_front();
    line_up = !in_line_ && !alerts_.empty();
    in_line_ = in_line_ || line_up;
    metrics_->queue_length.Increment(static_cast<double>(alerts_.size()) -
                                     static_cast<double>(before));
    metrics_->dropped.Increment(static_cast<double>(dropped));
  }
  if (dropped > 0) {
    WF_LOG(kWarn, "Alert notification queue full, dropping alerts", {"component", "notifier"},
           {"alertmanager", url_.shown}, {"count", dropped});
  }
  return line_up;
}

void SendQueue::Retire(bool drain) {
  size_t dropped = 0;
  {
    MutexLock lock(mutex_);
    retired_ = true;
    if (!drain) dropped = DropAll();
  }
  if (dropped > 0) {
    WF_LOG(kWarn, "Alert notification queue not drained on shutdown, dropping alerts",
           {"component", "notifier"}, {"alertmanager", url_.shown}, {"count", dropped});
  }
}

std::vector<alerting::AlertPtr> SendQueue::TakeBatch() {
  MutexLock lock(mutex_);
  auto size = static_cast<ptrdiff_t>(std::min(alerts_.size(), options_.batch_size));
  std::vector<alerting::AlertPtr> batch(alerts_.begin(), alerts_.begin() + size);
  alerts_.erase(alerts_.begin(), alerts_.begin() + size);
  metrics_->queue_length.Decrement(static_cast<double>(size));
  return batch;
}

bool SendQueue::Serve(const std::shared_ptr<const std::atomic<bool>>& cancelled) {
  std::vector<alerting::AlertPtr> batch = TakeBatch();
  auto count = static_cast<double>(batch.size());
  int64_t start_ns = options_.clock->MonotonicNs();
  Result<void> sent = batch.empty() ? Result<void>() : Send(batch, cancelled);
  if (!sent.ok()) {
    WF_LOG(kError, "Error sending alerts", {"component", "notifier"}, {"alertmanager", url_.shown},
           {"count", batch.size()}, {"err", sent.error()});
    metrics_->errors.Increment(count);
    metrics_->dropped.Increment(count);
  } else if (!batch.empty()) {
    double seconds = static_cast<double>(options_.clock->MonotonicNs() - start_ns) / 1e9;
    metrics_->latency.Observe(seconds);
    metrics_->latency_histogram.Observe(seconds);
    metrics_->sent.Increment(count);
  }
  MutexLock lock(mutex_);
  // Who is leaving must not wait for one that does not answer.
  if (retired_ && !sent.ok()) DropAll();
  in_line_ = !alerts_.empty();
  return in_line_;
}

Result<void> SendQueue::Send(const std::vector<alerting::AlertPtr>& batch,
                             const std::shared_ptr<const std::atomic<bool>>& cancelled) {
  net::HttpRequest request;
  request.method = "POST";
  request.url = url_.url;
  request.headers.Set("Content-Type", "application/json");
  request.body = AlertsToJson(batch);
  request.timeout_ms = options_.timeout_ms;
  request.body_limit = kMaxAnswerBytes;
  request.cancelled = cancelled;
  net::HttpResponse response = TRY(client_->Do(request));
  if (response.status / 100 != 2) {
    return Error::Io("bad response status {} {}", response.status,
                     net::StatusText(response.status));
  }
  return {};
}

void Senders::Provide(size_t queues) {
  MutexLock lock(mutex_);
  while (!stopping_ && threads_.size() < std::min(queues, kMaxThreads)) {
    threads_.emplace_back(fmt::format("notify-{}", threads_.size()), [this] { Run(); });
  }
}

void Senders::Line(std::shared_ptr<SendQueue> queue) {
  MutexLock lock(mutex_);
  if (stopping_) return;
  line_.push_back(std::move(queue));
  wake_.NotifyOne();
}

void Senders::Stop(bool drain) {
  std::vector<Thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    if (!drain) {
      *cancelled_ = true;
      line_.clear();
    }
    threads = std::move(threads_);
    threads_.clear();
    wake_.NotifyAll();
  }
  for (Thread& thread : threads) thread.Join();
}

void Senders::Run() {
  while (true) {
    std::shared_ptr<SendQueue> queue;
    {
      MutexLock lock(mutex_);
      while (line_.empty() && !stopping_) wake_.Wait(mutex_);
      if (line_.empty()) return;
      queue = std::move(line_.front());
      line_.pop_front();
    }
    if (!queue->Serve(cancelled_)) continue;
    // The thread that put it back takes it again if nobody else does, also at the end.
    MutexLock lock(mutex_);
    if (!*cancelled_) line_.push_back(std::move(queue));
  }
}

}  // namespace watchfire::rules
