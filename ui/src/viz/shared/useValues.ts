import { useMemo } from 'react';
import { fieldValues, reduceOptionsOf, type ShownValue } from '../../dash/data/reduceOptions';
import type { VizProps } from '../types';

/** What stat, gauge, bar gauge and pie show. */
export function useValues(
  props: VizProps,
  theme: 'light' | 'dark',
  wants: { readonly sparkline?: boolean; readonly percentChange?: boolean } = {},
): readonly ShownValue[] {
  const { frames, options, panel, timezone, interpolate } = props;
  const { sparkline = false, percentChange = false } = wants;
  const { fieldConfig } = panel;
  return useMemo(
    () =>
      fieldValues(frames, reduceOptionsOf(options), {
        theme,
        timezone,
        interpolate,
        fieldConfig,
        sparkline,
        percentChange,
      }),
    [frames, options, theme, timezone, interpolate, fieldConfig, sparkline, percentChange],
  );
}
