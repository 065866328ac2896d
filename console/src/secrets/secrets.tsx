// The secrets that programs of this user send. Nothing of them is on the page before somebody asks for it.

import { Alert, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { call } from '../call.ts';
import { AskFirst } from '../components/ask-first.tsx';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { SecretText } from '../components/secret-text.tsx';
import { usePerson } from '../session.ts';

interface OwnSecrets {
  userSecret: string;
  organizationSecret: string;
}

type Kind = 'user' | 'organization';

/** The secrets page. */
export function Secrets() {
  const { account } = usePerson();
  const secrets = useMutation({ mutationFn: () => call<OwnSecrets>('GET', '/authentication/secrets') });
  const replacing = useMutation({
    mutationFn: (kind: Kind) => call('POST', `/console/session/secrets/${kind}`),
    onSuccess: () => secrets.mutate(),
  });
  const shown = secrets.data;
  const show = () => {
    replacing.reset();
    secrets.mutate();
  };
  const hide = () => {
    replacing.reset();
    secrets.reset();
  };
  const error = replacing.error ?? secrets.error;
  return (
    <Stack maw={760}>
      <PageHeader title="Secrets" description="Programs send both with every call; the console itself uses neither." />
      {error !== null && <ErrorNotice error={error} />}
      <SecretCard
        name="Your user secret"
        text="Says who calls. It is yours alone."
        value={shown?.userSecret}
        show={show}
        hide={hide}
        replace={() => replacing.mutate('user')}
        isReplacing={replacing.isPending}
      />
      <SecretCard
        name="The organization secret"
        text="Shared by all users of the organization."
        value={shown?.organizationSecret}
        show={show}
        hide={hide}
        replace={account.defaultAccount ? () => replacing.mutate('organization') : undefined}
        isReplacing={replacing.isPending}
      />
      <Title order={2} size="h4">
        How programs send them
      </Title>
      <CodeBlock
        text={`curl '${window.location.origin}/elements/api-v2/instances' \\\n  -H 'Authorization: User <user secret>, Organization <organization secret>'`}
      />
    </Stack>
  );
}

interface SecretCardProps {
  name: string;
  text: string;
  value: string | undefined;
  show(): void;
  hide(): void;
  replace: (() => void) | undefined;
  isReplacing: boolean;
}

function SecretCard({ name, text, value, show, hide, replace, isReplacing }: SecretCardProps) {
  const [isAsking, asking] = useDisclosure();
  return (
    <Card withBorder component="section" aria-label={name}>
      <Stack gap="sm">
        <div>
          <Text fw={600}>{name}</Text>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        </div>
        <SecretText name={name} value={value} show={show} hide={hide} />
        {replace !== undefined && (
          <Group>
            <Button variant="default" size="xs" onClick={asking.open}>
              Replace…
            </Button>
          </Group>
        )}
      </Stack>
      {replace !== undefined && (
        <AskFirst
          title={`Replace ${name.toLowerCase()}?`}
          action="Replace it"
          keep="Keep it"
          color="red"
          opened={isAsking}
          isPending={isReplacing}
          error={null}
          onConfirm={() => {
            asking.close();
            replace();
          }}
          onClose={asking.close}
        >
          <Alert color="orange">Programs that send the present one are refused from that moment on.</Alert>
        </AskFirst>
      )}
    </Card>
  );
}
