#include "storage/series_table.h"

#include "base/hash.h"

namespace watchfire::storage {

LabelsHash HashOfLabel(std::string_view name, std::string_view value) {
  std::string text;
  text.reserve(name.size() + value.size() + 1);
  text.append(name).push_back('\xff');
  text.append(value);
  LabelsHash hash;
  hash.a = KeyedHash(text);
  text.push_back('\xff');
  hash.b = KeyedHash(text);
  return hash;
}

}  // namespace watchfire::storage
