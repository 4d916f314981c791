#pragma once
// What receivers inherit from `global`, and the checks that need both. Internal to the room.

#include "alerting/amconfig/config.h"

namespace watchfire::amconfig {

// At most one of every pair of a secret and its file.
Result<void> CheckGlobal(const GlobalConfig& global);
// Completes one receiver.
Result<void> Inherit(Receiver& receiver, const GlobalConfig& global);

}  // namespace watchfire::amconfig
