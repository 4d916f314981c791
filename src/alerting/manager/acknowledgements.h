#pragma once
// Acknowledgements: silences of exactly one alert that end when the alert does. They are ordinary
// silences with an annotation, so peers and restarts keep them; whoever holds the alert ends them.
//
// An alert ends by a report, or by its time passing: Heard looks at reports, Check at everything,
// every few seconds. An alert that is not known is somebody else's, unless it was acknowledged
// before this process began: then it may be ours and over, but for a while after a restart it may
// also not have been reported again yet. Thread-safe.

#include <map>
#include <string>
#include <vector>

#include "alerting/alerts/alert_store.h"
#include "alerting/silences/silences.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace watchfire::alerting {

class Acknowledgements {
 public:
  Acknowledgements(Silences* silences, const AlertStore* store, const Clock* clock);

  // The id of the silence, an older one if there is one. kNotFound, kInvalid: resolved already.
  Result<std::string> Acknowledge(uint64_t fingerprint, const std::string& by,
                                  const std::string& comment);
  void Heard(const std::vector<AlertPtr>& alerts);
  void Check();

 private:
  void End(uint64_t fingerprint, const std::vector<std::string>& ids);

  Silences* silences_;
  const AlertStore* store_;
  const Clock* clock_;
  const int64_t start_ns_;
  const TimeMs started_;
  Mutex mutex_;
  // Active ones as of the last Check, and those made since.
  std::map<uint64_t, std::vector<std::string>> ids_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::alerting
