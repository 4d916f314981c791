import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import { testDataSource, type Health } from '../../api/grafana/datasources';
import { StateBadge } from '../../parts/StateBadge';
import styles from './datasources.module.css';

type Test = UseMutationResult<Health, Error, void>;

export function useTest(uid: string): Test {
  return useMutation({ mutationFn: async () => settled(await testDataSource(uid)) });
}

/** Green or red, in the server's words. */
export function TestResult({ test }: { test: Test }) {
  if (test.isPending || test.isIdle) return null;
  const ok = test.data?.status === 'OK';
  const words = test.data?.message ?? test.error?.message ?? '';
  return (
    <p className={styles.result} role="status">
      <StateBadge tone={ok ? 'ok' : 'bad'}>{ok ? 'It works' : 'It does not work'}</StateBadge>
      <span>{words}</span>
    </p>
  );
}
