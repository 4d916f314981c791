#pragma once
// WF_CHECK(condition) for what only a bug of ours can break: on in every build, it prints the
// condition, its place and a stack trace, and aborts. WF_DCHECK is the same in hot loops and only
// in debug and sanitizer builds. Never use either for anything that input can cause.

namespace watchfire::internal {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace watchfire::internal

#define WF_CHECK(condition)                          \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::watchfire::internal::CheckFailed(#condition, __FILE__, __LINE__))

#if defined(WF_DEBUG_CHECKS) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WF_DCHECK(condition) WF_CHECK(condition)
#else
#define WF_DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#endif
