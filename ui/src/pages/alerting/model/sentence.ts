// A rule in one sentence, as it is read aloud: `WHEN last() OF query(A) IS BELOW 1 for 2m`.

import type { ConditionDraft, RuleDraft } from './draft';
import { evaluatorOf } from './words';

export function conditionWords(one: ConditionDraft): string {
  const evaluator = evaluatorOf(one.evaluator);
  const [first, second] = one.params.map((param) => (param.trim() === '' ? '…' : param.trim()));
  const numbers =
    evaluator?.params === 0
      ? ''
      : evaluator?.params === 2
        ? ` ${first ?? ''} TO ${second ?? ''}`
        : ` ${first ?? ''}`;
  return `${one.reducer}() OF query(${one.refId}) ${evaluator?.words ?? one.evaluator}${numbers}`;
}

/** Without `for`. */
export function sentenceOf(draft: RuleDraft): string {
  return draft.conditions
    .map((one, i) => `${i === 0 ? 'WHEN' : one.join.toUpperCase()} ${conditionWords(one)}`)
    .join(' ');
}
