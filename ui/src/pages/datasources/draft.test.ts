import { expect, test } from 'vitest';
import type { DataSource } from '../../api/grafana/datasources';
import { draftOf, fieldsOf, problemsOf } from './draft';

const SOURCE: DataSource = {
  id: 1,
  uid: 'u',
  name: 'Metrics',
  type: 'prometheus',
  url: 'http://prometheus:9090',
  basicAuth: true,
  basicAuthUser: 'admin',
  isDefault: true,
  readOnly: false,
  version: 3,
  jsonData: { timeInterval: '15s', exemplarTraceIdDestinations: [{ name: 'id' }] },
  secureJsonFields: { basicAuthPassword: true },
};

test('what the form does not show survives a save', () => {
  const draft = draftOf({ ...fieldsOf(SOURCE), timeInterval: '30s' }, SOURCE);
  expect(draft.jsonData).toEqual({
    exemplarTraceIdDestinations: [{ name: 'id' }],
    timeInterval: '30s',
    httpMethod: 'POST',
  });
  expect(draft.version).toBe(3);
});

test('a password that was not typed is not sent', () => {
  expect(draftOf(fieldsOf(SOURCE), SOURCE).secureJsonData).toEqual({});
  expect(draftOf({ ...fieldsOf(SOURCE), password: 'x' }, SOURCE).secureJsonData).toEqual({
    basicAuthPassword: 'x',
  });
});

test('mistakes are named at their field', () => {
  expect(problemsOf(fieldsOf(SOURCE))).toEqual({});
  const wrong = { ...fieldsOf(null), name: ' ', timeInterval: '15', basicAuth: true };
  expect(Object.keys(problemsOf(wrong)).sort()).toEqual(['name', 'timeInterval', 'url', 'user']);
});
