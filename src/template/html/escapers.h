#pragma once
// What makes a value safe in each context of an HTML document, as Go's html/template does it. A
// value marked as trusted for the place (safeHtml, safeUrl) passes; what cannot be made safe
// becomes "ZgotmplZ". Pure functions; they fit templates::Escaper.

#include "template/executor.h"

namespace watchfire::templates::html {

Result<Value> EscapeText(const Value& value, Budget& budget);
Result<Value> EscapeRcdata(const Value& value, Budget& budget);
Result<Value> EscapeAttribute(const Value& value, Budget& budget);
Result<Value> EscapeUnquotedAttribute(const Value& value, Budget& budget);
Result<Value> EscapeComment(const Value& value, Budget& budget);
Result<Value> FilterName(const Value& value, Budget& budget);
Result<Value> FilterUrl(const Value& value, Budget& budget);
Result<Value> NormalizeUrl(const Value& value, Budget& budget);
Result<Value> EscapeUrl(const Value& value, Budget& budget);
Result<Value> EscapeSrcset(const Value& value, Budget& budget);
Result<Value> EscapeJsValue(const Value& value, Budget& budget);
Result<Value> EscapeJsString(const Value& value, Budget& budget);
Result<Value> EscapeJsRegexp(const Value& value, Budget& budget);
Result<Value> FilterCss(const Value& value, Budget& budget);
Result<Value> EscapeCssString(const Value& value, Budget& budget);
// The language's own html and urlquery, where a template ends a pipeline in them.
Result<Value> PredefinedHtml(const Value& value, Budget& budget);
Result<Value> PredefinedUrlquery(const Value& value, Budget& budget);

}  // namespace watchfire::templates::html
