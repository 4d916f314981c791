#pragma once
// Numbers as text, the way Go prints and reads them, because API answers, rule labels and error
// messages show them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace watchfire {

// Decimal floating point as in a metrics page or a query: optional sign, digits, point, exponent;
// "NaN", "Inf", "Infinity" in any case, signed. Nothing else: no spaces, hex, underscores.
// NaN comes back with Prometheus' canonical bits (0x7ff8000000000001).
std::optional<double> ParseFloat(std::string_view text);

// Whole decimal integers; no spaces, no trailing bytes, no overflow.
std::optional<int64_t> ParseInt(std::string_view text);
std::optional<uint64_t> ParseUint(std::string_view text);

// Go's strconv 'f' with precision -1: shortest digits that read back, never an exponent.
std::string FormatFloatFixed(double v);
// The API's form: as above, but with an exponent below 1e-6 and from 1e21 on ("1e-07", "1e+21").
std::string FormatFloatJson(double v);
// Go's %v and strconv 'g' with precision -1: exponent below 1e-4 and from 1e6 on ("1e+06",
// "1.234567e+06", "0.1"); the form of exposition pages, templates and error messages.
std::string FormatFloatGo(double v);

// Appends the API's form without allocating; the hot path of query answers.
void AppendFloatJson(std::string& out, double v);
void AppendInt(std::string& out, int64_t v);

}  // namespace watchfire
