import { calcField, choices, isAt, without } from '../shared/optionFields';
import type { OptionField, VizPlugin } from '../types';
import { Table } from './Table';

const GROUP = 'Table';
const CELL = 'Cell';
const footer = isAt('footer.show', true);

const optionFields: readonly OptionField[] = [
  { path: 'showHeader', label: 'Headings', group: GROUP, kind: 'switch', initial: true },
  {
    path: 'cellHeight',
    label: 'Row height',
    group: GROUP,
    kind: 'segments',
    choices: choices(['sm', 'Small'], ['md', 'Medium'], ['lg', 'Large']),
    initial: 'sm',
  },
  { path: 'maxRowHeight', label: 'Greatest row height', group: GROUP, kind: 'number', min: 20 },
  { path: 'enablePagination', label: 'Pages', group: GROUP, kind: 'switch', initial: false },
  { path: 'frameIndex', label: 'First shown series', group: GROUP, kind: 'number', min: 0 },
  { path: 'footer.show', label: 'Show a footer', group: 'Footer', kind: 'switch' },
  { ...calcField('footer.reducer', 'Footer', 'Calculation'), when: footer },
  { path: 'footer.countRows', label: 'Count rows', group: 'Footer', kind: 'switch', when: footer },
];

const customFields: readonly OptionField[] = [
  { path: 'width', label: 'Column width', group: CELL, kind: 'number', min: 20 },
  { path: 'minWidth', label: 'Least column width', group: CELL, kind: 'number', min: 20 },
  {
    path: 'align',
    label: 'Alignment',
    group: CELL,
    kind: 'segments',
    choices: choices(['auto', 'Auto'], ['left', 'Left'], ['center', 'Centre'], ['right', 'Right']),
    initial: 'auto',
  },
  {
    path: 'cellOptions.type',
    label: 'Cell type',
    group: CELL,
    kind: 'select',
    choices: choices(
      ['auto', 'Auto'],
      ['color-text', 'Coloured text'],
      ['color-background', 'Coloured background'],
      ['gauge', 'Gauge'],
      ['sparkline', 'Sparkline'],
      ['pill', 'Pills'],
      ['json-view', 'JSON'],
      ['image', 'Image'],
      ['data-links', 'Links'],
      ['markdown', 'Markdown, as text'],
    ),
    initial: 'auto',
  },
  {
    path: 'cellOptions.mode',
    label: 'Background',
    group: CELL,
    kind: 'segments',
    choices: choices(['basic', 'Solid'], ['gradient', 'Gradient']),
    when: isAt('cellOptions.type', 'color-background'),
  },
  {
    path: 'cellOptions.applyToRow',
    label: 'Colour the whole row',
    group: CELL,
    kind: 'switch',
    when: isAt('cellOptions.type', 'color-background'),
  },
  {
    path: 'cellOptions.mode',
    label: 'Gauge',
    group: CELL,
    kind: 'segments',
    choices: choices(['gradient', 'Gradient'], ['lcd', 'Cells'], ['basic', 'Basic']),
    when: isAt('cellOptions.type', 'gauge'),
  },
  {
    path: 'cellOptions.valueDisplayMode',
    label: 'Its value',
    group: CELL,
    kind: 'segments',
    choices: choices(['color', 'Coloured'], ['text', 'Plain'], ['hidden', 'Hidden']),
    when: isAt('cellOptions.type', 'gauge'),
  },
  { path: 'wrapText', label: 'Wrap text', group: CELL, kind: 'switch', initial: false },
  { path: 'filterable', label: 'Can be filtered by', group: CELL, kind: 'switch', initial: false },
  { path: 'hideHeader', label: 'Hide its heading', group: CELL, kind: 'switch', initial: false },
  { path: 'hideFrom.viz', label: 'Hide', group: CELL, kind: 'switch', initial: false },
  calcField('footer.reducers', CELL, 'In the footer'),
];

export const plugin: VizPlugin = {
  type: 'table',
  name: 'Table',
  description: 'Rows and columns, sorted and filtered',
  Component: Table,
  defaults: {
    frameIndex: 0,
    showHeader: true,
    cellHeight: 'sm',
    sortBy: [],
    enablePagination: false,
  },
  customDefaults: {
    align: 'auto',
    cellOptions: { type: 'auto' },
    inspect: false,
    filterable: false,
    wrapText: false,
    hideFrom: { viz: false },
  },
  optionFields,
  customFields,
  standard: without('fieldMinMax'),
  suits: (frames) =>
    frames.length > 0 && frames.some((one) => one.fields.some((field) => field.type === 'string'))
      ? 80
      : 20,
};
