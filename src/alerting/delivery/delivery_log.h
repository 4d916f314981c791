#pragma once
// DeliveryLog: the memory of who was told what, when and why, and why not. It takes the records of
// flushes, keeps them in the server's SQLite file for the retention, and answers by alert,
// receiver, integration, outcome and time. A tick at which nothing was to be said is counted on the
// row of the tick before it, so that a quiet group costs one row, not one a tick.
//
// Record only queues (the oldest are dropped, and counted, if the disk cannot follow); a thread of
// its own writes in batches. Thread-safe.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/alerts/flush_record.h"
#include "base/clock.h"
#include "base/result.h"
#include "client/registry.h"
#include "store/database.h"

namespace watchfire::alerting {

// One integration's part of a flush, or (integration "") a flush in which everything was muted.
struct Delivery {
  int64_t id = 0;
  TimeMs tick = 0;       // of the first of these ticks
  TimeMs last_tick = 0;  // of the last
  int64_t ticks = 1;
  std::string receiver;
  std::string integration;
  size_t index = 0;
  std::string route_id;
  std::string group_key;
  model::Labels group_labels;
  // "delivered", "failed", "skipped" (nothing was to be said), "muted", "running" never.
  std::string outcome;
  std::string reason;    // ReasonText
  std::string decision;  // in words
  bool test = false;
  struct AlertPart {
    uint64_t fingerprint = 0;
    model::Labels labels;
    bool resolved = false;
    std::string muted;  // MuteKindText, "" if not
    std::vector<std::string> muted_by;
  };
  size_t alert_count = 0;
  std::vector<AlertPart> alerts;  // of Find at most kMaxAlertsFound, the one asked for among them
  std::vector<AttemptRecord> attempts;  // bodies only where one delivery is asked for
};

inline constexpr size_t kMaxAlertsFound = 100;

struct DeliveryQuery {
  std::optional<uint64_t> fingerprint{};
  std::string receiver{};     // exact; "": any
  std::string integration{};  // exact; "": any
  std::string group_key{};
  std::string outcome{};
  // With ticks from start on, and not all after end.
  TimeMs start = kMinTime;
  TimeMs end = kMaxTime;
  int64_t before_id = INT64_MAX;  // for the next page
  size_t limit = 100;             // at most 1000
};

class DeliveryLog : public FlushLog {
 public:
  struct Options {
    int64_t retention_ms = 30LL * 24 * 3'600'000;
    size_t max_rows = 200'000;
    size_t queue_capacity = 10'000;
    const Clock* clock = nullptr;
    client::Registry* registry = nullptr;  // may be null
  };
  // Makes its tables. The database outlives the log.
  static Result<std::unique_ptr<DeliveryLog>> Open(store::Database* database, Options options);
  // Writes what is queued.
  ~DeliveryLog() override;

  void Record(FlushRecord record) override;
  // Newest first. kInvalid: the outcome is none.
  Result<std::vector<Delivery>> Find(const DeliveryQuery& query) const;
  // With bodies. kNotFound.
  Result<Delivery> Get(int64_t id) const;
  // Waits until all that was recorded before is written; for tests and shutdown.
  void Flush();

 private:
  struct Impl;
  explicit DeliveryLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting
