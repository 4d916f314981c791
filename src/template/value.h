#pragma once
// Value: what a template computes with. A template was written for Go's reflection, so a value
// knows its Go type name (error texts and %T show it) and whether it came out of an interface slot
// ("boxed": an element of []interface {}, a value of map[string]interface {}).
//
// Values are cheap to copy: texts and objects are shared or borrowed, never duplicated. Whoever
// makes a borrowed value (View, Borrow) keeps the thing alive for as long as the template runs.
//
// Object is the door for lists, maps and structs of the callers: they implement it over the data
// they have, and nothing is copied before a template asks for it. Objects are immutable here and
// are read by one thread at a time. An invalid value (the default) is Go's zero reflect.Value: the
// result of looking up what is not there; it prints as `<no value>`.

#include <complex>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace watchfire::templates {

class Value;
struct Call;

enum class Kind : uint8_t {
  kInvalid,
  kBool,
  kInt,
  kUint,
  kFloat,
  kComplex,
  kString,
  kList,
  kMap,
  kStruct
};

// The Go types that share a kind.
enum class NumberType : uint8_t {
  kInt,
  kInt64,
  kDuration,  // nanoseconds
  kMonth,
  kWeekday,
  kUint8,
  kUint64
};
enum class TextType : uint8_t { kString, kHtml, kHtmlAttribute, kUrl, kCss, kJs, kJsString };

// A method of a Go type: the receiver, then the arguments in `call`.
struct Method {
  std::string_view name;
  std::vector<std::string_view> parameters = {};  // Go types
  bool variadic = false;                          // the last parameter takes any number
  Result<Value> (*body)(const Value& self, Call& call) = nullptr;
};

class Object {
 public:
  virtual ~Object() = default;

  virtual Kind kind() const = 0;  // kList, kMap or kStruct
  // A leading '*' says that this is a pointer to a struct.
  virtual std::string_view type_name() const = 0;
  // The type behind a named one ("[]string" of template.Strings), which it may be passed for.
  virtual std::string_view underlying_type() const { return type_name(); }
  // "string", "interface {}" …: what a map gives for a key that is not there.
  virtual std::string_view element_type() const { return "interface {}"; }

  // Elements of a list, entries of a map, fields of a struct.
  virtual size_t size() const { return 0; }
  // An element; the value of a map's i-th key in order; the i-th field.
  virtual Value At(size_t i) const;
  // The i-th key of a map, in order; the name of the i-th field.
  virtual std::string_view NameAt(size_t) const { return {}; }
  // The i-th field's name in JSON.
  virtual std::string_view JsonNameAt(size_t i) const { return NameAt(i); }
  // A map's value or a struct's field; nullopt when there is none. Walks the names.
  virtual std::optional<Value> Find(std::string_view name) const;

  virtual std::span<const Method> methods() const { return {}; }
  // The String method, where the Go type has one.
  virtual std::optional<std::string> Text() const { return std::nullopt; }
  // What stands for it in JSON, as a text, where the Go type has such a form (a time).
  virtual std::optional<std::string> JsonText() const { return std::nullopt; }
  // Go's ==, for structs that have it.
  virtual bool Equals(const Object& other) const { return this == &other; }
  virtual bool comparable() const { return kind() == Kind::kStruct; }
};

class Value {
 public:
  Value() = default;   // invalid
  static Value Nil();  // a nil interface
  static Value Bool(bool v) { return Value(v); }
  static Value Int(int64_t v, NumberType type = NumberType::kInt);
  static Value Uint(uint64_t v, NumberType type = NumberType::kUint64);
  static Value Float(double v) { return Value(v); }
  static Value Complex(std::complex<double> v) { return Value(v); }
  static Value Text(std::string v, TextType type = TextType::kString);
  // Borrows: the bytes outlive the value.
  static Value View(std::string_view v, TextType type = TextType::kString);
  static Value Own(std::shared_ptr<const Object> v) { return Value(std::move(v)); }
  // Borrows: the object outlives the value.
  static Value Borrow(const Object& v);
  template <typename T, typename... Args>
  static Value Make(Args&&... args) {
    return Own(std::make_shared<const T>(std::forward<Args>(args)...));
  }
  // The zero value of a Go type, as far as elements of maps and lists have one.
  static Value Zero(std::string_view type);

