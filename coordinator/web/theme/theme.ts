/** The tokens as Mantine's theme: its components wear the same colours, letters and corners as everything else. */
import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'paddock-theme' });

const accent: MantineColorsTuple = [
  '#eef6f3',
  '#dcece6',
  '#b9d9cd',
  '#98d3c0',
  '#7fc4ae',
  '#5fa891',
  '#468a75',
  '#38705f',
  '#2f5d50',
  '#244a40',
];

export const theme = createTheme({
  colors: { accent },
  primaryColor: 'accent',
  primaryShade: { light: 8, dark: 4 },
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '18px', xl: '24px' },
  radius: { xs: '3px', sm: '3px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  cursorType: 'pointer',
  // Said, so that the style sheet can find them.
  components: { Button: Button.extend({ defaultProps: { variant: 'filled' } }) },
});

/** Mantine's own surfaces are ours. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const surfaces = {
    '--mantine-color-body': 'var(--panel)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--dim)',
    '--mantine-color-placeholder': 'var(--faint)',
    '--mantine-color-default': 'var(--panel)',
    '--mantine-color-default-hover': 'var(--sunken)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--failed)',
  };
  return { variables: {}, light: surfaces, dark: surfaces };
};
