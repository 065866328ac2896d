// The first tab of an element: how accounts sign in, what can be done with them, and which there are.

import { Anchor, Card, Group, List, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useHubs } from '../components/known-elements.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { describeAuthentication, isCallable, textOfHtml } from './describe.ts';
import { type ElementDetail, useConnectedAccounts, useElementMetadata } from './queries.ts';

/** The overview of an element. */
export function ElementOverview({ element }: { element: ElementDetail }) {
  const { description, configDescription, signupURL, hub, authentication, resources } = element;
  const hubs = useHubs();
  const metadata = useElementMetadata(element.key);
  const abilities = metadata.data;
  return (
    <Stack gap="lg">
      {typeof description === 'string' && description !== '' && <Text maw={760}>{description}</Text>}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <Card withBorder>
          <Facts
            facts={[
              ['Authentication', describeAuthentication(authentication.type)],
              ['Hub', hubs.data?.find(({ key }) => key === hub)?.name ?? hub],
              ['Resources', String(resources.filter(isCallable).length)],
              [
                'Events',
                abilities === undefined ? '…' : abilities.events.methods.map(nameOfMethod).join(', ') || 'None',
              ],
              ['Bulk', abilities === undefined ? '…' : describeBulk(abilities.bulk)],
              ['Id', String(element.id)],
            ]}
          />
        </Card>
        <Card withBorder component="section" aria-labelledby="accounts-of-element">
          <Title order={2} size="h5" mb="xs" id="accounts-of-element">
            Connected accounts
          </Title>
          <Accounts elementKey={element.key} isActive={element.active} />
        </Card>
      </SimpleGrid>
      {(configDescription || signupURL) && (
        <Card withBorder component="section" aria-labelledby="before-connecting">
          <Title order={2} size="h5" mb="xs" id="before-connecting">
            Before you connect
          </Title>
          {configDescription && <Text size="sm">{textOfHtml(configDescription)}</Text>}
          {signupURL && /^https?:\/\//i.test(signupURL) && (
            <Anchor href={signupURL} target="_blank" rel="noreferrer" size="sm">
              Get an account at the vendor
            </Anchor>
          )}
        </Card>
      )}
    </Stack>
  );
}

function Facts({ facts }: { facts: readonly [name: string, value: ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Accounts({ elementKey, isActive }: { elementKey: string; isActive: boolean }) {
  const accounts = useConnectedAccounts(elementKey);
  if (accounts.isPending) return <Skeleton height={80} />;
  if (accounts.isError) return <ErrorNotice error={accounts.error} retry={() => void accounts.refetch()} />;
  if (accounts.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None yet.{' '}
        {isActive && (
          <Anchor component={Link} href={`/instances/connect/${encodeURIComponent(elementKey)}`}>
            Connect the first one
          </Anchor>
        )}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <List listStyleType="none" spacing={6}>
        {accounts.data.slice(0, 6).map((account) => (
          <List.Item key={account.id}>
            <Group gap="xs">
              <Anchor component={Link} href={`/instances/${account.id}`} size="sm">
                {account.name}
              </Anchor>
              {account.disabled && <StatusBadge mood="neutral">Disabled</StatusBadge>}
              {!account.valid && <StatusBadge mood="bad">Needs a new sign-in</StatusBadge>}
            </Group>
          </List.Item>
        ))}
      </List>
      {accounts.data.length > 6 && (
        <Text size="sm" c="dimmed">
          And {accounts.data.length - 6} more
        </Text>
      )}
    </Stack>
  );
}

function nameOfMethod(method: string): string {
  return method === 'polling' ? 'Polling' : 'Webhooks';
}

function describeBulk({ download, upload }: { download: boolean; upload: boolean }): string {
  const names = [download ? 'Download' : '', upload ? 'Upload' : ''].filter(Boolean);
  return names.length === 0 ? 'None' : names.join(', ');
}
