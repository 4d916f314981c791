import { expect, it } from 'vitest';
import { integrationLabel, mutedWords, prettyBody, reasonWords, tookWords } from './deliveryWords';

it('says integrations, reasons and bodies so that they can be read', () => {
  expect(integrationLabel('pagerduty', 0)).toBe('PagerDuty');
  expect(integrationLabel('webhook', 2)).toBe('Webhook 3');
  expect(reasonWords('repeat_interval')).toBe('repeat interval');
  expect(mutedWords('silence')).toBe('silenced');
  expect(mutedWords('')).toBe('');
  expect(tookWords(0)).toBe('under 1 ms');
  expect(tookWords(12)).toBe('12 ms');
  expect(prettyBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyBody('{"a":')).toBe('{"a":');
  expect(prettyBody('chat_id=1&text=x')).toBe('chat_id=1&text=x');
});
