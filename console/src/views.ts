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
  { path: '/events', view: lazy(async () => ({ default: (await import('./events/events.tsx')).Events })) },
  {
    path: '/events/:instanceId/:eventId',
    view: lazy(async () => ({ default: (await import('./events/event-page.tsx')).EventPage })),
  },
  { path: '/jobs', view: lazy(async () => ({ default: (await import('./jobs/jobs.tsx')).Jobs })) },
  { path: '/jobs/:id', view: lazy(async () => ({ default: (await import('./jobs/job-page.tsx')).JobPage })) },
  { path: '/bulk', view: lazy(async () => ({ default: (await import('./bulk/bulk.tsx')).Bulk })) },
  {
    path: '/bulk/download',
    view: lazy(async () => ({ default: (await import('./bulk/start-download.tsx')).StartDownload })),
  },
  {
    path: '/bulk/upload',
    view: lazy(async () => ({ default: (await import('./bulk/start-upload.tsx')).StartUpload })),
  },
  { path: '/bulk/:id', view: lazy(async () => ({ default: (await import('./bulk/bulk-page.tsx')).BulkPage })) },
  {
    path: '/notifications',
    view: lazy(async () => ({ default: (await import('./notifications/notifications.tsx')).Notifications })),
  },
  {
    path: '/notifications/subscriptions',
    view: lazy(async () => ({ default: (await import('./notifications/subscriptions.tsx')).Subscriptions })),
  },
  {
    path: '/notifications/subscriptions/new',
    view: lazy(async () => ({ default: (await import('./notifications/new-subscription.tsx')).NewSubscription })),
  },
  {
    path: '/notifications/subscriptions/:id',
    view: lazy(async () => ({ default: (await import('./notifications/subscription-page.tsx')).SubscriptionPage })),
  },
  {
    path: '/connect-links',
    view: lazy(async () => ({ default: (await import('./connect-links/connect-links.tsx')).ConnectLinks })),
  },
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
