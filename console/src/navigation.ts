// What the navigation leads to, group by group.

import {
  IconActivity,
  IconApps,
  IconArrowsExchange,
  IconBolt,
  IconClock,
  IconDatabaseExport,
  IconHome,
  IconKey,
  IconLayoutGrid,
  IconLink,
  IconPlug,
  type IconProps,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

/** A place in the navigation. */
export interface Place {
  path: string;
  name: string;
  icon: ComponentType<IconProps>;
}

/** Groups of places, in the order in which they are shown. */
export const navigation: readonly { name: string | undefined; places: readonly Place[] }[] = [
  { name: undefined, places: [{ path: '/', name: 'Home', icon: IconHome }] },
  {
    name: 'Connect',
    places: [
      { path: '/elements', name: 'Elements', icon: IconLayoutGrid },
      { path: '/instances', name: 'Connected accounts', icon: IconPlug },
      { path: '/common-resources', name: 'Common resources', icon: IconArrowsExchange },
    ],
  },
  {
    name: 'Activity',
    places: [
      { path: '/calls', name: 'Calls', icon: IconActivity },
      { path: '/events', name: 'Events', icon: IconBolt },
      { path: '/jobs', name: 'Jobs', icon: IconClock },
      { path: '/bulk', name: 'Bulk', icon: IconDatabaseExport },
    ],
  },
  {
    name: 'Settings',
    places: [
      { path: '/applications', name: 'Vendor applications', icon: IconApps },
      { path: '/connect-links', name: 'Connect links', icon: IconLink },
      { path: '/secrets', name: 'Secrets', icon: IconKey },
    ],
  },
];
