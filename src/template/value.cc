#include "template/value.h"

#include <algorithm>

#include "base/check.h"

namespace watchfire::templates {
namespace {

constexpr std::string_view kInterface = "interface {}";

std::string_view NumberTypeName(NumberType type) {
  switch (type) {
    case NumberType::kInt:
      return "int";
    case NumberType::kInt64:
      return "int64";
    case NumberType::kDuration:
      return "time.Duration";
    case NumberType::kMonth:
      return "time.Month";
    case NumberType::kWeekday:
      return "time.Weekday";
    case NumberType::kUint8:
      return "uint8";
    case NumberType::kUint64:
      return "uint64";
  }
  return "int";
}

std::string_view TextTypeName(TextType type) {
  switch (type) {
    case TextType::kString:
      return "string";
    case TextType::kHtml:
      return "template.HTML";
    case TextType::kHtmlAttribute:
      return "template.HTMLAttr";
    case TextType::kUrl:
      return "template.URL";
    case TextType::kCss:
      return "template.CSS";
    case TextType::kJs:
      return "template.JS";
    case TextType::kJsString:
      return "template.JSStr";
  }
  return "string";
}

// "[]string" → "string", "map[string]int" → "int".
std::string_view ElementOf(std::string_view type) {
  size_t end = type.find(']');
  return end == std::string_view::npos ? kInterface : type.substr(end + 1);
}

class ListPart : public Object {
 public:
  ListPart(Value list, size_t from, size_t to) : list_(std::move(list)), from_(from), to_(to) {}
  Kind kind() const override { return Kind::kList; }
  std::string_view type_name() const override { return list_.object().type_name(); }
  std::string_view underlying_type() const override { return list_.object().underlying_type(); }
  std::string_view element_type() const override { return list_.object().element_type(); }
  size_t size() const override { return to_ - from_; }
  Value At(size_t i) const override { return list_.object().At(from_ + i); }
  std::span<const Method> methods() const override { return list_.object().methods(); }

