// The frame around every view: where one is, where one can go, and who one is.

import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  ScrollArea,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import icon from './icon.svg';
import { navigation } from './navigation.ts';
import { NotificationBell } from './notifications/bell.tsx';
import { type Person, signOut } from './session.ts';

/** Shows a view inside the frame. */
export function Shell({ person, children }: { person: Person; children: ReactNode }) {
  const [isOpen, menu] = useDisclosure();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'md', sm: 'xl' }}
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <a className="skip-link" href="#view">
              Skip to content
            </a>
            <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Link href="/" aria-label="Valence, home" className="home-link">
              <Group gap="xs" wrap="nowrap">
                <img src={icon} alt="" width={28} height={28} />
                <Text fw={700} c="bright">
                  Valence
                </Text>
              </Group>
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <NotificationBell />
            <SchemeButton />
            <PersonMenu person={person} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" component={ScrollArea} aria-label="Main">
        <Navigation onGo={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="view" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation({ onGo }: { onGo(): void }) {
  const [location] = useLocation();
  const isHere = (path: string) => (path === '/' ? location === '/' : `${location}/`.startsWith(`${path}/`));
  return navigation.map(({ name, places }) => (
    <div key={name ?? 'first'}>
      {name !== undefined && (
        <Text size="xs" fw={600} c="dimmed" px="sm" pt="md" pb={4}>
          {name}
        </Text>
      )}
      {places.map((place) => (
        <NavLink
          key={place.path}
          component={Link}
          href={place.path}
          label={place.name}
          leftSection={<place.icon size={18} aria-hidden />}
          active={isHere(place.path)}
          aria-current={isHere(place.path) ? 'page' : undefined}
          onClick={onGo}
        />
      ))}
    </div>
  ));
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={isDark ? 'Use light colours' : 'Use dark colours'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={20} /> : <IconMoon size={20} />}
    </ActionIcon>
  );
}

function PersonMenu({ person }: { person: Person }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={`Your account: ${person.name}`} p={4}>
          <Group gap={6} wrap="nowrap">
            <IconUser size={20} aria-hidden />
            <Text size="sm" visibleFrom="sm">
              {person.name}
            </Text>
          </Group>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {person.email}
          <br />
          {person.organization.name}
        </Menu.Label>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
