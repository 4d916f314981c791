#pragma once
// Quantiles of a stream in bounded memory: the targeted form of Cormode, Korn, Muthukrishnan and
// Srivastava ("Effective computation of biased quantiles over data streams"). Each wanted quantile
// q is answered with a rank error of at most a tenth of its distance to the nearer end (0.5 ± 0.05,
// 0.9 ± 0.01, 0.99 ± 0.001). Up to kBuffer observations are kept as they are and answered exactly.
// Thread-compatible; owned by a Summary.

#include <cstddef>
#include <vector>

namespace watchfire::client {

class QuantileStream {
 public:
  static constexpr size_t kBuffer = 500;

  explicit QuantileStream(std::vector<double> quantiles);
  void Insert(double v);
  // NaN when nothing was inserted.
  double Query(double quantile);
  void Reset();
  size_t kept() const { return points_.size() + buffer_.size(); }

 private:
  // One kept observation: it stands for `width` of them, and its rank is uncertain by `delta`.
  struct Point {
    double value;
    double width;
    double delta;
  };
  struct Goal {
    double quantile;
    double error;
  };

  // How far a rank may be off without hurting any wanted quantile.
  double Allowance(double rank) const;
  void Flush();
  void Compress();

  std::vector<Goal> goals_;
  std::vector<double> buffer_;
  std::vector<Point> points_;  // ascending by value
  double count_ = 0;           // observations in points_
};

}  // namespace watchfire::client
