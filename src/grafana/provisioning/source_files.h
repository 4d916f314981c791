#pragma once
// Data sources of files: reads all of a directory, completes fragments, and applies what they say
// together to DataSources. Called by Provisioning, one call at a time.

#include "grafana/provisioning/file_values.h"

namespace watchfire::grafana {

// Applies what is right, and reports the rest.
void ApplySourceFiles(const ProvisioningDependencies& dependencies, const std::string& directory,
                      ProblemList& problems);

}  // namespace watchfire::grafana
