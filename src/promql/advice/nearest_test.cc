#include "promql/advice/nearest.h"

#include <gtest/gtest.h>

namespace watchfire::advice {
namespace {

using List = std::vector<std::string>;

TEST(EditDistance, CountsSwappedNeighboursOnce) {
  EXPECT_EQ(EditDistance("", "", 3), 0u);
  EXPECT_EQ(EditDistance("rate", "rate", 3), 0u);
  EXPECT_EQ(EditDistance("rate", "raet", 3), 1u);
  EXPECT_EQ(EditDistance("rate", "rates", 3), 1u);
  EXPECT_EQ(EditDistance("rate", "gate", 3), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 5), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3u);  // more than the limit
  EXPECT_EQ(EditDistance("", "abc", 5), 3u);
}

TEST(NearestNames, FindsSlipsOfThePen) {
  EXPECT_EQ(NearestNames("http_request_total", {"http_requests_total", "up", "go_threads"}, 3),
            List{"http_requests_total"});
  EXPECT_EQ(NearestNames("node_memroy_free_bytes", {"node_memory_free_bytes"}, 1),
            List{"node_memory_free_bytes"});
  EXPECT_EQ(NearestNames("POST", {"post", "get"}, 1), List{"post"});
}

TEST(NearestNames, FindsMissingPrefixesAndSuffixes) {
  EXPECT_EQ(NearestNames("http_requests", {"http_requests_total", "process_open_fds"}, 1),
            List{"http_requests_total"});
  EXPECT_EQ(NearestNames("requests_total", {"http_requests_total", "errors"}, 1),
            List{"http_requests_total"});
  EXPECT_EQ(NearestNames("pod_name", {"pod", "namespace"}, 1), List{"pod"});
  EXPECT_EQ(NearestNames("requests_http_total", {"http_requests_total"}, 1),
            List{"http_requests_total"});
}

TEST(NearestNames, PutsTheNearestFirst) {
  List found = NearestNames("http_requests_totl",
                            {"http_requests", "http_requests_total", "grpc_requests_total"}, 2);
  EXPECT_EQ(found.front(), "http_requests_total");
  EXPECT_EQ(found.size(), 2u);
}

TEST(NearestNames, TakesNoOtherNameForTheSame) {
  EXPECT_TRUE(NearestNames("up", {"go_threads", "process_open_fds", "x"}, 3).empty());
  EXPECT_TRUE(NearestNames("node_load1", {"go_gc_duration_seconds"}, 3).empty());
  EXPECT_TRUE(NearestNames("same", {"same"}, 3).empty());
  EXPECT_TRUE(NearestNames(std::string(1000, 'a'), {std::string(999, 'a')}, 3).empty());
}

}  // namespace
}  // namespace watchfire::advice
