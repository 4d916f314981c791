export interface HintTextProps {
  children: string;
}

/** Between backticks, a function with its brackets, or a name with underscores. */
const CODE = /`[^`]+`|\b[a-zA-Z][\w:]*\(\)|\b[a-zA-Z]*_\w*(?::\w+)*/g;

/** Words of the server, with what is code in them set as code. */
export function HintText({ children }: HintTextProps) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const { 0: found, index } of children.matchAll(CODE)) {
    parts.push(
      children.slice(from, index),
      <code key={index}>{found.startsWith('`') ? found.slice(1, -1) : found}</code>,
    );
    from = index + found.length;
  }
  return [...parts, children.slice(from)];
}
