// A link that was made: itself, this once, what has come of it, and how a page opens it.

import { Alert, Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';
import { CodeBlock } from '../components/code-block.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { type Mood, StatusBadge } from '../components/status-badge.tsx';
import { TimeAgo } from '../components/time-ago.tsx';
import { type CreatedLink, isOpen, type LinkStatus, useEndLink, useLinkStatus } from './queries.ts';

const states: Record<LinkStatus['status'], { word: string; mood: Mood }> = {
  open: { word: 'Not opened yet', mood: 'neutral' },
  opened: { word: 'Opened', mood: 'going' },
  connected: { word: 'Connected', mood: 'good' },
  cancelled: { word: 'Cancelled', mood: 'neutral' },
  failed: { word: 'The last attempt failed', mood: 'bad' },
  expired: { word: 'Too old', mood: 'neutral' },
};

/** Shows a link and follows what becomes of it. */
export function MadeLink({ link, makeAnother }: { link: CreatedLink; makeAnother(): void }) {
  const status = useLinkStatus(link.id);
  const ending = useEndLink(link.id);
  const snippet = `<script src="${new URL(link.url).origin}/connect.js"></script>\n<script>\n  button.onclick = async () => {\n    const outcome = await Valence.open({ session: url }); // the url of POST /connect/sessions\n  };\n</script>`;
  return (
    <Stack>
      <Card withBorder component="section" aria-label="The link">
        <Stack gap="sm">
          <CodeBlock text={link.url} name="the link" />
          <Alert color="blue" p="xs">
            Copy it now: it is shown this once. It works for one person, and until <TimeAgo at={link.expiresAt} />.
          </Alert>
          {status.isError && <ErrorNotice error={status.error} retry={() => void status.refetch()} />}
          {status.data !== undefined && <Outcome status={status.data} />}
          {ending.error !== null && <ErrorNotice error={ending.error} />}
          <Group>
            <Button variant="default" onClick={makeAnother}>
              Make another
            </Button>
            {status.data !== undefined && isOpen(status.data) && (
              <Button variant="light" color="red" onClick={() => ending.mutate()} loading={ending.isPending}>
                End this link
              </Button>
            )}
          </Group>
        </Stack>
      </Card>
      <Title order={2} size="h4">
        In a page of yours
      </Title>
      <Text size="sm">
        Your own program makes such links, and your page opens them in a window or a frame over itself.
      </Text>
      <CodeBlock text={snippet} name="the code of a page" />
    </Stack>
  );
}

function Outcome({ status: { status, instanceId, message } }: { status: LinkStatus }) {
  const { word, mood } = states[status];
  return (
    <Group gap="sm" aria-live="polite">
      <StatusBadge mood={mood}>{word}</StatusBadge>
      {message !== undefined && <Text size="sm">{message}</Text>}
      {instanceId !== undefined && status === 'connected' && (
        <Anchor component={Link} href={`/instances/${instanceId}`} size="sm">
          See the account
        </Anchor>
      )}
    </Group>
  );
}
