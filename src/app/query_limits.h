#pragma once
// What the command line says about queries, with the limits of memory that depend on the machine.
// Reads the size of the machine and of its control groups; changes nothing.

#include <cstdint>

#include "app/features.h"
#include "app/flags.h"
#include "promql/engine/engine.h"

namespace watchfire::app {

// What this process can use: the machine's memory or the smallest limit of the control groups that
// it is in.
uint64_t UsableMemoryBytes();
// The same with the files of /proc and /sys under another root, for tests.
uint64_t UsableMemoryBytes(const std::string& root, uint64_t machine_bytes);

promql::EngineOptions ReadEngineOptions(const Flags& flags, const Features& features);

}  // namespace watchfire::app
