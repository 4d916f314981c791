#pragma once
// HashMap and HashSet: open addressing, fast, iteration in no order, references move on insert.
// Use std::map where an API answer needs order. Kept out of public headers of floors 3 and above
// (the library behind it costs most of a second to compile).

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <string>

#include "base/hash.h"

namespace watchfire {

template <typename K, typename V, typename H = boost::hash<K>, typename E = std::equal_to<K>>
using HashMap = boost::unordered_flat_map<K, V, H, E>;

template <typename K, typename H = boost::hash<K>, typename E = std::equal_to<K>>
using HashSet = boost::unordered_flat_set<K, H, E>;

template <typename V>
using StringMap = boost::unordered_flat_map<std::string, V, StringHash, StringEqual>;
using StringSet = boost::unordered_flat_set<std::string, StringHash, StringEqual>;

}  // namespace watchfire
