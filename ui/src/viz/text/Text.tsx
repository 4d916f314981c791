import { useEffect, useRef, useState } from 'react';
import { choiceAt, flagAt, textAt } from '../shared/options';
import { VizNotice } from '../shared/VizNotice';
import type { VizProps } from '../types';
import styles from './text.module.css';

type Renderer = typeof import('./render');

export function Text({ options, interpolate, panel }: VizProps) {
  const mode = choiceAt(options, 'mode', ['markdown', 'html', 'code'], 'markdown');
  const raw = textAt(options, 'content');
  if (raw.trim() === '') {
    return <VizNotice>{panel.title === '' ? 'An empty text panel' : 'No text yet'}</VizNotice>;
  }
  // What a variable holds is never markup.
  const content = interpolate(raw, mode === 'code' ? undefined : 'html');
  if (mode === 'code') {
    return <Code content={content} numbered={flagAt(options, 'code.showLineNumbers')} />;
  }
  return <Marked content={content} html={mode === 'html'} />;
}

function Code({ content, numbered }: { content: string; numbered: boolean }) {
  return (
    <pre className={styles.code} tabIndex={0}>
      {numbered
        ? content.split('\n').map((line, i) => (
            <span key={i} className={styles.line} data-number={i + 1}>
              {line + '\n'}
            </span>
          ))
        : content}
    </pre>
  );
}

function Marked({ content, html }: { content: string; html: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const [renderer, setRenderer] = useState<Renderer | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let gone = false;
    import('./render').then(
      (loaded) => {
        if (!gone) setRenderer(loaded);
      },
      () => {
        if (!gone) setFailed(true);
      },
    );
    return () => {
      gone = true;
    };
  }, []);

  useEffect(() => {
    if (renderer === null) return;
    const made = html ? renderer.fromHtml(content) : renderer.fromMarkdown(content);
    host.current?.replaceChildren(made);
  }, [renderer, content, html]);

  if (failed) return <pre className={styles.code}>{content}</pre>;
  return <div ref={host} className={styles.text} />;
}
