#pragma once
// Failed logins of the last minutes, by name and address, so that passwords cannot be tried out:
// five failures lock the pair until the oldest of them is five minutes old. In memory alone; at
// most kMostPairs pairs, of which the one that failed longest ago makes room. Thread-safe.

#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"

namespace watchfire::grafana {

class LoginAttempts {
 public:
  static constexpr size_t kMostFailures = 5;
  static constexpr int64_t kWindowMs = 300'000;
  static constexpr size_t kMostPairs = 10'000;

  bool IsLocked(std::string_view login, std::string_view address, TimeMs now);
  // True: this failure locked the pair.
  bool AddFailure(std::string_view login, std::string_view address, TimeMs now);
  void Clear(std::string_view login, std::string_view address);

 private:
  static std::string KeyOf(std::string_view login, std::string_view address);
  void MakeRoom(TimeMs now) REQUIRES(mutex_);

  Mutex mutex_;
  std::map<std::string, std::deque<TimeMs>> failures_ GUARDED_BY(mutex_);
};

}  // namespace watchfire::grafana
