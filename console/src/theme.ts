// How the console looks: colours, type, and the nonce without which the page's policy lets no style in.

import { createTheme, type MantineColorsTuple } from '@mantine/core';

const violet: MantineColorsTuple = [
  '#f0efff',
  '#dedbfb',
  '#bab4f2',
  '#948beb',
  '#7468e4',
  '#6053e0',
  '#5547df',
  '#4c3fd1',
  '#3d32b0',
  '#32299a',
];

/** The theme of all pages of the console. */
export const theme = createTheme({
  colors: { violet },
  primaryColor: 'violet',
  primaryShade: { light: 7, dark: 5 },
  autoContrast: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  components: {
    // What closes has no name by itself.
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
  },
});

/** The nonce of this page (Content Security Policy Level 3, section 7.1). */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
