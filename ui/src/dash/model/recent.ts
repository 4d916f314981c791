// Schemas 37 to 43: the steps that files of today still need, so they come with the page. All older
// ones are in `old/` and are fetched only for such a file.

import { allPanels } from './envelope';
import { draft, drafts, ensure, isDraft, remove, text, type Draft } from './json';

export interface Step {
  /** Applied to files of a lower schema. */
  readonly below: number;
  readonly apply: (spec: Draft) => void;
}

function eachPanel(apply: (panel: Draft) => void): (spec: Draft) => void {
  return (spec) => {
    allPanels(spec).forEach(apply);
  };
}

/** `displayMode: "hidden"` and `showLegend` said the same; now only the second does. */
function legendShown(panel: Draft): void {
  const legend = draft(panel['options'])['legend'];
  if (!isDraft(legend)) return;
  if (legend['displayMode'] === 'hidden' || legend['showLegend'] === false) {
    legend['displayMode'] = 'list';
    legend['showLegend'] = false;
  } else {
    legend['showLegend'] = true;
  }
}

const CELLS = new Map<string, Draft>([
  ['lcd-gauge', { type: 'gauge', mode: 'lcd' }],
  ['gradient-gauge', { type: 'gauge', mode: 'gradient' }],
  ['basic', { type: 'gauge', mode: 'basic' }],
  ['color-background', { type: 'color-background', mode: 'gradient' }],
  ['color-background-solid', { type: 'color-background', mode: 'basic' }],
]);

function cellOptions(displayMode: string): Draft {
  return { ...(CELLS.get(displayMode) ?? { type: displayMode }) };
}

function tableCells(panel: Draft): void {
  if (panel['type'] !== 'table') return;
  const config = draft(panel['fieldConfig']);
  const custom = draft(draft(config['defaults'])['custom']);
  if (custom['displayMode'] !== undefined) {
    custom['cellOptions'] = cellOptions(text(custom['displayMode']));
    remove(custom, 'displayMode');
  }
  for (const override of drafts(config['overrides'])) {
    for (const property of drafts(override['properties'])) {
      if (property['id'] !== 'custom.displayMode') continue;
      property['id'] = 'custom.cellOptions';
      property['value'] = cellOptions(text(property['value'], 'auto'));
    }
  }
}

/** One object of refIds became one object a refId with a name of the statistic in it. */
function timeSeriesTable(panel: Draft): void {
  for (const transformation of drafts(panel['transformations'])) {
    const options = transformation['options'];
    if (transformation['id'] !== 'timeSeriesTable' || !isDraft(options)) continue;
    const stats = options['refIdToStat'];
    if (!isDraft(stats)) continue;
    const made: Draft = {};
    for (const [refId, stat] of Object.entries(stats)) {
      made[refId] = stat === undefined ? {} : { stat };
    }
    transformation['options'] = made;
  }
}

function hiddenEverywhere(panel: Draft): void {
  for (const override of drafts(draft(panel['fieldConfig'])['overrides'])) {
    for (const property of drafts(override['properties'])) {
      const value = property['value'];
      if (property['id'] === 'custom.hideFrom' && isDraft(value) && value['viz'] === true) {
        value['tooltip'] = true;
      }
    }
  }
}

/** `formatTime` to text became one of the conversions of `convertFieldType`. */
function formatTime(panel: Draft): void {
  for (const transformation of drafts(panel['transformations'])) {
    const options = draft(transformation['options']);
    if (transformation['id'] !== 'formatTime' || options['timeField'] === undefined) continue;
    transformation['id'] = 'convertFieldType';
    transformation['options'] = {
      conversions: [
        {
          targetField: text(options['timeField']),
          destinationType: 'string',
          ...(options['outputFormat'] === undefined ? {} : { dateFormat: options['outputFormat'] }),
          ...(options['timezone'] === undefined ? {} : { timezone: options['timezone'] }),
        },
      ],
    };
  }
}

export const RECENT: readonly Step[] = [
  { below: 37, apply: eachPanel(legendShown) },
  { below: 38, apply: eachPanel(tableCells) },
  { below: 39, apply: eachPanel(timeSeriesTable) },
  {
    below: 40,
    apply: (spec) => {
      if (typeof spec['refresh'] !== 'string') spec['refresh'] = '';
    },
  },
  {
    below: 41,
    apply: (spec) => {
      remove(ensure(spec, 'timepicker'), 'time_options');
    },
  },
  { below: 42, apply: eachPanel(hiddenEverywhere) },
  { below: 43, apply: eachPanel(formatTime) },
];

/** Steps in order; each sees what those before it made. */
export function runSteps(spec: Draft, from: number, steps: readonly Step[]): void {
  for (const step of steps) {
    if (from < step.below) step.apply(spec);
  }
}
