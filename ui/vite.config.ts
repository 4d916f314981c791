import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds a server to speak to.
const backend = process.env['WATCHFIRE_URL'] ?? 'http://127.0.0.1:9090';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    manifest: 'vite-manifest.json',
    sourcemap: false,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { '/api': backend, '/metrics': backend, '/-/': backend },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
