import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds a server to speak to.
const backend = process.env['WATCHFIRE_URL'] ?? 'http://127.0.0.1:9090';

// The pages are part of the binary, so its version is theirs.
const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1] ?? '';

/** Pages of one kind; what only they share is a piece of its own. */
const KINDS: Readonly<Record<string, ReadonlySet<string>>> = {
  alerting: new Set(['alerts', 'notifications', 'rules', 'silences', 'alerting']),
  metrics: new Set(['query', 'explore', 'targets', 'server', 'rules', 'alerts']),
  dashboards: new Set(['dashboard', 'dashboard-edit']),
  manage: new Set(['home', 'browse', 'import', 'datasources', 'people', 'login']),
};

/** Pages that people open first, whose weight has a limit: nothing of others comes with them. */
const FIRST: ReadonlySet<string> = new Set(['login', 'home', 'query', 'dashboard']);

/** Who imports which icon: the library's index hides it from the bundler. */
const iconUsers = new Map<string, string[]>();
for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  if (!/\.tsx?$/.test(file)) continue;
  const path = resolve('src', file);
  const text = readFileSync(path, 'utf8');
  const names = /import \{([^}]*)\} from '@tabler\/icons-react'/.exec(text)?.[1] ?? '';
  for (const name of names.match(/\bIcon\w+/g) ?? []) {
    iconUsers.set(name, [...(iconUsers.get(name) ?? []), path]);
  }
}

export default defineConfig({
  define: { __WATCHFIRE_VERSION__: JSON.stringify(version) },
  base: './',
  plugins: [react()],
  build: {
    target: ['chrome123', 'firefox125', 'safari17.5'],
    manifest: true,
    // A twenty-fifth less to load than from the bundler's own minifier, for half a minute more.
    minify: 'terser',
    terserOptions: { compress: { passes: 2, ecma: 2020 }, format: { comments: false } },
    sourcemap: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // Not a file for each small thing, and nothing that a page does not need: what pages of one
        // kind share is one piece, what the frame or pages of several kinds need is another.
        manualChunks: (id, { getModuleInfo }) => {
          if (
            /node_modules\/(react|react-dom|scheduler|wouter|@tanstack\/(react-)?query(-core)?)\//.test(
              id,
            )
          ) {
            return 'vendor';
          }
          if (/node_modules\/uplot/.test(id)) return 'uplot';
          // What every drawing over time or of numbers needs.
          if (/src\/viz\/(basics\.ts|(timeseries|stat|plot|legend|tooltip|shared)\/)/.test(id))
            return 'viz';
          if (!/src\/(lib|api|parts|panels\/(alerts|spark))\/|\/esm\/icons\//.test(id)) {
            return undefined;
          }
          const usersOf = (one: string): readonly string[] => {
            const icon = /\/esm\/icons\/(Icon\w+)\./.exec(one)?.[1];
            if (icon !== undefined) return iconUsers.get(icon) ?? [];
            return getModuleInfo(one)?.importers ?? [];
          };
          const users = new Set<string>();
          const seen = new Set<string>();
          const walk = (one: string): void => {
            if (seen.has(one)) return;
            seen.add(one);
            const page = /src\/pages\/([^/]+)\//.exec(one)?.[1];
            if (page !== undefined) users.add(page);
            else if (/src\/viz\//.test(one)) users.add('dashboard');
            else if (/src\/(app|main)/.test(one)) users.add('app');
            else usersOf(one).forEach(walk);
          };
          walk(id);
          const all = [...users];
          // Of one page alone: it comes with that page.
          if (all.length < 2 && !users.has('app')) return undefined;
          const first = all.filter((user) => FIRST.has(user));
          if (users.has('app') || first.length > 1) return 'common';
          if (first[0] !== undefined) return `${first[0]}-parts`;
          for (const [kind, pages] of Object.entries(KINDS)) {
            if (all.every((user) => pages.has(user))) return kind;
          }
          return 'others';
        },
      },
    },
  },
  server: {
    proxy: { '/api': backend, '/metrics': backend, '/-/': backend },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
