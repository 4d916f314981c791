#include "net/tls_protocol.h"

#include <openssl/ssl.h>

namespace watchfire::net {

int TlsProtocol(TlsVersion version, int otherwise) {
  switch (version) {
    case TlsVersion::kTls10:
      return TLS1_VERSION;
    case TlsVersion::kTls11:
      return TLS1_1_VERSION;
    case TlsVersion::kTls12:
      return TLS1_2_VERSION;
    case TlsVersion::kTls13:
      return TLS1_3_VERSION;
    case TlsVersion::kDefault:
      break;
  }
  return otherwise;
}

}  // namespace watchfire::net
