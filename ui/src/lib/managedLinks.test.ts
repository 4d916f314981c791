import { describe, expect, it } from 'vitest';
import { managedAddress } from './managedLinks';

describe('addresses of the managed Alertmanager', () => {
  it.each([
    ['/silences', '/alerting/silences'],
    ['/silences/new?filter=a', '/alerting/silences/new?filter=a'],
    ['/notifications/why?fingerprint=1', '/alerting/why?fingerprint=1'],
    ['/notifications?receiver=x', '/alerting/groups?receiver=x'],
    ['/notifications/log?receiver=x', '/notifications/log?receiver=x'],
    ['/query', '/query'],
  ])('%s is %s', (own, managed) => expect(managedAddress(own)).toBe(managed));
});
