// Any text as a document: what is read must be written so that it reads the same.

#include "base/check.h"
#include "codec/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire::codec;
  auto json = Json::Parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!json.ok()) return 0;
  std::string text = json->ToString();
  auto again = Json::Parse(text);
  WF_CHECK(again.ok() && again->ToString() == text);
  return 0;
}
