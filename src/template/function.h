#pragma once
// Functions that templates call: a name, the Go types of its parameters (the executor checks them
// and words the errors), and a body. Tables of functions are static; what a body needs of the
// moment (the clock, a query) comes with the call as an Environment, which the owner of the table
// defines and casts back.
//
// Budget bounds what one execution may produce, in bytes and steps, so that no template can hang
// or eat the memory: whatever builds a text or a list charges it first. One execution's, one
// thread's.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "template/value.h"

namespace watchfire::templates {

struct Limits {
  size_t template_bytes = 1 << 20;  // of one text that is parsed
  size_t nesting = 300;             // actions, their bodies and parentheses inside each other
  size_t template_depth = 250;      // templates that call each other
  size_t output_bytes = 8 << 20;
  uint64_t work_bytes = 128 << 20;  // all texts and lists made while executing
  uint64_t steps = 5'000'000;       // nodes walked
};

class Budget {
 public:
  explicit Budget(const Limits& limits) : bytes_(limits.work_bytes), steps_(limits.steps) {}
  // kLimit when that was too much.
  Result<void> Charge(uint64_t bytes);
  Result<void> Step();
  uint64_t bytes_left() const { return bytes_; }

 private:
  uint64_t bytes_;
  uint64_t steps_;
};

class Environment {
 public:
  virtual ~Environment() = default;
};

struct Call {
  std::span<const Value> arguments;
  Budget& budget;
  const Environment* environment;

  const Value& operator[](size_t i) const { return arguments[i]; }
  size_t size() const { return arguments.size(); }
};

// Parameter types with a meaning of their own: anything, nil as its zero; and Go's reflect.Value,
// which takes nil as no value.
inline constexpr std::string_view kAnyType = "interface {}";
inline constexpr std::string_view kReflectType = "reflect.Value";

struct Function {
  std::string_view name;
  std::vector<std::string_view> parameters = {};
  bool variadic = false;
  Result<Value> (*body)(Call& call) = nullptr;
};

class FunctionTable {
 public:
  explicit FunctionTable(std::vector<Function> functions);
  // Both tables in one; of equal names the later holds.
  FunctionTable(const FunctionTable& base, std::vector<Function> functions);
  const Function* Find(std::string_view name) const;

 private:
  std::vector<Function> functions_;  // sorted by name
};

// and or not len index slice print printf println html js urlquery call eq ne lt le gt ge.
const FunctionTable& Builtins();
// Whether Go treats the name as its own and/or, which do not evaluate more than they need.
bool ShortCircuits(std::string_view name);

Result<Value> Equal(Call& call);
Result<Value> NotEqual(Call& call);
Result<Value> Less(Call& call);
Result<Value> LessOrEqual(Call& call);
Result<Value> Greater(Call& call);
Result<Value> GreaterOrEqual(Call& call);

// Go's template.HTMLEscapeString, JSEscapeString and url.QueryEscape.
std::string EscapeHtml(std::string_view text);
std::string EscapeJs(std::string_view text);
std::string EscapeQuery(std::string_view text);

}  // namespace watchfire::templates
