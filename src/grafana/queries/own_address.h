#pragma once
// Finds out whether a data source's address is this very server, so that its queries need no
// network: by its name and port, by the addresses that its name has, or because it is one of the
// names that everybody writes (`prometheus:9090` of a compose file, `localhost:9090`) and nobody
// answers there. Internal to this room.
//
// Thread-safe. A decision holds for a minute; finding out takes the caller's thread a second at
// most, and never the same one twice at the same time.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "net/name_lookup.h"

namespace watchfire::grafana {

class OwnAddress {
 public:
  enum class Kind : uint8_t { kOther, kOwn, kNobodyElse };
  struct Decision {
    Kind kind = Kind::kOther;
    std::string reason;  // a sentence; "" for kOther
  };
  using Addresses = std::function<std::vector<std::string>()>;

  OwnAddress(Addresses own, std::string prefix, const Clock* clock);

  Decision Decide(const std::string& url);

 private:
  struct Known {
    Decision decision;
    int64_t until_ns = 0;
    bool asking = false;
  };
  Decision FindOut(const std::string& url, bool* sure);

  const Addresses own_;
  const std::string prefix_;
  const Clock* const clock_;
  Mutex mutex_;
  CondVar decided_;
  std::map<std::string, Known> known_ GUARDED_BY(mutex_);  // by url
  net::NameLookup lookup_;
};

}  // namespace watchfire::grafana
