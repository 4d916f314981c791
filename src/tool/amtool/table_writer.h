#pragma once
// Columns of text as Go's tabwriter lays them out for amtool: cells end with a tab, columns are two
// blanks apart, and a column is as wide as the cells of the lines that follow each other in it.
// Pure functions.

#include <string>
#include <string_view>

namespace watchfire::amtool {

std::string AlignTabs(std::string_view text);

}  // namespace watchfire::amtool
