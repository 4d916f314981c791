import { useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react';
import { createPortal, flushSync } from 'react-dom';
import { basePath } from '../api/client';
import { sourcePrefix } from '../api/source';
import type { Hint } from '../lib/hints';
import type { PromqlEditor } from './codemirror';
import type { HintCard, MarkedRange } from './hintMarks';
import { HintCardView } from './HintCardView';
import { HintList } from './HintList';
import { HintStrip } from './HintStrip';
import { useAdvice, type FillExpr } from './useAdvice';
import { usePromqlNames } from './usePromqlNames';
import styles from './ExpressionField.module.css';

/** What came with the answer to an expression. */
export interface Notes {
  readonly expr: string;
  readonly hints: readonly Hint[];
}

export interface ExpressionFieldProps {
  value: string;
  onChange: (text: string) => void;
  onExecute: (text: string) => void;
  /** Where the server's error points. */
  mark: MarkedRange | null;
  /** A part that something elsewhere on the page speaks of. */
  lit: MarkedRange | null;
  notes: Notes;
  autoFocus?: boolean;
  invalid?: boolean;
  /** Uid of the data source that completes names; unset: as the page's address says. */
  source?: string;
  /** What variables and macros stand for, so that advice can be asked for. */
  fill?: FillExpr;
  /** False: the data is of another server, of which ours knows nothing. */
  advised?: boolean;
}

const LABEL = 'PromQL expression';
const PLACEHOLDER = 'Expression, for example rate(http_requests_total[5m])';

/** Notes are marked where advice does not speak of the same words already. */
function withNotes(advice: readonly Hint[], notes: readonly Hint[]): Hint[] {
  const overlap = (a: Hint['place'], b: Hint['place']) =>
    a !== null && b !== null && a.from < b.to && b.from < a.to;
  const alone = notes.filter((note) => !advice.some(({ place }) => overlap(place, note.place)));
  return [...advice, ...alone];
}

/** The editor, and before it has arrived a plain field that does the same with less comfort. */
export function ExpressionField(props: ExpressionFieldProps) {
  const { value, mark, lit, notes, autoFocus = false, invalid = false, source } = props;
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<PromqlEditor>(null);
  const [ready, setReady] = useState(false);
  const [cards, setCards] = useState<readonly HintCard[]>([]);
  const [open, setOpen] = useState(false);
  const [pointed, setPointed] = useState<MarkedRange | null>(null);
  const listId = useId();
  const metricNames = usePromqlNames();
  const names = useRef<readonly string[]>([]);
  const advice = useAdvice(value, props.fill, props.advised);
  const marked = useMemo(
    () => (notes.expr === advice.expr ? withNotes(advice.hints, notes.hints) : advice.hints),
    [advice, notes],
  );

  useEffect(() => {
    names.current = metricNames;
  }, [metricNames]);

  const onChange = useEffectEvent((text: string) => props.onChange(text));
  const onExecute = useEffectEvent((text: string) => props.onExecute(text));
  const current = useEffectEvent(() => value);

  useEffect(() => {
    let gone = false;
    void import('./codemirror').then(({ PromqlEditor: Editor }) => {
      if (gone || host.current === null) return;
      const focused = document.activeElement === plain.current || autoFocus;
      editor.current = new Editor(host.current, {
        text: current(),
        label: LABEL,
        placeholder: PLACEHOLDER,
        apiUrl: (basePath() + sourcePrefix(source)).replace(/\/$/, ''),
        metricNames: names.current,
        onChange,
        onExecute,
        // At once, because the editor measures the card to place it.
        onCard: (card) => {
          flushSync(() => setCards((others) => [...others, card]));
          return () => setCards((all) => all.filter((one) => one !== card));
        },
      });
      setReady(true);
      if (focused) editor.current.focus();
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [autoFocus, source]);

  useEffect(() => {
    editor.current?.setText(value);
  }, [value, ready]);
  useEffect(() => {
    editor.current?.mark(mark);
  }, [mark, ready]);
  useEffect(() => {
    editor.current?.hint(advice.expr, marked);
  }, [advice.expr, marked, value, ready]);
  const shown = pointed ?? lit;
  useEffect(() => {
    editor.current?.light(shown);
  }, [shown, ready]);

  const use = (query: string) => {
    setPointed(null);
    if (editor.current === null) props.onChange(query);
    else editor.current.replace(query);
  };
  const onUse = advice.expr === value ? use : null;
  const point = (expr: string) => (range: MarkedRange | null) =>
    setPointed(expr === value ? range : null);

  return (
    <div className={styles.whole}>
      <div className={styles.field} data-invalid={invalid || undefined} data-testid="expression">
        <div ref={host} className={styles.editor} hidden={!ready} />
        {!ready && (
          <textarea
            ref={plain}
            className={styles.plain}
            aria-label={LABEL}
            placeholder={PLACEHOLDER}
            rows={Math.max(1, value.split('\n').length)}
            spellCheck={false}
            value={value}
            onChange={(event) => props.onChange(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return;
              event.preventDefault();
              props.onExecute(event.currentTarget.value);
            }}
          />
        )}
      </div>
      <HintStrip
        hints={advice.hints}
        open={open}
        onToggle={() => setOpen(!open)}
        controls={listId}
      />
      {open && advice.hints.length > 0 && (
        <HintList
          id={listId}
          label="Advice on the expression"
          hints={advice.hints}
          expr={advice.expr}
          onLight={point(advice.expr)}
          onUse={onUse}
        />
      )}
      {notes.hints.length > 0 && (
        <HintList
          label="What came with the answer"
          hints={notes.hints}
          expr={notes.expr}
          onLight={point(notes.expr)}
          onUse={null}
        />
      )}
      {cards.map(({ dom, hints }, i) =>
        createPortal(<HintCardView hints={hints} expr={advice.expr} onUse={onUse} />, dom, i),
      )}
    </div>
  );
}
