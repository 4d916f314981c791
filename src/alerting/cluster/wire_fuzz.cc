#include "alerting/cluster/wire.h"

using namespace watchfire::alerting;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  size_t damaged = 0;
  auto messages = Unwrap(bytes, "", &damaged);
  if (messages.ok()) {
    for (const Message& message : *messages) {
      static_cast<void>(DecodePing(message.body).ok());
      static_cast<void>(DecodeIndirectPing(message.body).ok());
      static_cast<void>(DecodeAlive(message.body).ok());
      static_cast<void>(DecodeAccusation(message.body).ok());
      static_cast<void>(DecodePushPull(message.body).ok());
      static_cast<void>(DecodeUserStream(message.body).ok());
    }
  }
  static_cast<void>(UnwrapStream(bytes, "").ok());
  return 0;
}
