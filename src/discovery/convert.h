#pragma once
// Configuration values turned into what discovery and scraping work with. Pure functions.

#include <initializer_list>
#include <string>

#include "config/http_client.h"
#include "config/target_group.h"
#include "discovery/target_group.h"
#include "model/labels.h"
#include "net/http_client.h"

namespace watchfire::discovery {

// A group as written in a file, with `source` and more group labels.
TargetGroup FromConfig(const config::TargetGroup& group, std::string source,
                       std::initializer_list<model::LabelView> more_labels = {});

// The HTTP options of a job, a discovery mechanism, a remote end. kUnavailable for what the client
// cannot do (secrets kept by a secret manager, the JWT grant).
Result<net::HttpClientOptions> ToHttpOptions(const config::HttpClientConfig& config,
                                             std::string user_agent);

}  // namespace watchfire::discovery
