// How the login pages of the simulated Desk.com look: a card on a page in full, warm colour.

import type { Theme } from '../theme.ts';

export const deskTheme: Theme = {
  name: 'Desk.com',
  wordmark: 'desk.com',
  weight: 300,
  // a desk with a drawer
  mark: { path: 'M1 6h22v3h-2v10h-2.5v-4H12V9H5.5v10H3V9H1zm13.5 5v2h4v-2z' },
  layout: 'full',
  font: '"Avenir Next", Avenir, "Segoe UI", system-ui, sans-serif',
  corners: { panel: '6px', field: '3px', button: '3px' },
  light: {
    page: '#f8efe9',
    panel: '#ffffff',
    text: '#2f2320',
    muted: '#6b5a55',
    line: '#94847f',
    accent: '#b83c13',
    onAccent: '#ffffff',
    link: '#a33410',
    brand: ['#c2430f', '#7a1f3d'],
    onBrand: '#ffffff',
  },
  dark: {
    page: '#1a1210',
    panel: '#241a18',
    text: '#f8efec',
    muted: '#c9b4ae',
    line: '#94807a',
    accent: '#ffab7d',
    onAccent: '#3a1405',
    link: '#ffab7d',
    brand: ['#5c2210', '#33101d'],
    onBrand: '#fff4ee',
  },
  slogan: 'Support for companies that are growing.',
  userNameLabel: 'Email address',
  scopes: new Map(),
};
