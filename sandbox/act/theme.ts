// How the login pages of the simulated Act! Essentials look: a navy band above the form, a yellow button.

import type { Theme } from '../theme.ts';

export const actTheme: Theme = {
  name: 'Act! Essentials',
  wordmark: 'act! essentials',
  weight: 800,
  // an address card with a person on it
  mark: {
    path: 'M4 3h16a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 20 21H4a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 4 3zm8 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zm0 7.3c-3 0-5.3 1.6-5.3 3.7h10.6c0-2.1-2.3-3.7-5.3-3.7z',
  },
  layout: 'band',
  font: 'Verdana, "DejaVu Sans", Tahoma, sans-serif',
  corners: { panel: '0', field: '0', button: '0' },
  light: {
    page: '#eef1f6',
    panel: '#ffffff',
    text: '#17203a',
    muted: '#566079',
    line: '#818aa0',
    accent: '#ffc93c',
    onAccent: '#17203a',
    link: '#27408b',
    brand: ['#17203a', '#2f3f74'],
    onBrand: '#ffffff',
  },
  dark: {
    page: '#0e1322',
    panel: '#182038',
    text: '#eef1fa',
    muted: '#aeb8d3',
    line: '#7783a3',
    accent: '#ffc93c',
    onAccent: '#17203a',
    link: '#ffd873',
    brand: ['#070b16', '#232f59'],
    onBrand: '#ffffff',
  },
  slogan: 'Contacts and campaigns for small businesses.',
  userNameLabel: 'Email',
  scopes: new Map([
    ['api', 'See and change contacts, companies and opportunities'],
    ['offline_access', 'Stay connected while you are away'],
  ]),
};
