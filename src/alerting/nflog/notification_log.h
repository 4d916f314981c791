#pragma once
// NotificationLog: what each integration was told last about each group, so that it is not told
// twice: neither at the next tick, nor after a restart, nor by a peer. One entry for each key; of
// two versions the later wins. Written in upstream's snapshot format
// (docs/format/alertmanager-state.md) and exchanged with peers in the same records. Thread-safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/alerts/notification.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "client/registry.h"
#include "model/labels.h"

namespace watchfire::alerting {

// Upstream's key of an entry: `<group key>:<receiver>/<integration>/<index>`.
struct NflogKey {
  std::string group_key;
  std::string receiver;
  std::string integration;
  uint32_t index = 0;
  std::string Text() const;
};

struct NflogEntry {
  int64_t timestamp_ns = 0;
  int64_t expires_at_ns = 0;
  // Sorted hashes of alerts (AlertHash).
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
  ReceiverData data;
};

// xxHash64 over `name \xff value \xff …` of the sorted labels: how entries name alerts.
uint64_t AlertHash(const model::Labels& labels);

class NotificationLog {
 public:
  struct Options {
    int64_t retention_ms = 120LL * 3'600'000;
    const Clock* clock = nullptr;
    client::Registry* registry = nullptr;  // may be null
  };
  explicit NotificationLog(Options options);
  ~NotificationLog();

  // Null: none, or expired.
  std::shared_ptr<const NflogEntry> Find(const NflogKey& key) const;
  // Writes an entry of now, or of just after the one that is there. It is kept for the retention
  // or, if that is shorter and not 0, for `expiry_ms`.
  void Log(const NflogKey& key, std::vector<uint64_t> firing, std::vector<uint64_t> resolved,
           ReceiverData data, int64_t expiry_ms);

  // Forgets what is expired; returns how many.
  size_t Gc(TimeMs now);
  // A snapshot. Missing file: fine. kCorrupt names the file and the place.
  Result<void> Load(const std::string& path, FileSystem& files);
  Result<void> Save(const std::string& path, FileSystem& files) const;

  // For peers: all records; records taken in (what was new is passed on through `broadcast`).
  // Damaged records are refused as a whole.
  std::string Marshal() const;
  Result<void> Merge(std::string_view records);
  // Called with the records of every change, outside of locks. Set before use.
  void SetBroadcast(std::function<void(std::string)> broadcast);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting
