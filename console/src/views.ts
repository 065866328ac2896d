// Every view of the console and its address. All but the first are loaded when they are opened.

import { type ComponentType, lazy } from 'react';
import { Home } from './home/home.tsx';

/** A view, and the path that leads to it (wouter’s patterns). */
export interface View {
  path: string;
  view: ComponentType;
}

/** The first pattern that fits is shown. */
export const views: readonly View[] = [
  { path: '/', view: Home },
  { path: '/elements', view: lazy(async () => ({ default: (await import('./elements/elements.tsx')).Elements })) },
  {
    path: '/elements/import',
    view: lazy(async () => ({ default: (await import('./elements/import/import-element.tsx')).ImportElement })),
  },
  {
    path: '/elements/:key',
    view: lazy(async () => ({ default: (await import('./elements/element.tsx')).ElementPage })),
  },
  {
    path: '/elements/:key/docs',
    view: lazy(async () => ({ default: (await import('./elements/docs/element-docs.tsx')).ElementDocs })),
  },
  {
    path: '/elements/:key/edit',
    view: lazy(async () => ({ default: (await import('./elements/edit/element-editor.tsx')).ElementEditor })),
  },
  { path: '/secrets', view: lazy(async () => ({ default: (await import('./secrets/secrets.tsx')).Secrets })) },
];
