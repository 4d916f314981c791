// Markdown and HTML of text panels. Whoever may edit a dashboard must not thereby run anything in
// the browser of who looks at it: no scripts, no handlers, no frames, no forms.

import DOMPurify from 'dompurify';
import { marked } from 'marked';

const purifier = DOMPurify(window);

purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A' && node.hasAttribute('href')) {
    const href = node.getAttribute('href') ?? '';
    if (!/^(https?:|mailto:|[/#?.]|[^:]*$)/i.test(href.trim())) node.removeAttribute('href');
    if (node.hasAttribute('target')) node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
});

const RULES = {
  USE_PROFILES: { html: true, svg: true, svgFilters: true },
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'select',
    'textarea',
    'iframe',
    'object',
    'embed',
  ],
  // A style could lay a panel over the whole page; what may stay is chosen below.
  FORBID_ATTR: ['srcset', 'ping', 'formaction'],
  ADD_ATTR: ['target'],
};

const STYLES =
  /^(color|background|background-color|text-align|text-decoration|font|font-size|font-weight|font-style|line-height|margin|margin-(top|right|bottom|left)|padding|padding-(top|right|bottom|left)|border|border-radius|width|height|max-width|max-height|display|gap|justify-content|align-items|vertical-align|opacity|white-space|list-style)$/;

const allowed = (name: string): boolean =>
  STYLES.test(name) ||
  STYLES.test(name.replace(/^(border|background|text-decoration|font)-.*$/, '$1'));

/**
 * Styles that could reach beyond the panel are taken out. The others are set one by one: a page
 * whose policy refuses style attributes still allows that.
 */
function tame(fragment: DocumentFragment): void {
  for (const element of fragment.querySelectorAll<HTMLElement>('[style]')) {
    const written = element.getAttribute('style') ?? '';
    element.removeAttribute('style');
    for (const declaration of written.split(';')) {
      const [, name = '', value = ''] = /^\s*([a-z-]+)\s*:\s*(.+?)\s*$/i.exec(declaration) ?? [];
      if (!allowed(name.toLowerCase()) || /url\(|expression|image-set/i.test(value)) continue;
      element.style.setProperty(name.toLowerCase(), value.replace(/\s*!important$/i, ''));
    }
  }
  for (const image of fragment.querySelectorAll('img')) {
    image.setAttribute('referrerpolicy', 'no-referrer');
    image.setAttribute('loading', 'lazy');
    if (!image.hasAttribute('alt')) image.alt = '';
  }
}

function clean(html: string): DocumentFragment {
  const fragment = purifier.sanitize(html, { ...RULES, RETURN_DOM_FRAGMENT: true });
  tame(fragment);
  return fragment;
}

export function fromHtml(content: string): DocumentFragment {
  return clean(content);
}

export function fromMarkdown(content: string): DocumentFragment {
  return clean(marked.parse(content, { async: false, gfm: true, breaks: false }));
}
