// What a session needs of the dashboard's variables.

import type { AdhocFilter } from '../../dash/model';
import type { RawRange, TimeContext } from '../../dash/time';
import type { VariableScope } from '../../dash/variables/interpolate';
import type { VariableView } from './variableView';

export interface VariablesNow {
  readonly views: readonly VariableView[];
  readonly scope: VariableScope;
  /** False until each has a value: panels wait so long. */
  readonly ready: boolean;
}

export interface VariablesPort {
  readonly now: () => VariablesNow;
  readonly subscribe: (listener: () => void) => () => void;
  /** Values from an address come before those of the file. */
  readonly start: (params: URLSearchParams, raw: RawRange, time: TimeContext) => void;
  readonly stop: () => void;
  /** The address changed: someone went back. */
  readonly setParams: (params: URLSearchParams) => void;
  readonly setRange: (raw: RawRange, time: TimeContext) => void;
  readonly select: (name: string, values: readonly string[]) => void;
  readonly setFilters: (name: string, filters: readonly AdhocFilter[]) => void;
  /** `var-…` of all that addresses hold. */
  readonly params: () => URLSearchParams;
  readonly addFilters: (expr: string, sourceUid: string) => string;
}