 private:
  Value list_;
  size_t from_;
  size_t to_;
};

}  // namespace

Value Object::At(size_t) const {
  return {};
}

std::optional<Value> Object::Find(std::string_view name) const {
  for (size_t i = 0; i < size(); ++i) {
    if (NameAt(i) == name) return At(i);
  }
  return std::nullopt;
}

Value Value::Nil() {
  Value v;
  v.boxed_ = true;
  return v;
}

Value Value::Int(int64_t v, NumberType type) {
  return Value(Data(Integer{v, type}));
}

Value Value::Uint(uint64_t v, NumberType type) {
  return Value(Data(Unsigned{v, type}));
}

Value Value::Text(std::string v, TextType type) {
  auto owner = std::make_shared<const std::string>(std::move(v));
  std::string_view view = *owner;
  return Value(Data(Bytes{view, std::move(owner), type}));
}

Value Value::View(std::string_view v, TextType type) {
  return Value(Data(Bytes{v, nullptr, type}));
}

Value Value::Borrow(const Object& v) {
  return Value(Data(std::shared_ptr<const Object>(std::shared_ptr<const Object>(), &v)));
}

Value Value::Zero(std::string_view type) {
  if (type == "string") return View("");
  if (type == "int") return Int(0);
  if (type == "float64") return Float(0);
  if (type == "bool") return Bool(false);
  return Nil();
}

Value Value::Boxed() const {
  Value v = *this;
  v.boxed_ = true;
  return v;
}

Value Value::Unboxed() const {
  Value v = *this;
  v.boxed_ = false;
  return v;
}

Kind Value::kind() const {
  switch (data_.index()) {
    case 1:
      return Kind::kBool;
    case 2:
      return Kind::kInt;
    case 3:
      return Kind::kUint;
    case 4:
      return Kind::kFloat;
    case 5:
      return Kind::kComplex;
    case 6:
      return Kind::kString;
    case 7:
      return object().kind();
    default:
      return Kind::kInvalid;
  }
}

std::string_view Value::type_name() const {
  return boxed_ ? kInterface : held_type_name();
}

std::string_view Value::held_type_name() const {
  switch (kind()) {
    case Kind::kInvalid:
      return "<nil>";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
    case Kind::kUint:
      return NumberTypeName(number_type());
    case Kind::kFloat:
      return "float64";
    case Kind::kComplex:
      return "complex128";
    case Kind::kString:
      return TextTypeName(text_type());
    case Kind::kList:
    case Kind::kMap:
    case Kind::kStruct:
      return object().type_name();
  }
  return {};
}

bool Value::AssignableTo(std::string_view type) const {
  std::string_view held = held_type_name();
  if (type == kInterface || held == type) return true;
  if (held.starts_with('*') && held.substr(1) == type) return true;  // what it points to
  Kind k = kind();
  return (k == Kind::kList || k == Kind::kMap) && object().underlying_type() == type;
}

NumberType Value::number_type() const {
  if (auto* integer = std::get_if<Integer>(&data_)) return integer->type;
  return std::get<Unsigned>(data_).type;
}

bool Value::IsDuration() const {
  return kind() == Kind::kInt && number_type() == NumberType::kDuration;
}

bool Value::Truth() const {
  switch (kind()) {
    case Kind::kInvalid:
      return false;
    case Kind::kBool:
      return boolean();
    case Kind::kInt:
      return integer() != 0;
    case Kind::kUint:
      return unsigned_integer() != 0;
    case Kind::kFloat:
      return number() != 0;
    case Kind::kComplex:
      return complex() != std::complex<double>();
    case Kind::kString:
      return !text().empty();
    case Kind::kList:
    case Kind::kMap:
      return object().size() > 0;
    case Kind::kStruct:
      return true;
  }
  return false;
}

std::optional<size_t> Value::Length() const {
  switch (kind()) {
    case Kind::kString:
      return text().size();
    case Kind::kList:
    case Kind::kMap:
      return object().size();
    default:
      return std::nullopt;
  }
}

std::optional<std::string> Value::StringMethod() const {
  switch (kind()) {
    case Kind::kInt:
      return NumberText(integer(), number_type());
    case Kind::kList:
    case Kind::kMap:
    case Kind::kStruct:
      return object().Text();
    default:
      return std::nullopt;
  }
}

const Method* Value::FindMethod(std::string_view name) const {
  std::span<const Method> methods;
  if (std::holds_alternative<Integer>(data_)) {
    methods = NumberMethods(number_type());
  } else if (std::holds_alternative<std::shared_ptr<const Object>>(data_)) {
    methods = object().methods();
  }
  for (const Method& method : methods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

List::List(std::vector<Value> elements, std::string_view type, std::string_view underlying)
    : elements_(std::move(elements)),
      type_(type),
      underlying_(underlying.empty() ? type : underlying) {}

std::string_view List::element_type() const {
  return ElementOf(underlying_);
}

Value List::At(size_t i) const {
  const Value& element = elements_[i];
  return element_type() == kInterface ? element.Boxed() : element;
}

Map::Map(Entries entries, std::string_view type) : entries_(std::move(entries)), type_(type) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  // Of a row of equal keys the last stays: seen from behind it is the first.
  auto first = std::unique(entries_.rbegin(), entries_.rend(),
                           [](const auto& a, const auto& b) { return a.first == b.first; });
  entries_.erase(entries_.begin(), first.base());
}

std::string_view Map::element_type() const {
  return ElementOf(type_);
}

Value Map::At(size_t i) const {
  const Value& element = entries_[i].second;
  return element_type() == kInterface ? element.Boxed() : element;
}

std::optional<Value> Map::Find(std::string_view name) const {
  auto at =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const auto& entry, std::string_view key) { return entry.first < key; });
  if (at == entries_.end() || at->first != name) return std::nullopt;
  return At(static_cast<size_t>(at - entries_.begin()));
}

Value SliceList(const Value& list, size_t from, size_t to) {
  WF_CHECK(list.kind() == Kind::kList && from <= to && to <= list.object().size());
  return Value::Make<ListPart>(list.Unboxed(), from, to);
}

Value MakeStrings(const std::vector<std::string>& texts) {
  std::vector<Value> values;
  values.reserve(texts.size());
  for (const std::string& text : texts) values.push_back(Value::Text(text));
  return Value::Make<List>(std::move(values), "[]string");
}

}  // namespace watchfire::templates
