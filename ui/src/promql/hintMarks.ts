// Hints in the editor: a wavy line under what they speak of, and a card on hover or by key.

import { StateEffect, StateField, type EditorState, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  tooltips,
  type Command,
  type DecorationSet,
  type Tooltip,
} from '@codemirror/view';
import type { Hint } from '../lib/hints';

export interface MarkedRange {
  readonly from: number;
  readonly to: number;
}

/** An open card: whoever listens fills `dom` before it is placed. */
export interface HintCard {
  readonly dom: HTMLElement;
  readonly hints: readonly Hint[];
}

interface PlacedHint extends MarkedRange {
  readonly hint: Hint;
}

export const setHints = StateEffect.define<readonly Hint[]>();
/** A part of the expression that something elsewhere on the page speaks of. */
export const setLit = StateEffect.define<MarkedRange | null>();
const setCard = StateEffect.define<readonly PlacedHint[]>();

interface Placed {
  readonly hints: readonly PlacedHint[];
  readonly marks: DecorationSet;
}

function placed(hints: readonly PlacedHint[]): Placed {
  const marks = hints.map(({ hint, from, to }) =>
    Decoration.mark({ class: `cm-hint cm-hint-${hint.severity}` }).range(from, to),
  );
  return { hints, marks: Decoration.set(marks, true) };
}

/** Where the hints are; edits move them along until newer ones are known. */
const hintField = StateField.define<Placed>({
  create: () => placed([]),
  update: (current, { docChanged, changes, effects, newDoc }) => {
    for (const effect of effects) {
      if (!effect.is(setHints)) continue;
      const known = effect.value.flatMap((hint) => {
        const { place } = hint;
        const inside = place !== null && place.to <= newDoc.length && place.from < place.to;
        return inside ? [{ hint, from: place.from, to: place.to }] : [];
      });
      return placed(known);
    }
    if (!docChanged || current.hints.length === 0) return current;
    const moved = current.hints.map(({ hint, from, to }) => ({
      hint,
      from: changes.mapPos(from, 1),
      to: changes.mapPos(to, -1),
    }));
    return placed(moved.filter(({ from, to }) => from < to));
  },
  provide: (field) => EditorView.decorations.from(field, ({ marks }) => marks),
});

const litField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { effects, docChanged, newDoc }) => {
    for (const effect of effects) {
      if (!effect.is(setLit)) continue;
      const range = effect.value;
      if (range === null || range.to <= range.from || range.to > newDoc.length)
        return Decoration.none;
      return Decoration.set(Decoration.mark({ class: 'cm-lit' }).range(range.from, range.to));
    }
    return docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function hintsAt(state: EditorState, position: number): PlacedHint[] {
  return state
    .field(hintField)
    .hints.filter(({ from, to }) => from <= position && position <= to)
    .sort((a, b) => a.to - a.from - (b.to - b.from));
}

function cardOf(hints: readonly PlacedHint[], onCard: (card: HintCard) => () => void): Tooltip {
  const from = Math.min(...hints.map((one) => one.from));
  return {
    pos: from,
    end: Math.max(...hints.map((one) => one.to)),
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-hint-card';
      const gone = onCard({ dom, hints: hints.map(({ hint }) => hint) });
      return { dom, destroy: gone };
    },
  };
}

/** Walks to the next hint, or the one before, and opens its card; round at the ends. */
function walk(direction: 1 | -1): Command {
  return (view) => {
    const all = [...view.state.field(hintField).hints].sort((a, b) => a.from - b.from);
    const { head } = view.state.selection.main;
    const next =
      direction > 0
        ? (all.find(({ from }) => from > head) ?? all[0])
        : (all.findLast(({ from }) => from < head) ?? all.at(-1));
    if (next === undefined) return false;
    view.dispatch({
      selection: { anchor: next.from },
      effects: setCard.of(all.filter(({ from, to }) => from === next.from && to === next.to)),
      scrollIntoView: true,
    });
    return true;
  };
}

/** What a card keeps from the edges of the window. */
const CARD_MARGIN = 12;

export interface HintMarksOptions {
  /** Called with a card that opens; what it returns, when the card closes. */
  readonly onCard: (card: HintCard) => () => void;
  readonly onUse: (query: string) => void;
}

export function hintMarks({ onCard, onUse }: HintMarksOptions): Extension {
  const cardField = StateField.define<Tooltip | null>({
    create: () => null,
    update: (card, { effects, docChanged, selection }) => {
      for (const effect of effects) {
        if (effect.is(setCard))
          return effect.value.length > 0 ? cardOf(effect.value, onCard) : null;
      }
      return docChanged || selection !== undefined ? null : card;
    },
    provide: (field) => showTooltip.from(field),
  });
  const close: Command = (view) => {
    if (view.state.field(cardField) === null) return false;
    view.dispatch({ effects: setCard.of([]) });
    return true;
  };
  /** Takes the correction of the hint at the cursor, or of the only one that has any. */
  const use: Command = (view) => {
    const { state } = view;
    const fixes = (hints: readonly PlacedHint[]) => hints.flatMap(({ hint }) => hint.fix ?? []);
    const [fix] = [
      ...fixes(hintsAt(state, state.selection.main.head)),
      ...fixes(state.field(hintField).hints),
    ];
    if (fix === undefined) return false;
    onUse(fix.query);
    return true;
  };
  return [
    hintField,
    litField,
    cardField,
    tooltips({
      tooltipSpace: () => ({
        top: 0,
        left: CARD_MARGIN,
        bottom: window.innerHeight,
        right: window.innerWidth - CARD_MARGIN,
      }),
    }),
    hoverTooltip(
      (view, position) => {
        const hints = hintsAt(view.state, position);
        return hints.length === 0 ? null : cardOf(hints, onCard);
      },
      { hoverTime: 250, hideOnChange: true },
    ),
    keymap.of([
      { key: 'F8', run: walk(1), shift: walk(-1) },
      { key: 'Escape', run: close },
      { key: 'Mod-.', run: use },
    ]),
  ];
}
