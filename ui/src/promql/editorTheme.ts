import { EditorView } from '@codemirror/view';

export const editorTheme = EditorView.theme({
  '&': { fontSize: '13px', color: 'var(--text)', background: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', maxHeight: '240px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ember)' },
  '.cm-line': { padding: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--ember)', borderLeftWidth: '2px' },
  '.cm-placeholder': { color: 'var(--text-faint)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    background: 'var(--surface-3)',
    outline: 'none',
  },
  '.cm-server-error': {
    background: 'var(--bad-wash)',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '4px',
  },
  '.cm-hint': { textDecorationLine: 'underline', textUnderlineOffset: '4px' },
  '.cm-hint-error': {
    textDecorationStyle: 'wavy',
    textDecorationColor: 'var(--bad)',
  },
  '.cm-hint-warning': {
    textDecorationStyle: 'wavy',
    textDecorationColor: 'var(--warn)',
  },
  '.cm-hint-info': {
    textDecorationStyle: 'dotted',
    textDecorationColor: 'var(--text-dim)',
    textDecorationThickness: '2px',
  },
  '.cm-lit': {
    borderRadius: '2px',
    background: 'var(--ember-wash)',
    boxShadow: '0 0 0 2px var(--ember-wash)',
  },
  '.cm-tooltip': {
    border: '0',
    borderRadius: 'var(--radius)',
    background: 'var(--surface)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
    overflow: 'hidden',
    zIndex: '300',
  },
  '.cm-tooltip-hover, .cm-tooltip.cm-hint-card': { marginTop: '6px' },
  '.cm-tooltip-autocomplete': { marginTop: '4px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: '12px',
    maxHeight: '288px',
    minWidth: '280px',
    padding: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: '16px',
    justifyContent: 'space-between',
    padding: '4px 8px',
    lineHeight: '18px',
    borderRadius: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--ember-wash)',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700', color: 'var(--ember)' },
  '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--text-dim)', marginLeft: '0' },
  '.cm-tooltip.cm-completionInfo': {
    padding: '8px 12px',
    maxWidth: '360px',
    fontSize: '12px',
    lineHeight: '18px',
    fontFamily: 'var(--font)',
  },
});
