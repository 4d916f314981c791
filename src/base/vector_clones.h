#pragma once
// WF_VECTOR_CLONES before a function compiles it twice, for any x86-64 and for those with AVX2; the
// loader picks one. Nothing elsewhere. Not under ThreadSanitizer, whose instrumentation of the
// choice runs before its own start.

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define WF_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define WF_VECTOR_CLONES
#endif
