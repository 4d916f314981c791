// eq, ne, lt, le, gt, ge: values of basic kinds, integers with and without sign mixed, nothing else
// across kinds.

#include "template/format.h"
#include "template/function.h"

namespace watchfire::templates {
namespace {

// Kinds that can be told apart and put in order; all the others are kInvalid.
Kind BasicKind(const Value& value) {
  switch (value.kind()) {
    case Kind::kList:
    case Kind::kMap:
    case Kind::kStruct:
      return Kind::kInvalid;
    default:
      return value.kind();
  }
}

Error BadTypes() {
  return Error::Invalid("incompatible types for comparison");
}

int CompareInts(int64_t a, uint64_t b) {
  if (a < 0) return -1;
  auto x = static_cast<uint64_t>(a);
  return x < b ? -1 : x > b ? 1 : 0;
}

Result<bool> EqualObjects(const Value& a, const Value& b) {
  if (a.kind() != b.kind() && a.valid() && b.valid()) {
    return Error::Invalid("non-comparable types {}: {}, {}: {}", Describe(a), a.held_type_name(),
                          b.held_type_name(), Describe(b));
  }
  if (!a.valid() || !b.valid()) return a.valid() == b.valid();
  if (!b.object().comparable()) {
    return Error::Invalid("non-comparable type {}: {}", Describe(b), b.held_type_name());
  }
  return a.held_type_name() == b.held_type_name() && a.object().Equals(b.object());
}

Result<bool> EqualValues(const Value& a, const Value& b) {
  Kind ka = BasicKind(a);
  Kind kb = BasicKind(b);
  if (ka == Kind::kInt && kb == Kind::kUint) {
    return CompareInts(a.integer(), b.unsigned_integer()) == 0;
  }
  if (ka == Kind::kUint && kb == Kind::kInt) {
    return CompareInts(b.integer(), a.unsigned_integer()) == 0;
  }
  if (ka != kb) {
    if (a.valid() && b.valid()) return BadTypes();
    return false;
  }
  switch (ka) {
    case Kind::kBool:
      return a.boolean() == b.boolean();
    case Kind::kInt:
      return a.integer() == b.integer();
    case Kind::kUint:
      return a.unsigned_integer() == b.unsigned_integer();
    case Kind::kFloat:
      return a.number() == b.number();
    case Kind::kComplex:
      return a.complex() == b.complex();
    case Kind::kString:
      return a.text() == b.text();
    default:
      return EqualObjects(a, b);
  }
}

Result<bool> LessValues(const Value& a, const Value& b) {
  Kind ka = BasicKind(a);
  Kind kb = BasicKind(b);
  if (ka == Kind::kInvalid || kb == Kind::kInvalid) {
    return Error::Invalid("invalid type for comparison");
  }
  if (ka == Kind::kInt && kb == Kind::kUint) {
    return CompareInts(a.integer(), b.unsigned_integer()) < 0;
  }
  if (ka == Kind::kUint && kb == Kind::kInt) {
    return CompareInts(b.integer(), a.unsigned_integer()) > 0;
  }
  if (ka != kb) return BadTypes();
  switch (ka) {
    case Kind::kInt:
      return a.integer() < b.integer();
    case Kind::kUint:
      return a.unsigned_integer() < b.unsigned_integer();
    case Kind::kFloat:
      return a.number() < b.number();
    case Kind::kString:
      return a.text() < b.text();
    default:
      return Error::Invalid("invalid type for comparison");
  }
}

Result<bool> LessOrEqualValues(const Value& a, const Value& b) {
  if (TRY(LessValues(a, b))) return true;
  return EqualValues(a, b);
}

}  // namespace

Result<Value> Equal(Call& call) {
  if (call.size() < 2) return Error::Invalid("missing argument for comparison");
  for (const Value& other : call.arguments.subspan(1)) {
    if (TRY(EqualValues(call[0], other))) return Value::Bool(true);
  }
  return Value::Bool(false);
}

Result<Value> NotEqual(Call& call) {
  return Value::Bool(!TRY(EqualValues(call[0], call[1])));
}

Result<Value> Less(Call& call) {
  return Value::Bool(TRY(LessValues(call[0], call[1])));
}

Result<Value> LessOrEqual(Call& call) {
  return Value::Bool(TRY(LessOrEqualValues(call[0], call[1])));
}

Result<Value> Greater(Call& call) {
  return Value::Bool(!TRY(LessOrEqualValues(call[0], call[1])));
}

Result<Value> GreaterOrEqual(Call& call) {
  return Value::Bool(!TRY(LessValues(call[0], call[1])));
}

}  // namespace watchfire::templates
