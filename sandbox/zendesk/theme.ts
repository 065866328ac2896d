// How the login pages of the simulated Zendesk look: a card on sand, deep green.

import type { Theme } from '../theme.ts';

export const zendeskTheme: Theme = {
  name: 'Zendesk',
  wordmark: 'zendesk',
  weight: 700,
  // a ticket, torn off at both ends
  mark: {
    path: 'M2 7a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v2.5a2.5 2.5 0 0 0 0 5V17a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-2.5a2.5 2.5 0 0 0 0-5zm6 2v1.8h8V9zm0 4.2V15h5v-1.8z',
  },
  layout: 'card',
  font: '"Helvetica Neue", "Segoe UI", system-ui, sans-serif',
  corners: { panel: '12px', field: '4px', button: '4px' },
  light: {
    page: '#f4f1ea',
    panel: '#ffffff',
    text: '#03363d',
    muted: '#49666b',
    line: '#7f8d92',
    accent: '#03363d',
    onAccent: '#ffffff',
    link: '#0b5c66',
    brand: ['#03363d', '#0b5c66'],
    onBrand: '#ffffff',
  },
  dark: {
    page: '#06191c',
    panel: '#0d272b',
    text: '#eef6f3',
    muted: '#a5bfc0',
    line: '#6c8a8d',
    accent: '#d1f470',
    onAccent: '#03363d',
    link: '#d1f470',
    brand: ['#03363d', '#0b5c66'],
    onBrand: '#ffffff',
  },
  slogan: 'Every conversation with your customers in one place.',
  userNameLabel: 'Email',
  scopes: new Map([
    ['read', 'See tickets, people and articles'],
    ['write', 'Create, change and delete tickets, people and articles'],
    ['impersonate', 'Make requests on behalf of end users'],
    ['hc:read', 'See the Help Center'],
    ['hc:write', 'Change the Help Center'],
    ['webhooks:read', 'See webhooks'],
    ['webhooks:write', 'Create and change webhooks'],
  ]),
};
