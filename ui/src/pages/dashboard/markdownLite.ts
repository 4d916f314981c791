// The little of Markdown that descriptions use: paragraphs, lists, headings, bold, italic, code,
// links. A tree, not HTML: what is not understood stays text.

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong' | 'em'; readonly inside: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly url: string; readonly inside: readonly Inline[] };

export interface Block {
  readonly kind: 'p' | 'h' | 'li' | 'pre';
  readonly inside: readonly Inline[];
}

const MARK =
  /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(\s*<?([^)\s>]+)>?[^)]*\)|(https?:\/\/[^\s<>)"']+[^\s<>)"'.,;:!?])/;
const MAX_DEPTH = 4;

export function parseInline(text: string, depth = 0): readonly Inline[] {
  const match = depth > MAX_DEPTH ? null : MARK.exec(text);
  if (match === null) return text === '' ? [] : [{ kind: 'text', text }];
  const [whole, code, strong, strong2, em, title, url, bare] = match;
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + whole.length);
  const inner = (words: string) => parseInline(words, depth + 1);
  let found: Inline = { kind: 'text', text: whole };
  const bold = strong ?? strong2;
  if (code !== undefined) found = { kind: 'code', text: code };
  else if (bold !== undefined) found = { kind: 'strong', inside: inner(bold) };
  else if (em !== undefined) found = { kind: 'em', inside: inner(em) };
  else if (bare !== undefined) {
    found = { kind: 'link', url: bare, inside: [{ kind: 'text', text: bare }] };
  } else if (title !== undefined && url !== undefined) {
    found = { kind: 'link', url, inside: inner(title) };
  }
  return [
    ...(before === '' ? [] : [{ kind: 'text', text: before } as const]),
    found,
    ...parseInline(after, depth),
  ];
}

export function parseMarkdown(source: string): readonly Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  let fence: string[] | null = null;
  const close = () => {
    const text = paragraph.join(' ').trim();
    if (text !== '') blocks.push({ kind: 'p', inside: parseInline(text) });
    paragraph = [];
  };
  for (const line of source.split(/\r?\n/)) {
    if (/^\s*```/.test(line)) {
      if (fence === null) {
        close();
        fence = [];
      } else {
        blocks.push({ kind: 'pre', inside: [{ kind: 'text', text: fence.join('\n') }] });
        fence = null;
      }
      continue;
    }
    if (fence !== null) {
      fence.push(line);
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (heading !== null) {
      close();
      blocks.push({ kind: 'h', inside: parseInline(heading[1] ?? '') });
    } else if (item !== null) {
      close();
      blocks.push({ kind: 'li', inside: parseInline(item[1] ?? '') });
    } else if (line.trim() === '') {
      close();
    } else {
      paragraph.push(line.trim());
    }
  }
  if (fence !== null)
    blocks.push({ kind: 'pre', inside: [{ kind: 'text', text: fence.join('\n') }] });
  close();
  return blocks;
}
