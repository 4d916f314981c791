#include "app/features.h"

#include <gtest/gtest.h>

namespace watchfire::app {
namespace {

TEST(Features, SwitchOnWhatTheyName) {
  Features none = ReadFeatures({});
  EXPECT_FALSE(none.parse.experimental_functions);
  EXPECT_FALSE(none.use_start_timestamps);
  Features query = ReadFeatures({"promql-experimental-functions,promql-extended-range-selectors",
                                 "promql-binop-fill-modifiers", "promql-delayed-name-removal"});
  EXPECT_TRUE(query.parse.experimental_functions);
  EXPECT_TRUE(query.parse.extended_range_selectors);
  EXPECT_TRUE(query.parse.fill_modifiers);
  EXPECT_TRUE(query.delayed_name_removal);
  EXPECT_FALSE(query.parse.start_timestamps);
  EXPECT_FALSE(query.type_and_unit_labels);
}

TEST(Features, StartTimestampsAreForTheParserAndTheEngine) {
  Features features = ReadFeatures({"use-start-timestamps"});
  EXPECT_TRUE(features.parse.start_timestamps);
  EXPECT_TRUE(features.use_start_timestamps);
  EXPECT_TRUE(ReadFeatures({"type-and-unit-labels"}).type_and_unit_labels);
}

TEST(Features, UnknownAndRetiredNamesChangeNothing) {
  Features features = ReadFeatures({"no-such-thing,,native-histograms,promql-duration-expr"});
  EXPECT_FALSE(features.parse.experimental_functions);
  EXPECT_FALSE(features.delayed_name_removal);
}

}  // namespace
}  // namespace watchfire::app
