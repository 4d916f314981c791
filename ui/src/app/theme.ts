import { Button, createTheme, TextInput } from '@mantine/core';

// Colours come from style/tokens.css; Mantine only needs a name it can build its own names from.
const ember = [
  'var(--ember-wash)',
  'var(--ember-wash)',
  'var(--ember-wash)',
  'var(--ember)',
  'var(--ember)',
  'var(--ember)',
  'var(--ember-fill)',
  'var(--ember-fill-hover)',
  'var(--ember-fill-hover)',
  'var(--ember-fill-hover)',
] as const;

export const theme = createTheme({
  colors: { ember },
  primaryColor: 'ember',
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: '6px',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm' },
      vars: (_theme, props) => {
        const compact = props.size === 'xs' || props.size?.startsWith('compact') === true;
        return {
          root: {
            '--button-height': compact ? '26px' : '32px',
            '--button-padding-x': compact ? '10px' : '12px',
            ...(props.variant === undefined ? { '--button-color': 'var(--ember-on-fill)' } : {}),
          },
        };
      },
    }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
  },
});
