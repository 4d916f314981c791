import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VERSION } from './version';

it('the version shown is the one the server names itself by', () => {
  const server = readFileSync('../src/app/server.h', 'utf8');
  expect(/kVersion = "([^"]+)"/.exec(server)?.[1]).toBe(VERSION);
});
