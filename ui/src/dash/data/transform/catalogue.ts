// What transformations there are, for whoever chooses one.

import type { JsonObject } from '../../model';

export interface TransformerInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly defaults: JsonObject;
  /** Loaded apart from the rest, when first used. */
  readonly rare: boolean;
  /** Kept for dashboards that have it; not offered. */
  readonly hidden: boolean;
}

const entry = (
  id: string,
  name: string,
  description: string,
  defaults: JsonObject = {},
): TransformerInfo => ({ id, name, description, defaults, rare: false, hidden: false });

const rare = (...args: Parameters<typeof entry>): TransformerInfo => ({
  ...entry(...args),
  rare: true,
});

const hidden = (info: TransformerInfo): TransformerInfo => ({ ...info, hidden: true });

export const TRANSFORMERS: readonly TransformerInfo[] = [
  entry('organize', 'Organize fields', 'Order, hide and rename columns', {
    excludeByName: {},
    includeByName: {},
    indexByName: {},
    renameByName: {},
  }),
  entry('merge', 'Merge tables', 'Tables into one; rows that agree become one row'),
  entry('joinByField', 'Join by field', 'Tables side by side, by a column they share', {
    mode: 'outer',
  }),
  entry('filterFieldsByName', 'Filter fields by name', 'Keep or drop columns by name'),
  entry('renameByRegex', 'Rename by regex', 'Rename columns by a pattern', {
    regex: '(.*)',
    renamePattern: '$1',
  }),
  entry('groupBy', 'Group by', 'Rows with the same value into one, the rest calculated', {
    fields: {},
  }),
  entry('calculateField', 'Add field from calculation', 'A new column from the others', {
    mode: 'reduceRow',
    reduce: { reducer: 'sum' },
  }),
  entry('reduce', 'Reduce', 'Columns down to single values', {
    reducers: ['max'],
    mode: 'seriesToRows',
  }),
  entry('sortBy', 'Sort by', 'Rows in order of a column', { sort: [] }),
  entry('labelsToFields', 'Labels to fields', 'Labels of series as columns or rows', {
    mode: 'columns',
  }),
  entry('filterByValue', 'Filter data by values', 'Keep or drop rows by what is in them', {
    filters: [],
    type: 'include',
    match: 'any',
  }),
  entry('filterByRefId', 'Filter by query', 'Keep or drop the answers of queries'),
  entry('limit', 'Limit', 'The first rows only', { limitField: 10 }),
  entry('seriesToRows', 'Series to rows', 'Series below each other, with a column for the name'),
  entry('concatenate', 'Concatenate fields', 'All columns into one table', {
    frameNameMode: 'field',
    frameNameLabel: 'frame',
  }),
  entry('convertFieldType', 'Convert field type', 'Texts into numbers or times, and back', {
    conversions: [],
  }),
  entry('formatTime', 'Format time', 'Times as text', { timeField: '', outputFormat: '' }),
  entry('formatString', 'Format string', 'Texts in another case, or a part of them', {
    stringField: '',
    outputFormat: 'Upper Case',
  }),
  rare('timeSeriesTable', 'Time series to table', 'A row for each series, with its line'),
  rare('extractFields', 'Extract fields', 'Columns out of JSON, key=value or other text', {
    format: 'auto',
  }),
  rare('partitionByValues', 'Partition by values', 'A frame for each value of a column', {
    fields: [],
    keepFields: false,
  }),
  rare('prepareTimeSeries', 'Prepare time series', 'One frame with all series, or one for each', {
    format: 'multi',
  }),
  rare('joinByLabels', 'Join by labels', 'Labels as columns, and one more for each value of one', {
    value: '',
  }),
  rare('groupingToMatrix', 'Grouping to matrix', 'Two columns as the sides of a table', {
    columnField: 'Time',
    rowField: 'Time',
    valueField: 'Value',
    emptyValue: 'empty',
  }),
  rare('configFromData', 'Config from query', 'Minimum, maximum, unit, … out of a query', {
    configRefId: 'config',
    mappings: [],
  }),
  rare('rowsToFields', 'Rows to fields', 'A column for each row', { mappings: [] }),
  rare('histogram', 'Histogram', 'How often values fall where', { combine: false }),
  rare('heatmap', 'Heatmap', 'How often values fall where, over time'),
  rare('transpose', 'Transpose', 'Rows as columns, columns as rows'),
  rare('groupToNestedTable', 'Group to nested table', 'Groups with their rows', { fields: {} }),
  rare('regression', 'Trend line', 'A straight or curved line through the values', {
    modelType: 'linear',
    degree: 2,
    predictionCount: 100,
  }),
  rare('smoothing', 'Smoothing', 'Fewer points, without the noise', { resolution: 100 }),
  hidden(entry('seriesToColumns', 'Series to columns', 'Join by field, by its old name')),
  hidden(entry('filterFields', 'Filter fields', 'Keep or drop columns by any matcher')),
  hidden(entry('filterFrames', 'Filter frames', 'Keep or drop frames by any matcher')),
  hidden(entry('ensureColumns', 'Ensure columns', 'Series of one clock into one table')),
  hidden(entry('order', 'Order fields', 'Columns in another order', { indexByName: {} })),
  hidden(entry('rename', 'Rename fields', 'Columns under other names', { renameByName: {} })),
];

const known = new Map(TRANSFORMERS.map((info) => [info.id, info]));

export const transformerInfo = (id: string): TransformerInfo | undefined => known.get(id);
