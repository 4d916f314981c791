#pragma once
// SourceWatch: which data sources do not answer. One alert for each of them, once it has been
// silent for a minute, in place of one for each rule that asks it. No clock, no threads; its owner
// guards it.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "alerting/alerts/alert.h"
#include "base/clock.h"

namespace watchfire::grafana {

class SourceWatch {
 public:
  struct Failure {
    std::string source_uid, source_name, rule_title, error;
    TimeMs at = 0;
    int64_t interval_ms = 0;
    std::string external_url;
  };
  // The alert to send, if it is time: firing.
  std::vector<alerting::Alert> Failed(const Failure& failure);
  // It answered: the alert's end, if it was sent.
  std::vector<alerting::Alert> Answered(const std::string& source_uid, TimeMs at);

 private:
  struct Silent {
    TimeMs since = 0;
    std::set<std::string> rules;  // titles
    alerting::Alert alert;        // as it was sent
    bool sent = false;
  };
  std::map<std::string, Silent> silent_;
};

}  // namespace watchfire::grafana
