// Makes a subscription: which topics, which endpoint, and with which key its callbacks are signed.

import {
  Alert,
  Anchor,
  Button,
  Card,
  Checkbox,
  Group,
  PasswordInput,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAddressFilters } from '../address.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { SecretText } from '../components/secret-text.tsx';
import { UnsavedDialog } from '../components/unsaved-dialog.tsx';
import { useUnsavedGuard } from '../components/use-unsaved-guard.ts';
import { faultsByField, type SubscriptionFaults } from './subscription-faults.ts';
import { type MadeSubscription, type Subscription, useSubscribe, useSubscriptions } from './subscription-queries.ts';
import { everyTopic, nameOfTopic, platformTopics } from './topics.ts';

const path = '/notifications/subscriptions/new';

/** The form of a new subscription; `?like=` fills it with the topics and the address of another. */
export function NewSubscription() {
  const like = useAddressFilters().get('like');
  const subscriptions = useSubscriptions();
  const [made, setMade] = useState<MadeSubscription | undefined>();
  const isReady = like === undefined || !subscriptions.isPending;
  return (
    <Stack maw={640}>
      <Anchor component={Link} href="/notifications/subscriptions" size="sm">
        All subscriptions
      </Anchor>
      <PageHeader
        title="New subscription"
        description="An endpoint of yours is told of each notification of its topics."
      />
      {made !== undefined && <Made subscription={made} />}
      {like !== undefined && subscriptions.isError && <ErrorNotice error={subscriptions.error} />}
      {made === undefined && !isReady && <Skeleton height={320} />}
      {made === undefined && isReady && (
        <SubscriptionForm like={subscriptions.data?.find(({ id }) => String(id) === like)} onMade={setMade} />
      )}
    </Stack>
  );
}

interface SubscriptionFormProps {
  like: Subscription | undefined;
  onMade(subscription: MadeSubscription): void;
}

function SubscriptionForm({ like, onMade }: SubscriptionFormProps) {
  const subscribing = useSubscribe();
  const [begun] = useState(() => ({
    topics: like?.topics.filter(isPlatforms) ?? [],
    ownTopics: like?.topics.filter((topic) => !isPlatforms(topic)) ?? [],
    url: like?.config.url ?? '',
    signatureKey: '',
  }));
  const [typed, setTyped] = useState(begun);
  const [ownFaults, setOwnFaults] = useState<SubscriptionFaults>({});
  const held = useUnsavedGuard(typed !== begun && !subscribing.isSuccess, (url) => url.pathname === path);
  const set = (changes: Partial<typeof typed>) => setTyped({ ...typed, ...changes });
  const refused = subscribing.error === null ? undefined : faultsByField(subscribing.error.message);
  const faults = { ...refused, ...ownFaults };
  const make = () => {
    const found = faultsOfTopics(typed);
    setOwnFaults(found);
    if (Object.keys(found).length > 0) return subscribing.reset();
    const { topics, ownTopics, url, signatureKey } = typed;
    subscribing.mutate(
      {
        channel: 'webhook',
        topics: [...topics, ...ownTopics],
        config: { url, ...(signatureKey === '' ? {} : { signatureKey }) },
      },
      { onSuccess: onMade },
    );
  };
  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <Stack>
          <Checkbox.Group
            label="Trouble that the platform finds"
            value={typed.topics}
            onChange={(topics) => set({ topics })}
            error={faults.topics}
          >
            <Stack gap="xs" mt="xs" mb="xs">
              {platformTopics.map((topic) => (
                <Checkbox key={topic} value={topic} label={nameOfTopic(topic)} description={topic} />
              ))}
              <Checkbox
                value={everyTopic}
                label={nameOfTopic(everyTopic)}
                description="Those of your own programs too, and such as come later"
              />
            </Stack>
          </Checkbox.Group>
          <TagsInput
            label="Topics of your own programs"
            description="As they are raised. Press Enter after each."
            value={typed.ownTopics}
            onChange={(ownTopics) => set({ ownTopics })}
            error={faults.ownTopics}
            isDuplicate={(topic, topics) => topics.includes(topic)}
          />
          <TextInput
            label="Callback URL"
            description="Gets a POST with the notification as JSON."
            placeholder="https://app.example/alerts"
            inputMode="url"
            autoComplete="off"
            required
            value={typed.url}
            onChange={(event) => set({ url: event.currentTarget.value.trim() })}
            error={faults.url}
          />
          <PasswordInput
            label="Signing key"
            description="Your endpoint checks signatures with it. Leave it empty to have one made; your own has 16 characters at least, and is never shown again."
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show what you typed', tabIndex: 0 }}
            value={typed.signatureKey}
            onChange={(event) => set({ signatureKey: event.currentTarget.value })}
            error={faults.signatureKey}
          />
          {subscribing.error !== null && refused === undefined && <ErrorNotice error={subscribing.error} />}
          <Group justify="flex-end">
            <Button component={Link} href="/notifications/subscriptions" variant="default">
              Cancel
            </Button>
            <Button type="submit" loading={subscribing.isPending}>
              Make the subscription
            </Button>
          </Group>
        </Stack>
      </form>
      <UnsavedDialog held={held} />
    </Card>
  );
}

function Made({ subscription: { id, config } }: { subscription: MadeSubscription }) {
  const [isShown, setIsShown] = useState(false);
  const { signatureKey } = config;
  return (
    <Card withBorder component="section" aria-label="The subscription">
      <Stack gap="sm">
        <Text fw={600} role="status">
          The subscription is made.
        </Text>
        {signatureKey === undefined ? (
          <Text size="sm">Its callbacks are signed with the key that you gave.</Text>
        ) : (
          <>
            <Alert color="blue" p="xs">
              Keep its signing key where your endpoint finds it. It can be had here only, until you leave this page.
            </Alert>
            <SecretText
              name="Signing key"
              value={isShown ? signatureKey : undefined}
              show={() => setIsShown(true)}
              hide={() => setIsShown(false)}
            />
          </>
        )}
        <Group>
          <Button component={Link} href={`/notifications/subscriptions/${id}`} variant="default">
            See the subscription
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function isPlatforms(topic: string): boolean {
  return topic === everyTopic || platformTopics.includes(topic);
}

/** What the server would take and nobody means. */
function faultsOfTopics({
  topics,
  ownTopics,
}: {
  topics: readonly string[];
  ownTopics: readonly string[];
}): SubscriptionFaults {
  return topics.length + ownTopics.length === 0 ? { topics: 'Choose a topic, here or below.' } : {};
}
