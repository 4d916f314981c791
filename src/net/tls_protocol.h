#pragma once
// TlsVersion in OpenSSL's numbers; for the sources of this room that speak to OpenSSL.

#include "net/http_client.h"

namespace watchfire::net {

// `otherwise` for kDefault.
int TlsProtocol(TlsVersion version, int otherwise);

}  // namespace watchfire::net
