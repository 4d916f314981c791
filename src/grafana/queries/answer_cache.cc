#include "grafana/queries/answer_cache.h"

namespace watchfire::grafana {
namespace {

constexpr int64_t kCancelPollMs = 50;
// Of an entry besides its text: keys, list and table nodes.
constexpr size_t kEntryBytes = 512;

}  // namespace

AnswerCache::AnswerCache(Options options, client::Registry* registry, const Clock* clock)
    : options_(options), clock_(clock) {
  if (registry == nullptr) return;
  client::Family<client::Counter>& answers = registry->AddCounterFamily(
      "watchfire_grafana_query_answers_total",
      "Answers to queries of dashboards: made, joined while another waited, or kept.", {"from"});
  misses_ = &answers.With({"made"});
  joined_ = &answers.With({"joined"});
  hits_ = &answers.With({"kept"});
}

QueryAnswer AnswerCache::Get(const std::string& key, const std::atomic<bool>* cancelled,
                             const std::function<Made()>& make) {
  auto count = [](client::Counter* counter) {
    if (counter != nullptr) counter->Increment();
  };
  std::shared_ptr<Running> mine;
  {
    MutexLock lock(mutex_);
    while (true) {
      Drop();
      if (auto kept = by_key_.find(key); kept != by_key_.end()) {
        count(hits_);
        return kept->second->answer;
      }
      auto found = running_.find(key);
      if (found == running_.end()) break;
      std::shared_ptr<Running> other = found->second;
      while (!other->done) {
        if (cancelled != nullptr && *cancelled)
          return {499, "canceled: query was canceled", "", {}};
        if (cancelled == nullptr) {
          done_.Wait(mutex_);
        } else {
          done_.WaitFor(mutex_, kCancelPollMs);
        }
      }
      if (other->made.cancelled) continue;
      count(joined_);
      return other->made.answer;
    }
    mine = std::make_shared<Running>();
    running_.emplace(key, mine);
  }
  count(misses_);
  Made made;
  try {
    made = make();
  } catch (...) {
    // Memory has run out, say: those who wait ask for themselves.
    made.cancelled = true;
    Finish(key, *mine, made);
    throw;
  }
  Finish(key, *mine, made);
  return made.answer;
}

void AnswerCache::Finish(const std::string& key, Running& running, const Made& made) {
  MutexLock lock(mutex_);
  running.made = made;
  running.done = true;
  running_.erase(key);
  if (!made.cancelled) Keep(key, made.answer);
  done_.NotifyAll();
}

void AnswerCache::Drop() {
  int64_t now = clock_->MonotonicNs();
  while (!entries_.empty() && (entries_.front().until_ns <= now || bytes_ > options_.max_bytes)) {
    bytes_ -= entries_.front().size;
    by_key_.erase(entries_.front().key);
    entries_.pop_front();
  }
}

void AnswerCache::Keep(const std::string& key, const QueryAnswer& answer) {
  size_t size = kEntryBytes + 2 * key.size() + answer.error.size() +
                (answer.frames == nullptr ? 0 : answer.frames->capacity());
  if (size > options_.max_bytes / 4) return;
  int64_t until = clock_->MonotonicNs() + options_.keep_ms * 1'000'000;
  entries_.push_back({key, answer, size, until});
  by_key_[key] = std::prev(entries_.end());
  bytes_ += size;
  Drop();
}

size_t AnswerCache::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

}  // namespace watchfire::grafana
