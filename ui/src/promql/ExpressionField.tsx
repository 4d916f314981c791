import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { basePath } from '../api/client';
import { usePromqlNames } from './usePromqlNames';
import type { MarkedRange, PromqlEditor } from './codemirror';
import styles from './ExpressionField.module.css';

export interface ExpressionFieldProps {
  value: string;
  onChange: (text: string) => void;
  onExecute: (text: string) => void;
  mark: MarkedRange | null;
  autoFocus?: boolean;
  invalid?: boolean;
}

const LABEL = 'PromQL expression';
const PLACEHOLDER = 'Expression, for example rate(http_requests_total[5m])';

/** The editor, and before it has arrived a plain field that does the same with less comfort. */
export function ExpressionField(props: ExpressionFieldProps) {
  const { value, mark, autoFocus = false, invalid = false } = props;
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<PromqlEditor>(null);
  const [ready, setReady] = useState(false);
  const metricNames = usePromqlNames();
  const names = useRef<readonly string[]>([]);

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
        apiUrl: basePath().replace(/\/$/, ''),
        metricNames: names.current,
        onChange,
        onExecute,
      });
      setReady(true);
      if (focused) editor.current.focus();
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [autoFocus]);

  useEffect(() => {
    editor.current?.setText(value);
  }, [value, ready]);

  useEffect(() => {
    editor.current?.mark(mark);
  }, [mark, ready]);

  return (
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
  );
}
