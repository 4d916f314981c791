import type { UseQueryResult } from '@tanstack/react-query';
import { ApiError, type ApiErrorType } from '../../api/client';
import type { ErrorPosition } from '../../lib/errorPosition';
import { Notice } from '../../parts/Notice';
import type { PanelAnswer } from './usePanelQuery';
import { Button } from '../../parts/Button';
import styles from './query.module.css';

export interface QueryErrorProps {
  error: Error;
  expr: string;
  mark: ErrorPosition | null;
  query: UseQueryResult<PanelAnswer>;
}

const TITLES: Record<ApiErrorType, string> = {
  bad_data: 'The expression cannot be run',
  execution: 'The query failed',
  canceled: 'The query was cancelled',
  timeout: 'The query took too long',
  internal: 'The server has a problem',
  unavailable: 'The server is not ready',
  not_found: 'Not found',
  not_acceptable: 'Not acceptable',
  network: 'No connection',
  protocol: 'The answer could not be read',
};

/** The server's own words, and under the expression the place they speak of. */
export function QueryError({ error, expr, mark, query }: QueryErrorProps) {
  const type = error instanceof ApiError ? error.errorType : 'protocol';
  const line = mark === null ? undefined : expr.split('\n')[mark.line - 1];
  const retry = (
    <Button size="xs" variant="default" onClick={() => void query.refetch()}>
      Try again
    </Button>
  );
  return (
    <Notice kind="error" title={TITLES[type]} {...(type === 'bad_data' ? {} : { action: retry })}>
      <p>{error.message}</p>
      {mark !== null && line !== undefined && (
        <pre className={styles.excerpt} aria-hidden>
          {`${line}\n${' '.repeat(mark.column - 1)}${'^'.repeat(Math.max(1, mark.to - mark.from))}`}
        </pre>
      )}
    </Notice>
  );
}
