// From the answer of a panel's queries to what its kind of panel draws: shaped, transformed,
// overridden. Pure; whoever calls keeps the result as long as nothing that went in changed.

import { applyFieldConfig } from '../../dash/data/apply';
import { shapeTargets } from '../../dash/data/shape';
import type { Frame, ShownFrame, Thresholds } from '../../dash/frame';
import type { JsonObject, Panel, Transformation } from '../../dash/model';
import { isObject } from '../../dash/model/json';
import { withDefaults } from '../../viz/shared/options';
import type { VizPlugin } from '../../viz/types';

export interface PipelineContext {
  readonly theme: 'dark' | 'light';
  readonly timezone: string;
  readonly interpolate: (
    text: string,
    format?: string,
    scoped?: Readonly<Record<string, string>>,
  ) => string;
}

/** Kinds whose series are told apart by colour; the others colour by thresholds. */
const BY_SERIES = new Set([
  'timeseries',
  'barchart',
  'piechart',
  'histogram',
  'trend',
  'xychart',
  'graph',
]);

const USUAL_THRESHOLDS: Thresholds = {
  mode: 'absolute',
  steps: [
    { value: -Infinity, color: 'green' },
    { value: 80, color: 'red' },
  ],
};

/** What the panel says, over what its kind says where it says nothing. */
export function fieldConfigOf(panel: Panel, plugin: VizPlugin): Panel['fieldConfig'] {
  const { defaults, overrides } = panel.fieldConfig;
  const mode = BY_SERIES.has(plugin.type) ? 'palette-classic' : 'thresholds';
  return {
    overrides,
    defaults: {
      ...defaults,
      color: defaults.color ?? { mode },
      thresholds: defaults.thresholds ?? USUAL_THRESHOLDS,
      custom: withDefaults(plugin.customDefaults, defaults.custom),
    },
  };
}

/** Runs a panel's transformations; fetched by `useTransform` where there are any. */
export type TransformRun = (
  frames: readonly Frame[],
  transformations: readonly Transformation[],
  context: PipelineContext,
) => readonly Frame[];

export const untransformed: TransformRun = (frames) => frames;

export function shownFrames(
  frames: readonly Frame[],
  panel: Panel,
  plugin: VizPlugin,
  transform: TransformRun,
  context: PipelineContext,
): readonly ShownFrame[] {
  const shaped = shapeTargets(frames, panel.targets);
  const transformed = transform(shaped, panel.transformations, context);
  return applyFieldConfig([...transformed], fieldConfigOf(panel, plugin), context);
}

export function optionsOf(
  panel: Panel,
  plugin: VizPlugin,
  legend: boolean | undefined,
): JsonObject {
  const options = withDefaults(plugin.defaults, panel.options);
  if (legend === undefined) return options;
  const own = options['legend'];
  const rest: JsonObject = isObject(own) ? own : {};
  const mode =
    'displayMode' in rest && rest.displayMode === 'hidden' ? { displayMode: 'list' } : {};
  return { ...options, legend: { ...rest, ...(legend ? mode : {}), showLegend: legend } };
}

export function hasLegend(plugin: VizPlugin | undefined): boolean {
  return plugin?.optionFields.some(({ path }) => path === 'legend.showLegend') === true;
}
