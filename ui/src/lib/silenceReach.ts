// How far a silence reaches, so that nobody hides everything by a slip.

import { isBoundless, type Matcher } from './matchers';

export type Reach = 'nothing' | 'some' | 'much' | 'everything';

/** From so many on, more than half of what is held is much. */
const MANY = 10;

export function reachOf(matchers: readonly Matcher[], hit: number, held: number): Reach {
  if (matchers.length > 0 && matchers.every(isBoundless)) return 'everything';
  if (hit === 0) return 'nothing';
  if (hit === held && held > 1) return 'everything';
  return hit >= MANY && hit * 2 > held ? 'much' : 'some';
}

/** What the server would refuse, said before it is sent. */
export function matchersError(matchers: readonly Matcher[]): string | null {
  if (matchers.length === 0) return 'A silence needs at least one matcher';
  const meetsEmpty = (one: Matcher) => {
    if (!one.isRegex) return (one.value === '') === one.isEqual;
    try {
      return new RegExp(`^(?:${one.value})$`).test('') === one.isEqual;
    } catch {
      return false;
    }
  };
  return matchers.every(meetsEmpty)
    ? 'At least one matcher must ask for a value: these match alerts without any labels'
    : null;
}
