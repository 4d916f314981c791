#pragma once
// How the API writes what was tried and delivered. Pure functions.

#include "alerting/delivery/delivery_log.h"
#include "codec/json_writer.h"

namespace watchfire::api {

// `with_body`: what was sent, too.
void WriteAttempt(codec::JsonWriter& out, const alerting::AttemptRecord& attempt, bool with_body);
void WriteDelivery(codec::JsonWriter& out, const alerting::Delivery& delivery, bool with_bodies);

}  // namespace watchfire::api
