// The PromQL editor proper. It is its own chunk: until it is here, a plain text field of the same
// size takes its place, so that nobody waits for it to type.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
  selectedCompletion,
} from '@codemirror/autocomplete';
import {
  defaultKeymap,
  history,
  historyKeymap,
  insertNewlineAndIndent,
} from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, keymap, placeholder, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import type { Hint } from '../lib/hints';
import { editorTheme } from './editorTheme';
import { hintMarks, setHints, setLit, type HintMarksOptions, type MarkedRange } from './hintMarks';

export interface PromqlEditorOptions extends Pick<HintMarksOptions, 'onCard'> {
  readonly text: string;
  readonly label: string;
  readonly placeholder: string;
  /** Where the API lives, without a slash at its end. */
  readonly apiUrl: string;
  readonly metricNames: readonly string[];
  readonly onChange: (text: string) => void;
  readonly onExecute: (text: string) => void;
}

const setMark = StateEffect.define<MarkedRange | null>();

/** The place the server's error points at; any edit takes the mark away. */
const errorMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      const range = effect.value;
      if (range === null || range.to <= range.from) return Decoration.none;
      return Decoration.set(
        Decoration.mark({ class: 'cm-server-error' }).range(range.from, range.to),
      );
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const highlighting = HighlightStyle.define([
  { tag: tags.variableName, color: 'var(--syntax-name)' },
  { tag: tags.labelName, color: 'var(--syntax-label)' },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--syntax-keyword)' },
  { tag: tags.function(tags.variableName), color: 'var(--syntax-function)' },
  { tag: tags.string, color: 'var(--syntax-string)' },
  { tag: [tags.number, tags.special(tags.number)], color: 'var(--syntax-number)' },
  { tag: tags.comment, color: 'var(--text-faint)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

function executeKeys(onExecute: (text: string) => void): Extension {
  const execute = (view: EditorView): boolean => {
    closeCompletion(view);
    onExecute(view.state.doc.toString());
    return true;
  };
  /** Enter takes the completion that is marked, unless all of it has been typed already. */
  const executeWhenTyped = (view: EditorView): boolean => {
    if (completionStatus(view.state) !== 'active') return false;
    const { head } = view.state.selection.main;
    const word = /[\w:]*$/.exec(view.state.sliceDoc(0, head))?.[0] ?? '';
    const chosen = selectedCompletion(view.state);
    return word !== '' && chosen?.label === word ? execute(view) : false;
  };
  return [
    Prec.highest(keymap.of([{ key: 'Enter', run: executeWhenTyped }])),
    Prec.high(
      keymap.of([
        { key: 'Enter', run: execute },
        { key: 'Mod-Enter', run: execute },
        { key: 'Shift-Enter', run: insertNewlineAndIndent },
      ]),
    ),
  ];
}

export class PromqlEditor {
  private readonly view: EditorView;

  constructor(parent: HTMLElement, options: PromqlEditorOptions) {
    // What is wrong with an expression the server says, in one voice; see hintMarks.
    const promql = new PromQLExtension().activateLinter(false).setComplete({
      remote: {
        url: options.apiUrl,
        httpMethod: 'GET',
        cache: { initialMetricList: [...options.metricNames] },
      },
    });
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          executeKeys(options.onExecute),
          promql.asExtension(),
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false, maxRenderedOptions: 200 }),
          syntaxHighlighting(highlighting),
          errorMark,
          hintMarks({ onCard: options.onCard, onUse: (query) => this.replace(query) }),
          EditorView.lineWrapping,
          placeholder(options.placeholder),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) options.onChange(update.state.doc.toString());
          }),
          editorTheme,
        ],
      }),
    });
  }

  setText(text: string): void {
    const { doc } = this.view.state;
    if (doc.toString() === text) return;
    this.view.dispatch({
      changes: { from: 0, to: doc.length, insert: text },
      selection: { anchor: text.length },
    });
  }

  mark(range: MarkedRange | null): void {
    const inside = range !== null && range.to <= this.view.state.doc.length ? range : null;
    this.view.dispatch({ effects: setMark.of(inside) });
  }

  /** Hints about `expr`; what has been typed since keeps its older ones. */
  hint(expr: string, hints: readonly Hint[]): void {
    if (this.view.state.doc.toString() === expr)
      this.view.dispatch({ effects: setHints.of(hints) });
  }

  light(range: MarkedRange | null): void {
    this.view.dispatch({ effects: setLit.of(range) });
  }

  /** Another expression as if typed: it can be undone, and the cursor stands where it differs. */
  replace(text: string): void {
    const before = this.view.state.doc.toString();
    let from = 0;
    while (from < before.length && before[from] === text[from]) from++;
    let tail = 0;
    const most = Math.min(before.length, text.length) - from;
    while (tail < most && before.at(-1 - tail) === text.at(-1 - tail)) tail++;
    const insert = text.slice(from, text.length - tail);
    this.view.dispatch({
      changes: { from, to: before.length - tail, insert },
      selection: { anchor: from + insert.length },
      userEvent: 'input.complete',
    });
    this.view.focus();
  }

  focus(): void {
    this.view.focus();
    this.view.dispatch({ selection: { anchor: this.view.state.doc.length } });
  }

  destroy(): void {
    this.view.destroy();
  }
}
