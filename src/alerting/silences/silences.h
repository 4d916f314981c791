#pragma once
// Silences: who asked that which alerts be kept quiet, from when to when, and the quick answer to
// "is this alert silenced now". A silence is never deleted, only expired, and forgotten when its
// retention is over. Look-ups go through an index of matchers, never over all silences.
//
// State is written in upstream's snapshot format (docs/format/alertmanager-state.md) and exchanged
// with peers in the same records; of two versions of a silence the one updated later wins.
// Thread-safe.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/amconfig/matcher.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "client/registry.h"
#include "model/labels.h"

namespace watchfire::alerting {

enum class SilenceState : uint8_t { kPending, kActive, kExpired };
std::string_view SilenceStateText(SilenceState state);  // "pending", …

struct Silence {
  std::string id;  // UUID; "": a new one
  // Any of the sets must match; the API knows exactly one.
  std::vector<amconfig::Matchers> matcher_sets;
  std::vector<amconfig::Matchers> receiver_matcher_sets;  // kept, not used, as upstream does
  int64_t starts_at_ns = 0;                               // 0: not set
  int64_t ends_at_ns = 0;                                 // it ends at this moment, not after it
  int64_t updated_at_ns = 0;
  std::string created_by;
  std::string comment;
  std::map<std::string, std::string> annotations;

  SilenceState StateAt(TimeMs now) const;
};

// The annotation of a silence that ends with its alert: the alert's fingerprint as 16 digits.
inline constexpr std::string_view kAcknowledgedAnnotation = "watchfire/acknowledged";

class Silences {
 public:
  struct Options {
    int64_t retention_ms = 120LL * 3'600'000;
    size_t max_silences = 0;            // expired ones count; 0: no limit
    size_t max_silence_size_bytes = 0;  // 0: no limit
    bool log = false;                   // --log.silences: creation, change and end
    // What names of labels may look like in new silences.
    amconfig::MatcherSyntax syntax = amconfig::MatcherSyntax::kFallback;
    const Clock* clock = nullptr;
    client::Registry* registry = nullptr;  // may be null
  };
  explicit Silences(Options options);
  ~Silences();

  // Creates or changes; returns the id, which is a new one where a change made another silence of
  // it (upstream's rules). kNotFound: there is no such id. kInvalid: `invalid silence: …`.
  // kLimit: too many, or too large.
  Result<std::string> Set(Silence silence);
  // Ends it now; one that ended stays as it is. kNotFound as for Get.
  Result<void> Expire(const std::string& id);
  Result<Silence> Get(const std::string& id) const;
  std::vector<Silence> All() const;  // by id

  // Ids of the active silences that match, sorted. The fingerprint is the key of what is remembered
  // about these labels; Forget drops it.
  std::vector<std::string> MutedBy(uint64_t fingerprint, const model::Labels& labels,
                                   TimeMs now) const;
  void Forget(uint64_t fingerprint);
  // Those that would match, pending ones too; for people.
  std::vector<Silence> Matching(const model::Labels& labels, TimeMs now) const;

  // Forgets what ended longer ago than the retention; returns how many.
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
  std::shared_ptr<Impl> impl_;
};

}  // namespace watchfire::alerting
