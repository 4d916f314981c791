// Files of schemas before 36 and panels that are no more. Fetched only for such a file.

import type { LoadNote } from '../../model';
import { allPanels } from '../envelope';
import { isDraft, text, type Draft } from '../json';
import { runSteps } from '../recent';
import { FIRST } from './first';
import { convertGraph } from './graph';
import { convertHeatmap } from './heatmap';
import {
  convertAlertlist,
  convertDashlist,
  convertDiscrete,
  convertPie,
  convertPolystat,
  convertStatusMap,
  convertText,
} from './others';
import { SECOND } from './second';
import { convertSinglestat, statOptions } from './singlestat';
import { convertTable } from './tableOld';

type Convert = (panel: Draft, spec: Draft) => LoadNote[];

const hasOptions = (panel: Draft) =>
  isDraft(panel['options']) && Object.keys(panel['options']).length > 0;

const CONVERTERS: Readonly<Record<string, Convert>> = {
  graph: convertGraph,
  singlestat: convertSinglestat,
  'grafana-singlestat-panel': convertSinglestat,
  'table-old': convertTable,
  table: (panel) =>
    Array.isArray(panel['styles']) && !hasOptions(panel) ? convertTable(panel) : [],
  'grafana-piechart-panel': convertPie,
  'grafana-polystat-panel': convertPolystat,
  'natel-discrete-panel': convertDiscrete,
  'flant-statusmap-panel': convertStatusMap,
  heatmap: (panel) =>
    panel['dataFormat'] !== undefined && !hasOptions(panel) ? convertHeatmap(panel) : [],
  text: convertText,
  dashlist: convertDashlist,
  alertlist: convertAlertlist,
};

export function migrateOld(spec: Draft, from: number): LoadNote[] {
  runSteps(spec, from, FIRST);
  runSteps(spec, from, SECOND);
  const notes: LoadNote[] = [];
  for (const panel of allPanels(spec)) {
    const type = text(panel['type']);
    statOptions(panel);
    const convert = Object.hasOwn(CONVERTERS, type) ? CONVERTERS[type] : undefined;
    if (convert !== undefined) notes.push(...convert(panel, spec));
  }
  return notes;
}
