import type { ReactNode } from 'react';
import { safeUrl } from '../../viz/shared/links';
import styles from './chrome.module.css';
import { parseMarkdown, type Block, type Inline } from './markdownLite';

export interface MarkdownProps {
  text: string;
}

function inlines(list: readonly Inline[]): ReactNode {
  return list.map((one, i) => {
    switch (one.kind) {
      case 'text':
        return one.text;
      case 'code':
        return <code key={i}>{one.text}</code>;
      case 'strong':
        return <strong key={i}>{inlines(one.inside)}</strong>;
      case 'em':
        return <em key={i}>{inlines(one.inside)}</em>;
      case 'link': {
        const url = safeUrl(one.url);
        if (url === null) return inlines(one.inside);
        return (
          <a key={i} href={url} target="_blank" rel="noreferrer noopener">
            {inlines(one.inside)}
          </a>
        );
      }
    }
  });
}

function block(one: Block, i: number): ReactNode {
  const inside = inlines(one.inside);
  if (one.kind === 'pre') return <pre key={i}>{inside}</pre>;
  if (one.kind === 'h') {
    return (
      <p key={i} className={styles.markHeading}>
        {inside}
      </p>
    );
  }
  return (
    <p key={i} data-bullet={one.kind === 'li' || undefined}>
      {inside}
    </p>
  );
}

/** A description as its author meant it. */
export function Markdown({ text }: MarkdownProps) {
  return <div className={styles.markdown}>{parseMarkdown(text).map(block)}</div>;
}
