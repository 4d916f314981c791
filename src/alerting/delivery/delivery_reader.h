#pragma once
// Rows of the delivery log turned back into deliveries. Runs within one snapshot, in the thread of
// whoever asks. Pure but for the connection.

#include <vector>

#include "alerting/delivery/delivery_log.h"

namespace watchfire::alerting {

// Newest first.
Result<std::vector<Delivery>> FindDeliveries(store::Connection& c, const DeliveryQuery& query);
// With bodies and all alerts. kNotFound.
Result<Delivery> GetDelivery(store::Connection& c, int64_t id);

}  // namespace watchfire::alerting
