// How the login pages of the simulated Salesforce look: the form on one half, a blue half beside it.

import type { Theme } from '../theme.ts';

export const salesforceTheme: Theme = {
  name: 'Salesforce',
  wordmark: 'salesforce',
  weight: 600,
  // a funnel of three steps
  mark: { path: 'M2 4h20l-2.6 4.5H4.6zm3.8 6.2h12.4l-2.6 4.5H8.4zm3.8 6.2h4.8L12 20.6z' },
  layout: 'split',
  font: '"Segoe UI", Arial, "Liberation Sans", sans-serif',
  corners: { panel: '8px', field: '4px', button: '4px' },
  light: {
    page: '#ffffff',
    panel: '#ffffff',
    text: '#16325c',
    muted: '#51617a',
    line: '#7f8ba0',
    accent: '#0b66c3',
    onAccent: '#ffffff',
    link: '#0b5cab',
    brand: ['#032d60', '#0b6fd0'],
    onBrand: '#ffffff',
  },
  dark: {
    page: '#0d1626',
    panel: '#0d1626',
    text: '#eaf2fc',
    muted: '#a9bad2',
    line: '#6f829e',
    accent: '#78b9ff',
    onAccent: '#03182f',
    link: '#8cc4ff',
    brand: ['#02204a', '#0a4c92'],
    onBrand: '#eaf2fc',
  },
  slogan: 'Know every customer, close every deal.',
  userNameLabel: 'Username',
  scopes: new Map([
    ['full', 'Full access'],
    ['api', 'Manage user data via APIs'],
    ['refresh_token', 'Perform requests at any time'],
    ['offline_access', 'Perform requests at any time'],
    ['id', 'Access the identity URL service'],
    ['profile', 'Access your profile'],
    ['email', 'Access your email address'],
    ['openid', 'Access unique user identifiers'],
    ['web', 'Manage user data via Web browsers'],
    ['chatter_api', 'Access Connect REST API resources'],
  ]),
};
