export interface FlameProps {
  size: number;
}

/** The mark: a flame over crossed logs. The same drawing as public/favicon.svg. */
export function Flame({ size }: FlameProps) {
  return <img src="./favicon.svg" width={size} height={size} alt="" />;
}
