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
        // What nearly every page needs comes in one piece, not in twenty.
        manualChunks: (id) =>
          /src\/(lib|api|parts)\/|@tabler\/icons-react\/dist\/esm\/icons\//.test(id)
            ? 'common'
            : undefined,
      },
    },
  },
  server: {
    proxy: { '/api': backend, '/metrics': backend, '/-/': backend },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
