// Any bytes as an index file, as they are and with their checksums made right: nothing may crash.

#include "tsdb/block/testing_index.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace watchfire;
  std::string file(reinterpret_cast<const char*>(data), size);
  for (bool mended : {false, true}) {
    auto index = block::IndexReader::Open(
        MappedFile::OfCopy(mended ? block::testing::ChecksumMender::Mend(file) : file));
    if (index.ok()) block::testing::UseIndex(**index);
  }
  return 0;
}
