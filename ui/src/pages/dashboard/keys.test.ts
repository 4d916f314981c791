import { expect, test } from 'vitest';
import { NO_KEYS, onPress, type KeyState } from './keys';

function press(keys: readonly string[], gapMs = 100) {
  let state: KeyState = NO_KEYS;
  let last: { action: string | null; taken: boolean } = { action: null, taken: false };
  keys.forEach((word, i) => {
    const ctrl = word.startsWith('Ctrl ');
    const outcome = onPress(state, {
      key: word.replace('Ctrl ', ''),
      ctrl,
      alt: false,
      at: 1000 + i * gapMs,
    });
    state = outcome.state;
    last = outcome;
  });
  return last;
}

test('pairs act on the dashboard, single letters on a panel', () => {
  expect(press(['d', 'r'])).toMatchObject({ action: 'refresh', taken: true });
  expect(press(['t', 'ArrowLeft'])).toMatchObject({ action: 'earlier' });
  expect(press(['p', 'x'])).toMatchObject({ action: 'explore' });
  expect(press(['v'])).toMatchObject({ action: 'view' });
  expect(press(['Ctrl o'])).toMatchObject({ action: 'crosshair', taken: true });
});

test('too slow a pair is two single keys', () => {
  expect(press(['d', 'r'], 3000)).toMatchObject({ action: null, taken: false });
  expect(press(['p', 'e'], 3000)).toMatchObject({ action: 'edit' });
});

test('a leader that leads nowhere lets the next key be itself', () => {
  expect(press(['d', 'v'])).toMatchObject({ action: 'view' });
  expect(press(['d', 't', 'z'])).toMatchObject({ action: 'zoomOut' });
});

test('what follows g belongs to the app around', () => {
  expect(press(['g', 'd'])).toMatchObject({ action: null, taken: false });
  expect(press(['g', 'e'])).toMatchObject({ action: null, taken: false });
  expect(press(['g', 'e', 'e'])).toMatchObject({ action: 'edit' });
});

test('other control keys, and Shift on the way to a capital, are not ours', () => {
  expect(press(['Ctrl c'])).toMatchObject({ action: null, taken: false });
  expect(press(['d', 'Shift', 'E'])).toMatchObject({ action: 'expandRows' });
});

test('Escape is left to whatever is open above', () => {
  expect(press(['Escape'])).toMatchObject({ action: 'escape', taken: false });
});
