#pragma once
// Native histograms of which only count and sum are needed: without their buckets, and with hints
// that tell of every counter reset, since nobody can look for them afterwards. Pure functions.

#include <span>
#include <vector>

#include "storage/querier.h"

namespace watchfire::promql {

// Neighbours of one series, stale markers among them.
std::vector<storage::HistogramSample> HistogramStats(
    const std::vector<storage::HistogramSample>& samples);

// What they count for against limits and in statistics.
size_t CountSamples(std::span<const storage::HistogramSample> samples);

}  // namespace watchfire::promql
