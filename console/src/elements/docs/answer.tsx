// The answer to a call that was tried: how it ended, how long it took, and what it brought.

import { Anchor, Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Link } from 'wouter';
import { CodeBlock } from '../../components/code-block.tsx';
import { offerDownload } from '../../components/offer-download.ts';
import { type Mood, StatusBadge } from '../../components/status-badge.tsx';

/** An answer that has come whole. */
export interface TriedAnswer {
  status: number;
  statusText: string;
  milliseconds: number;
  headers: [name: string, value: string][];
  content: Blob;
  /** undefined for what is no text */
  text: string | undefined;
  fileName: string | undefined;
}

const mostShown = 200_000;

/** Reads a response whole; text only of what is text. */
export async function readAnswer(response: Response, milliseconds: number): Promise<TriedAnswer> {
  const content = await response.blob();
  const type = response.headers.get('content-type') ?? '';
  const disposition = response.headers.get('content-disposition');
  const isText = /json|text|xml|csv|javascript|urlencoded/i.test(type) || type === '';
  return {
    status: response.status,
    statusText: response.statusText,
    milliseconds,
    headers: [...response.headers],
    content,
    text: isText && content.size <= 5_000_000 ? pretty(await content.text()) : undefined,
    fileName: disposition === null ? undefined : fileNameOf(disposition),
  };
}

/** Shows an answer, with a way to its steps. */
export function Answer({ answer }: { answer: TriedAnswer }) {
  const { status, milliseconds, headers, content, text, fileName } = answer;
  const requestId = headers.find(([name]) => name === 'elements-request-id')?.[1];
  const shown = text !== undefined && text.length > mostShown ? `${text.slice(0, mostShown)}\n…` : text;
  return (
    <Stack gap="sm" component="section" aria-label="Answer">
      <Group gap="sm" aria-live="polite">
        <StatusBadge mood={moodOf(status)}>{`${status} ${answer.statusText}`.trim()}</StatusBadge>
        <Text size="sm">{Math.round(milliseconds)} ms</Text>
        <Text size="sm">{describeSize(content.size)}</Text>
        {requestId !== undefined && (
          <Anchor component={Link} href={`/calls/${encodeURIComponent(requestId)}`} size="sm">
            See this call
          </Anchor>
        )}
      </Group>
      <Tabs defaultValue="body" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="body">Body</Tabs.Tab>
          <Tabs.Tab value="headers">Headers ({headers.length})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="body">
          <Stack gap="xs">
            {shown === '' && (
              <Text size="sm" c="dimmed">
                The answer has no body.
              </Text>
            )}
            {shown !== undefined && shown !== '' && <CodeBlock text={shown} name="body of the answer" />}
            {content.size > 0 && (shown === undefined || fileName !== undefined || shown !== text) && (
              <Group>
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconDownload size={16} aria-hidden />}
                  onClick={() => offerDownload(content, fileName ?? 'answer')}
                >
                  Download {fileName ?? 'the whole answer'}
                </Button>
              </Group>
            )}
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="headers">
          <CodeBlock
            text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')}
            name="headers of the answer"
          />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function moodOf(status: number): Mood {
  if (status < 400) return 'good';
  return status < 500 ? 'warning' : 'bad';
}

function describeSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** The name in a Content-Disposition header (RFC 6266), the one with an encoding first. */
function fileNameOf(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
  try {
    return encoded === undefined ? plain : decodeURIComponent(encoded);
  } catch {
    return plain;
  }
}
