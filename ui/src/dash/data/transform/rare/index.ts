// The transformations that few dashboards use, by id.

import type { Transform } from '../types';
import { configFromData, rowsToFields } from './config';
import { heatmap, histogram } from './counts';
import { extractFields } from './extract';
import { regression, smoothing } from './fits';
import { prepareTimeSeries, timeSeriesTable } from './seriesTable';
import {
  groupingToMatrix,
  groupToNestedTable,
  joinByLabels,
  partitionByValues,
  transpose,
} from './tables';

export const RARE: Readonly<Record<string, Transform>> = {
  configFromData,
  extractFields,
  groupingToMatrix,
  groupToNestedTable,
  heatmap,
  histogram,
  joinByLabels,
  partitionByValues,
  prepareTimeSeries,
  regression,
  rowsToFields,
  smoothing,
  timeSeriesTable,
  transpose,
};
