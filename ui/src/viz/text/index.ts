import { choices, isAt } from '../shared/optionFields';
import type { VizPlugin } from '../types';
import { Text } from './Text';

export const plugin: VizPlugin = {
  type: 'text',
  name: 'Text',
  description: 'Markdown, HTML or code',
  skipsData: true,
  Component: Text,
  defaults: {
    mode: 'markdown',
    content: '# Title\n\nText with **markdown** and variables.',
    code: { language: 'plaintext', showLineNumbers: false, showMiniMap: false },
  },
  customDefaults: {},
  optionFields: [
    {
      path: 'mode',
      label: 'Written in',
      group: 'Text',
      kind: 'segments',
      choices: choices(['markdown', 'Markdown'], ['html', 'HTML'], ['code', 'Code']),
      initial: 'markdown',
    },
    { path: 'content', label: 'Content', group: 'Text', kind: 'textarea' },
    {
      path: 'code.showLineNumbers',
      label: 'Line numbers',
      group: 'Text',
      kind: 'switch',
      when: isAt('mode', 'code'),
    },
  ],
  customFields: [],
  standard: [],
};
