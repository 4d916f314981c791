#include "client/quantile_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace watchfire::client {

QuantileStream::QuantileStream(std::vector<double> quantiles) {
  for (double q : quantiles) {
    goals_.push_back({q, std::max(1e-4, std::min(q, 1 - q) / 10)});
  }
}

double QuantileStream::Allowance(double rank) const {
  double least = std::numeric_limits<double>::max();
  for (const Goal& goal : goals_) {
    double allowed;
    if (goal.quantile * count_ <= rank) {
      allowed = 2 * goal.error * rank / std::max(goal.quantile, goal.error);
    } else {
      allowed = 2 * goal.error * (count_ - rank) / std::max(1 - goal.quantile, goal.error);
    }
    least = std::min(least, allowed);
  }
  return least;
}

void QuantileStream::Insert(double v) {
  // A NaN has no rank and would break the order of all others.
  if (std::isnan(v)) return;
  buffer_.push_back(v);
  if (buffer_.size() >= kBuffer) Flush();
}

void QuantileStream::Flush() {
  if (buffer_.empty()) return;
  std::sort(buffer_.begin(), buffer_.end());
  std::vector<Point> merged;
  merged.reserve(points_.size() + buffer_.size());
  size_t next = 0;
  double rank = 0;
  for (double v : buffer_) {
    while (next < points_.size() && points_[next].value <= v) {
      rank += points_[next].width;
      merged.push_back(points_[next++]);
    }
    bool last = next == points_.size();
    double delta = last ? 0 : std::max(0.0, std::floor(Allowance(rank)) - 1);
    merged.push_back({v, 1, delta});
    count_ += 1;
    rank += 1;
  }
  merged.insert(merged.end(), points_.begin() + static_cast<std::ptrdiff_t>(next), points_.end());
  points_ = std::move(merged);
  buffer_.clear();
  Compress();
}

void QuantileStream::Compress() {
  if (points_.size() < 2) return;
  // Walks from the largest value down and lets each point swallow its lower neighbours.
  double rank = count_;
  std::vector<Point> kept;
  Point at = points_.back();
  rank -= at.width;
  for (size_t i = points_.size() - 1; i-- > 0;) {
    const Point& lower = points_[i];
    rank -= lower.width;
    if (lower.width + at.width + at.delta <= Allowance(rank)) {
      at.width += lower.width;
    } else {
      kept.push_back(at);
      at = lower;
    }
  }
  kept.push_back(at);
  std::reverse(kept.begin(), kept.end());
  points_ = std::move(kept);
}

double QuantileStream::Query(double quantile) {
  if (points_.empty()) {
    if (buffer_.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(buffer_.begin(), buffer_.end());
    auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(buffer_.size())));
    return buffer_[std::min(buffer_.size() - 1, rank > 0 ? rank - 1 : 0)];
  }
  Flush();
  double target = std::ceil(quantile * count_);
  target += std::ceil(Allowance(target) / 2);
  double rank = 0;
  for (size_t i = 0; i + 1 < points_.size(); ++i) {
    rank += points_[i].width;
    if (rank + points_[i + 1].width + points_[i + 1].delta > target) return points_[i].value;
  }
  return points_.back().value;
}

void QuantileStream::Reset() {
  buffer_.clear();
  points_.clear();
  count_ = 0;
}

}  // namespace watchfire::client
