export interface HintTextProps {
  children: string;
}

/** Words of the server; what stands between backticks is code. */
export function HintText({ children }: HintTextProps) {
  return children
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}
