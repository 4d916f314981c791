#pragma once
// The key under which secrets in the database are sealed, where nobody has set one
// (`[security] secret_key`): made at the first start and kept in a file of its own beside the
// database, which only this user may read.

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace watchfire::app {

// kIo: it can be neither read nor made; kCorrupt: the file is there and empty.
Result<Secret> ReadOrMakeSecretKey(const std::string& path);

}  // namespace watchfire::app
