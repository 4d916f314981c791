// Coming and going: what the sign-in page needs.

import { bool, list, object, text, withDefault, type Decoded } from '../decode';
import { anything, grafana, type GrafanaResult } from './client';

const loginOptions = object({
  loginForm: withDefault(bool, true),
  loginHint: withDefault(text, ''),
  passwordHint: withDefault(text, ''),
  providers: withDefault(
    list(object({ id: text, name: withDefault(text, ''), autoLogin: withDefault(bool, false) })),
    [],
  ),
  anonymous: withDefault(bool, false),
  defaultAdmin: withDefault(bool, false),
  version: withDefault(text, ''),
});
export type LoginOptions = Decoded<typeof loginOptions>;

export function fetchLoginOptions(signal?: AbortSignal): Promise<GrafanaResult<LoginOptions>> {
  return grafana.get('api/login/options', loginOptions, {
    anyone: true,
    ...(signal === undefined ? {} : { signal }),
  });
}

export function signIn(user: string, password: string): Promise<GrafanaResult<unknown>> {
  return grafana.post('login', anything, { body: { user, password }, anyone: true });
}

export function changePassword(oldPassword: string, newPassword: string) {
  const body = { oldPassword, newPassword, confirmNew: newPassword };
  return grafana.put('api/user/password', anything, { body, anyone: true });
}
