import type { CSSProperties, ReactNode } from 'react';
import type { ShownLink } from './links';

export interface LinkedProps {
  links: readonly ShownLink[];
  className?: string | undefined;
  style?: CSSProperties | undefined;
  title?: string | undefined;
  children: ReactNode;
}

/** A link where there is somewhere to go, plain otherwise. */
export function Linked({ links, children, ...rest }: LinkedProps) {
  const link = links[0];
  if (link === undefined) return <div {...rest}>{children}</div>;
  return (
    <a
      href={link.href}
      {...(link.targetBlank ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
      {...rest}
      title={link.title}
    >
      {children}
    </a>
  );
}
