import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import { basePath } from '../../api/client';
import { ownPath } from './address';

export interface AppLinkProps extends Omit<ComponentProps<'a'>, 'href' | 'target' | 'rel'> {
  /** Safe already; see viz/shared/links. */
  url: string;
  targetBlank?: boolean;
}

/** A link that a dashboard holds: within the app without a new page, elsewhere as usual. */
export function AppLink({ url, targetBlank = false, ...rest }: AppLinkProps) {
  const own = ownPath(url, basePath(), window.location.origin);
  if (own !== null && !targetBlank) return <Link href={own} {...rest} />;
  const href = own === null ? url : `${basePath().replace(/\/$/, '')}${own}`;
  return (
    <a
      {...rest}
      href={href}
      {...(targetBlank ? { target: '_blank', rel: 'noreferrer noopener' } : {})}
    />
  );
}
