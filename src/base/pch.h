#pragma once
// The precompiled header of all rooms: the standard headers that nearly every file needs, and fmt.
// It only saves time; every header still includes what it uses (tools/headers proves it).

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