  // As held by an interface slot, and taken out of it.
  Value Boxed() const;
  Value Unboxed() const;
  bool boxed() const { return boxed_; }

  Kind kind() const;
  bool valid() const { return kind() != Kind::kInvalid; }
  // What reflect's Type() prints: "string", "time.Duration", "template.KV", "*template.Data"; for
  // a boxed value "interface {}".
  std::string_view type_name() const;
  // The same of what is in the box.
  std::string_view held_type_name() const;
  bool AssignableTo(std::string_view type) const;

  // Each requires its kind.
  bool boolean() const { return std::get<bool>(data_); }
  int64_t integer() const { return std::get<Integer>(data_).value; }
  uint64_t unsigned_integer() const { return std::get<Unsigned>(data_).value; }
  double number() const { return std::get<double>(data_); }
  std::complex<double> complex() const { return std::get<std::complex<double>>(data_); }
  // Valid as long as a copy of this value.
  std::string_view text() const { return std::get<Bytes>(data_).view; }
  const Object& object() const { return *std::get<std::shared_ptr<const Object>>(data_); }
  // The object, if it is a T.
  template <typename T>
  const T* As() const {
    auto* object = std::get_if<std::shared_ptr<const Object>>(&data_);
    return object == nullptr ? nullptr : dynamic_cast<const T*>(object->get());
  }
  TextType text_type() const { return std::get<Bytes>(data_).type; }
  NumberType number_type() const;
  bool IsDuration() const;

  // Go's truth: false, 0, "", and empty lists and maps are not.
  bool Truth() const;
  // Elements of a list or map, bytes of a text; nullopt for other kinds.
  std::optional<size_t> Length() const;
  // What a String method gives, where the type has one.
  std::optional<std::string> StringMethod() const;
  const Method* FindMethod(std::string_view name) const;

 private:
  struct Integer {
    int64_t value = 0;
    NumberType type = NumberType::kInt;
  };
  struct Unsigned {
    uint64_t value = 0;
    NumberType type = NumberType::kUint64;
  };
  struct Bytes {
    std::string_view view;  // into `owner`, or borrowed
    std::shared_ptr<const std::string> owner;
    TextType type = TextType::kString;
  };
  using Data = std::variant<std::monostate, bool, Integer, Unsigned, double, std::complex<double>,
                            Bytes, std::shared_ptr<const Object>>;
  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
  bool boxed_ = false;
};

// Collections for functions that make new ones.
class List : public Object {
 public:
  // `type` and `underlying` are literals.
  explicit List(std::vector<Value> elements, std::string_view type = "[]interface {}",
                std::string_view underlying = {});
  Kind kind() const override { return Kind::kList; }
  std::string_view type_name() const override { return type_; }
  std::string_view underlying_type() const override { return underlying_; }
  std::string_view element_type() const override;
  size_t size() const override { return elements_.size(); }
  Value At(size_t i) const override;

 private:
  std::vector<Value> elements_;
  std::string_view type_;
  std::string_view underlying_;
};

class Map : public Object {
 public:
  using Entries = std::vector<std::pair<std::string, Value>>;
  // Sorts; of equal keys the last holds. `type` is a literal.
  explicit Map(Entries entries, std::string_view type = "map[string]interface {}");
  Kind kind() const override { return Kind::kMap; }
  std::string_view type_name() const override { return type_; }
  std::string_view element_type() const override;
  size_t size() const override { return entries_.size(); }
  Value At(size_t i) const override;
  std::string_view NameAt(size_t i) const override { return entries_[i].first; }
  std::optional<Value> Find(std::string_view name) const override;

 private:
  Entries entries_;
  std::string_view type_;
};

// Part [from, to) of a list, as Go's slice expression gives it. `list` is a list.
Value SliceList(const Value& list, size_t from, size_t to);
// A list of texts ("[]string").
Value MakeStrings(const std::vector<std::string>& texts);

// Methods of time.Duration, time.Month and time.Weekday; kept by duration.cc.
std::span<const Method> NumberMethods(NumberType type);
std::optional<std::string> NumberText(int64_t value, NumberType type);

}  // namespace watchfire::templates
