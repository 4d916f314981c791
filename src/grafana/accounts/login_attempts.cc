#include "grafana/accounts/login_attempts.h"

#include <algorithm>

#include "base/text.h"

namespace watchfire::grafana {

std::string LoginAttempts::KeyOf(std::string_view login, std::string_view address) {
  return ToLowerUtf8(login.substr(0, 190)) + "\n" + std::string(address);
}

bool LoginAttempts::IsLocked(std::string_view login, std::string_view address, TimeMs now) {
  MutexLock lock(mutex_);
  auto found = failures_.find(KeyOf(login, address));
  if (found == failures_.end()) return false;
  std::deque<TimeMs>& times = found->second;
  while (!times.empty() && times.front() + kWindowMs <= now) times.pop_front();
  return times.size() >= kMostFailures;
}

bool LoginAttempts::AddFailure(std::string_view login, std::string_view address, TimeMs now) {
  MutexLock lock(mutex_);
  if (failures_.size() >= kMostPairs) MakeRoom(now);
  std::deque<TimeMs>& times = failures_[KeyOf(login, address)];
  times.push_back(now);
  if (times.size() > kMostFailures) times.pop_front();
  return times.size() == kMostFailures && times.front() + kWindowMs > now;
}

void LoginAttempts::Clear(std::string_view login, std::string_view address) {
  MutexLock lock(mutex_);
  failures_.erase(KeyOf(login, address));
}

void LoginAttempts::MakeRoom(TimeMs now) {
  std::erase_if(failures_, [&](const auto& pair) {
    return pair.second.empty() || pair.second.back() + kWindowMs <= now;
  });
  if (failures_.size() < kMostPairs) return;
  auto oldest = std::min_element(failures_.begin(), failures_.end(), [](auto& a, auto& b) {
    return a.second.back() < b.second.back();
  });
  failures_.erase(oldest);
}

}  // namespace watchfire::grafana
