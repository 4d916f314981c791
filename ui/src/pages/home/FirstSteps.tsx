import { IconFileImport, IconLayoutGridAdd, IconTargetArrow } from '@tabler/icons-react';
import { Link } from 'wouter';
import { isServed } from '../../api/served';
import { Card } from '../../parts/Card';
import styles from './home.module.css';

const STEPS = [
  {
    icon: IconTargetArrow,
    path: '/targets',
    name: 'See what is scraped',
    words: 'Every target of prometheus.yml, whether it answers, and why not.',
  },
  {
    icon: IconFileImport,
    path: '/dashboard/import',
    name: 'Import a dashboard',
    words: 'Paste or upload any Grafana dashboard; old ones are brought up to date.',
  },
  {
    icon: IconLayoutGridAdd,
    path: '/dashboard/new',
    name: 'Build one',
    words: 'A query, a picture of it, and it is yours.',
  },
] as const;

export function FirstSteps({ mayEdit }: { mayEdit: boolean }) {
  const steps = STEPS.filter(({ path }) => isServed(path) && (mayEdit || path === '/targets'));
  return (
    <Card title="Three steps to the first dashboard">
      <ol className={styles.steps}>
        {steps.map(({ icon: Sign, path, name, words }) => (
          <li key={path}>
            <Link href={path} className={styles.step}>
              <Sign size={26} stroke={1.5} aria-hidden />
              <span>
                <strong>{name}</strong>
                <span className={styles.words}>{words}</span>
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
