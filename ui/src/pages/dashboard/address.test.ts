import { expect, test } from 'vitest';
import { carriedAlong, changeAddress, isStep, ownPath, readAddress, withParams } from './address';

test('what the address says of a dashboard', () => {
  const address = readAddress(
    'orgId=1&from=now-1h&to=now&refresh=10s&var-node=a&var-node=b&viewPanel=panel-4&kiosk',
  );
  expect(address.range).toEqual({ from: 'now-1h', to: 'now' });
  expect(address.refresh).toBe('10s');
  expect(address.viewPanel).toBe('panel-4');
  expect(readAddress('viewPanel=4').viewPanel).toBe('panel-4');
  expect(address.kiosk).toBe('full');
  expect(address.variables.getAll('var-node')).toEqual(['a', 'b']);
  expect(readAddress('viewPanel=panel-4-clone-1').viewPanel).toBe('panel-4-clone-1');
  expect(readAddress('kiosk=tv').kiosk).toBe('tv');
});

test('addresses of old versions open the same panel', () => {
  expect(readAddress('fullscreen&panelId=7').viewPanel).toBe('panel-7');
  expect(readAddress('fullscreen&edit&panelId=7')).toMatchObject({
    viewPanel: '',
    editPanel: 'panel-7',
  });
});

test('a change leaves alone what it does not name', () => {
  const before = 'orgId=1&from=now-1h&to=now&var-a=1&var-a=2&kiosk';
  expect(changeAddress(before, { viewPanel: 'panel-4' })).toBe(`${before}&viewPanel=4`);
  expect(changeAddress(`${before}&viewPanel=4`, { viewPanel: '' })).toBe(before);
  expect(changeAddress(before, { variables: new URLSearchParams('var-b=x') })).toBe(
    'orgId=1&from=now-1h&to=now&kiosk&var-b=x',
  );
  expect(changeAddress('refresh=10s', { refresh: '' })).toBe('refresh=');
});

test('leaving the panel of an old address leaves all of it', () => {
  expect(changeAddress('fullscreen&panelId=7&from=now-1h&to=now', { viewPanel: '' })).toBe(
    'from=now-1h&to=now',
  );
});

test('ranges, variables and panels are steps to go back; a refresh is none', () => {
  expect(isStep({ range: { from: 'now-1h', to: 'now' } })).toBe(true);
  expect(isStep({ viewPanel: '' })).toBe(true);
  expect(isStep({ refresh: '10s' })).toBe(false);
});

test('a link takes along what it says it does', () => {
  const range = { from: 'now-1h', to: 'now' };
  const variables = new URLSearchParams('var-a=1&var-a=2');
  const all = carriedAlong(
    'timezone=utc&x=1',
    { keepTime: true, includeVars: true },
    range,
    variables,
  );
  expect(all.toString()).toBe('from=now-1h&to=now&timezone=utc&var-a=1&var-a=2');
  expect(withParams('/d/x?y=1#z', all)).toBe(`/d/x?y=1&${all.toString()}#z`);
  expect(withParams('/d/x', new URLSearchParams())).toBe('/d/x');
});

test('paths of dashboards are below the base path; others are not ours', () => {
  expect(ownPath('/d/x', '/grafana/', 'http://h')).toBe('/d/x');
  expect(ownPath('/grafana/d/x', '/grafana/', 'http://h')).toBe('/d/x');
  expect(ownPath('http://h/d/x?a=1', '/', 'http://h')).toBe('/d/x?a=1');
  expect(ownPath('http://other/d/x', '/', 'http://h')).toBeNull();
  expect(ownPath('//evil/d/x', '/', 'http://h')).toBeNull();
});
