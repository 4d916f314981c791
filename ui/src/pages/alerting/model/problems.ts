// What keeps a rule from being saved, beside the field it is about.

import { parseDuration } from '../../../lib/time';
import type { ConditionDraft, RuleDraft } from './draft';
import { readJson } from './toRule';
import { evaluatorOf, evaluatorsFor, reducersFor } from './words';

export type Problems = Readonly<Record<string, string>>;

const isNumber = (word: string): boolean => word.trim() !== '' && Number.isFinite(Number(word));

function everyProblem(every: string): string | null {
  const ms = parseDuration(every);
  if (ms === null) return 'A time such as 1m';
  return ms % 10_000 === 0 ? null : 'Tens of seconds: 10s, 30s, 1m …';
}

function durationProblem(word: string): string | null {
  const zero = word.trim() === '' || /^0(s|m)?$/.test(word.trim());
  return zero || parseDuration(word) !== null ? null : 'A time such as 2m';
}

export function conditionProblem(one: ConditionDraft, shape: 'each' | 'all'): string | null {
  const evaluator = evaluatorOf(one.evaluator);
  if (!reducersFor(shape).some(({ id }) => id === one.reducer)) {
    return `${one.reducer}() is there only for one alert for all series`;
  }
  if (!evaluatorsFor(shape).some(({ id }) => id === one.evaluator)) {
    return shape === 'each'
      ? 'Without a value there is no series: say below, under Advanced, what then happens'
      : 'This comparison is there only for an alert for each series';
  }
  const wanted = evaluator?.params ?? 1;
  if (one.params.slice(0, wanted).some((param) => !isNumber(param))) {
    return wanted === 2 ? 'Two numbers' : 'A number';
  }
  if (wanted === 2 && Number(one.params[0]) > Number(one.params[1])) {
    return 'The first must be the smaller';
  }
  return null;
}

function formProblems(draft: RuleDraft, shape: 'each' | 'all'): Record<string, string | null> {
  const found: Record<string, string | null> = {};
  for (const query of draft.queries) {
    found[`query.${query.refId}`] = query.expr.trim() === '' ? 'An expression is needed' : null;
    found[`window.${query.refId}`] =
      parseDuration(query.window) === null ? 'A time such as 10m' : null;
  }
  for (const one of draft.conditions) {
    found[`condition.${one.key}`] = conditionProblem(one, shape);
  }
  return found;
}

function jsonProblems(draft: RuleDraft): Record<string, string | null> {
  const parsed = readJson(draft.json);
  const missing = draft.record === null && draft.jsonCondition.trim() === '';
  return {
    json: parsed.ok ? null : parsed.error,
    jsonCondition: missing ? 'Which of them decides?' : null,
  };
}

export function problemsOf(draft: RuleDraft): Problems {
  const labels = draft.labels.map(({ key, name, value }): [string, string | null] => [
    `label.${key}`,
    name.trim() === ''
      ? value === ''
        ? null
        : 'The name is missing'
      : /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name.trim())
        ? null
        : 'Letters, digits and _',
  ]);
  const missing = draft.missingEvals.trim();
  const found: Record<string, string | null> = {
    title: draft.title.trim() === '' ? 'A name is needed' : null,
    folderUid: draft.folderUid === '' ? 'Choose a folder, or make one' : null,
    group: draft.group.trim() === '' ? 'A group is needed' : null,
    every: everyProblem(draft.every),
    pending: durationProblem(draft.pending),
    keepFiring: durationProblem(draft.keepFiring),
    missingEvals: missing === '' || /^[1-9]\d*$/.test(missing) ? null : 'A number from 1 on',
    ...Object.fromEntries(labels),
    ...(draft.shape === 'json' ? jsonProblems(draft) : formProblems(draft, draft.shape)),
  };
  const wrong = Object.entries(found).flatMap(([key, words]): [string, string][] =>
    words === null ? [] : [[key, words]],
  );
  return Object.fromEntries(wrong);
}

/** Enough to be tried, although not to be saved. */
export function canPreview(draft: RuleDraft): boolean {
  const named = ['query.', 'window.', 'condition.', 'json'];
  return !Object.keys(problemsOf(draft)).some((key) =>
    named.some((start) => key.startsWith(start)),
  );
}
