import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds a server to speak to.
const backend = process.env['WATCHFIRE_URL'] ?? 'http://127.0.0.1:9090';

// The pages are part of the binary, so its version is theirs.
const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1] ?? '';

export default defineConfig({
  define: { __WATCHFIRE_VERSION__: JSON.stringify(version) },
  base: './',
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox125', 'safari17.5'],
    manifest: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // What nearly every page needs comes in one piece, not in twenty; and what only the pages
        // of alerting need, in another. A piece takes along what it imports, so that the libraries
        // of all have one of their own.
        manualChunks: (id, { getModuleInfo }) => {
          if (
            /node_modules\/(react|react-dom|scheduler|wouter|@tanstack\/(react-)?query)/.test(id)
          ) {
            return 'vendor';
          }
          if (!/src\/(lib|api|parts|panels\/(alerts|spark))\/|\/esm\/icons\//.test(id))
            return undefined;
          const seen = new Set<string>();
          const needed = (one: string): boolean => {
            if (seen.has(one) || /src\/pages\/(alerts|notifications|rules|silences)\//.test(one)) {
              return false;
            }
            seen.add(one);
            if (/src\/(pages|app|promql|main)/.test(one)) return true;
            return getModuleInfo(one)?.importers.some(needed) ?? false;
          };
          return needed(id) ? 'common' : 'alerting';
        },
      },
    },
  },
  server: {
    proxy: { '/api': backend, '/metrics': backend, '/-/': backend },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
