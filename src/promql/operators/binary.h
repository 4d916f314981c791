#pragma once
// What all binary operators share: arithmetic and comparison of two numbers, the same where a
// native histogram is involved, and the labels by which vectors are matched.

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "promql/operators/operator.h"

namespace watchfire::promql {

inline bool Compare(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kNotEqual:
      return a != b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kLessEqual:
      return a <= b;
    case BinaryOp::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

inline double Calculate(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMod:
      return std::fmod(a, b);
    case BinaryOp::kPow:
      return std::pow(a, b);
    default:
      return std::atan2(a, b);
  }
}

// One operand at one step.
struct Operand {
  double v = 0;
  HistogramPtr histogram;  // if set, instead of v
};

// What comes of an operation in which at least one side is a histogram, or that is for histograms
// only; nothing if there is no result. Notes what does not fit together.
std::optional<Operand> HistogramBinary(QueryContext& context, const BinaryExpr& expr,
                                       const Operand& lhs, const Operand& rhs);

// The labels that decide which series of two vectors belong together.
class Matching {
 public:
  explicit Matching(const BinaryExpr& expr);
  model::Labels Key(const model::Labels& labels) const {
    return on_ ? labels.Keep(names_) : labels.Drop(names_);
  }

 private:
  bool on_;
  std::vector<std::string> names_;  // sorted; with __name__ if they are ignored
};

// One bit a step.
class StepBits {
 public:
  explicit StepBits(size_t steps = 0) : words_((steps + 63) / 64) {}
  bool Get(size_t i) const { return (words_[i / 64] >> (i % 64)) & 1; }
  void Set(size_t i) { words_[i / 64] |= uint64_t{1} << (i % 64); }
  bool empty() const { return words_.empty(); }

 private:
  std::vector<uint64_t> words_;
};

}  // namespace watchfire::promql
