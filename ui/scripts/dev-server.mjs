// Serves ui/dist as the watchfire binary does, and passes the rest on to a running server. Only
// for work on the UI:  node scripts/dev-server.mjs --port 20080 --backend http://127.0.0.1:9090
// With --prefix /prom it answers below a route prefix, as behind a proxy.

import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '20080' },
    backend: { type: 'string', default: 'http://127.0.0.1:9090' },
    prefix: { type: 'string', default: '' },
  },
});
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const backend = new URL(values.backend);
const prefix = values.prefix.replace(/\/$/, '');
const types = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

function serveFile(path, response) {
  try {
    const body = readFileSync(join(dist, normalize(path)));
    response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream' });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

function servePage(response) {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(page.replace('<base href="/" />', `<base href="${prefix}/">`));
}

function passOn(incoming, path, response) {
  const onward = request(
    {
      host: backend.hostname,
      port: backend.port,
      path,
      method: incoming.method,
      headers: incoming.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.writeHead(502).end('the backend does not answer'));
  incoming.pipe(onward);
}

const server = createServer((incoming, response) => {
  const url = incoming.url ?? '/';
  if (!url.startsWith(`${prefix}/`)) {
    response.writeHead(302, { Location: `${prefix}/` }).end();
    return;
  }
  const path = url.slice(prefix.length);
  if (/^\/(api|metrics|-)(\/|\?|$)/.test(path)) passOn(incoming, path, response);
  else if (/^\/(assets\/|favicon\.svg|manifest\.json)/.test(path))
    serveFile(path.split('?')[0], response);
  else servePage(response);
});
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}${prefix}/ in front of ${values.backend}`);
});
