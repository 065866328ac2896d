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
  { path: '/calls', view: lazy(async () => ({ default: (await import('./calls/calls.tsx')).Calls })) },
  { path: '/calls/:id', view: lazy(async () => ({ default: (await import('./calls/call.tsx')).CallPage })) },
  { path: '/secrets', view: lazy(async () => ({ default: (await import('./secrets/secrets.tsx')).Secrets })) },
  {
    path: '/common-resources',
    view: lazy(async () => ({ default: (await import('./common-resources/resource-list.tsx')).ResourceList })),
  },
  {
    path: '/common-resources/:object',
    view: lazy(async () => ({ default: (await import('./common-resources/resource-page.tsx')).ResourcePage })),
  },
  {
    path: '/applications',
    view: lazy(async () => ({ default: (await import('./applications/applications.tsx')).Applications })),
  },
  {
    path: '/instances',
    view: lazy(async () => ({ default: (await import('./instances/instances.tsx')).Instances })),
  },
  {
    path: '/instances/connect',
    view: lazy(async () => ({ default: (await import('./instances/choose-element.tsx')).ChooseElement })),
  },
  {
    path: '/instances/connect/:key',
    view: lazy(async () => ({ default: (await import('./instances/connect.tsx')).Connect })),
  },
  {
    path: '/instances/:id',
    view: lazy(async () => ({ default: (await import('./instances/instance.tsx')).InstancePage })),
  },
  {
    path: '/instances/:id/edit',
    view: lazy(async () => ({ default: (await import('./instances/edit-instance.tsx')).EditInstance })),
  },
];
