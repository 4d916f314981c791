declare const __WATCHFIRE_VERSION__: string;

/** Of the binary these pages are part of. What its API is compatible with, the API says. */
export const VERSION = __WATCHFIRE_VERSION__;
