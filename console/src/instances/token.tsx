// The element token of an account and a call that is ready to be run. Both are shown only when somebody asks.

import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'wouter';
import { basePath, call } from '../call.ts';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { SecretText } from '../components/secret-text.tsx';
import type { Instance } from './queries.ts';

interface OwnSecrets {
  userSecret: string;
  organizationSecret: string;
}

/** The token and a curl line. What was revealed is forgotten when the page is left. */
export function InstanceToken({ instance }: { instance: Instance }) {
  const token = useMutation({
    gcTime: 0,
    mutationFn: async () => (await call<{ token: string }>('GET', `/console/instances/${instance.id}/token`)).token,
  });
  const secrets = useMutation({
    gcTime: 0,
    mutationFn: () => call<OwnSecrets>('GET', '/authentication/secrets'),
  });
  const error = token.error ?? secrets.error;
  const fill = () => {
    token.mutate();
    secrets.mutate();
  };
  return (
    <Card withBorder component="section" aria-label="Element token">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h5">
            Element token
          </Title>
          <Text size="sm" c="dimmed">
            Programs send it with every call to this account, beside the two{' '}
            <Anchor component={Link} href="/secrets" inherit underline="always">
              secrets
            </Anchor>
            .
          </Text>
        </div>
        {error !== null && <ErrorNotice error={error} />}
        <SecretText name="The element token" value={token.data} show={() => token.mutate()} hide={token.reset} />
        <CodeBlock name="curl line" text={curlLine(instance, token.data, secrets.data)} />
        <Group>
          {secrets.data === undefined ? (
            <Button size="xs" variant="default" onClick={fill} loading={secrets.isPending}>
              Fill in the secrets
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={secrets.reset}>
              Take the secrets out
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}

function curlLine(instance: Instance, token: string | undefined, secrets: OwnSecrets | undefined): string {
  const user = secrets?.userSecret ?? '<user secret>';
  const organization = secrets?.organizationSecret ?? '<organization secret>';
  const url = `${window.location.origin}${basePath}/hubs/${instance.element.hub}/ping`;
  return `curl '${url}' \\\n  -H 'Authorization: User ${user}, Organization ${organization}, Element ${token ?? '<element token>'}'`;
}
