#pragma once
// The language of math expressions: `$A / ($B + 1) > 0.5 && !is_nan($C)`. Text to tree, with the
// place of what is wrong. Internal to this room; pure functions, bounded in length and depth.
//
// From weak to strong, all to the left: || · && · comparisons · + - · * / % · ** · ! and -.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace watchfire::grafana {

enum class MathOp : uint8_t {
  kNumber,
  kVariable,
  kCall,
  kNot,
  kNegate,
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
};

struct MathNode {
  MathOp op = MathOp::kNumber;
  double number = 0;
  std::string name;  // of a variable or a function
  std::vector<std::unique_ptr<MathNode>> args;
};
using MathTree = std::unique_ptr<MathNode>;

// Functions without an argument give a constant, the others look at each value.
bool IsMathConstant(std::string_view name);

// kInvalid: `1:6: expected a value, found ")"`.
Result<MathTree> ParseMath(std::string_view text);
// Variables of a tree, each once, in their order.
std::vector<std::string> MathVariables(const MathNode& tree);

}  // namespace watchfire::grafana
