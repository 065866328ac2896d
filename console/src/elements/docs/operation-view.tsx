// One operation of an element's API: what it takes, what it gives, and a way to try it.

import { Accordion, Button, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useAddress } from '../../address.ts';
import { type Mood, StatusBadge } from '../../components/status-badge.tsx';
import { MethodBadge } from '../method-badge.tsx';
import { type Description, describeType, type Operation } from './description.ts';
import { SchemaView } from './schema-view.tsx';
import { TryIt } from './try-it.tsx';
import { bodyKind } from './try-request.ts';

interface OperationViewProps {
  elementKey: string;
  description: Description;
  operation: Operation;
}

/** Shows an operation. */
export function OperationView({ elementKey, description, operation }: OperationViewProps) {
  const [address, change] = useAddress();
  const isTrying = address.get('try') === '1';
  const { hub, schemas } = description;
  return (
    <Stack gap="lg" component="article" aria-labelledby="operation">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Title order={2} size="h3" id="operation">
            {operation.summary || operation.name}
          </Title>
          <Button
            variant={isTrying ? 'default' : 'filled'}
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            aria-expanded={isTrying}
            onClick={() => change({ try: isTrying ? null : '1' })}
          >
            {isTrying ? 'Close' : 'Try it'}
          </Button>
        </Group>
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <MethodBadge method={operation.method} />
          <Text size="sm" ff="monospace" className="breaks">
            /hubs/{hub}
            {operation.path}
          </Text>
        </Group>
      </Stack>
      {isTrying && (
        <TryIt key={operation.name} elementKey={elementKey} hub={hub} operation={operation} schemas={schemas} />
      )}
      <Parameters operation={operation} />
      <Body operation={operation} schemas={schemas} />
      <Answers operation={operation} schemas={schemas} />
    </Stack>
  );
}

function Parameters({ operation: { parameters } }: { operation: Operation }) {
  if (parameters.length === 0) return null;
  return (
    <section aria-labelledby="parameters">
      <Title order={3} size="h5" mb="xs" id="parameters">
        Parameters
      </Title>
      <Table.ScrollContainer minWidth={0}>
        <Table verticalSpacing="xs" aria-labelledby="parameters">
          <Table.Tbody>
            {parameters.map(({ name, in: place, description, required, schema }) => (
              <Table.Tr key={`${place} ${name}`}>
                <Table.Th scope="row" w="34%" style={{ verticalAlign: 'top' }}>
                  <Text size="sm" ff="monospace" fw={600} className="breaks">
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed" fw={400}>
                    {place}, {describeType(schema ?? {}, {})}
                  </Text>
                  {required === true && (
                    <Text size="xs" fw={400} c="var(--mantine-color-orange-text)">
                      required
                    </Text>
                  )}
                </Table.Th>
                <Table.Td valign="top" className="breaks">
                  <Text size="sm">{description}</Text>
                  {schema?.enum !== undefined && (
                    <Text size="xs" c="dimmed">
                      One of {schema.enum.map(String).join(', ')}
                    </Text>
                  )}
                  {schema?.default !== undefined && (
                    <Text size="xs" c="dimmed">
                      By itself <Code>{String(schema.default)}</Code>
                    </Text>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

function Body({ operation, schemas }: { operation: Operation; schemas: Description['schemas'] }) {
  if (operation.body === undefined) return null;
  const { type, schema } = bodyKind(operation);
  return (
    <section aria-labelledby="body">
      <Title order={3} size="h5" id="body">
        Body
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {[operation.body.description, type].filter(Boolean).join(' · ')}
      </Text>
      <SchemaView schema={schema} schemas={schemas} />
    </section>
  );
}

function Answers({ operation, schemas }: { operation: Operation; schemas: Description['schemas'] }) {
  return (
    <section aria-labelledby="answers">
      <Title order={3} size="h5" mb="xs" id="answers">
        Answers
      </Title>
      <Accordion variant="contained" keepMounted={false} defaultValue={operation.answers[0]?.status ?? null} order={4}>
        {operation.answers.map(({ status, description, schema }) => (
          <Accordion.Item key={status} value={status}>
            <Accordion.Control>
              <Group gap="sm" wrap="nowrap">
                <StatusBadge mood={moodOf(status)}>{status}</StatusBadge>
                <Text size="sm">{description}</Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              {schema === undefined ? (
                <Text size="sm" c="dimmed">
                  {status.startsWith('2')
                    ? 'Nothing more is said of what comes.'
                    : 'An object with requestId, message and, where the vendor said something, providerMessage.'}
                </Text>
              ) : (
                <>
                  <Text size="sm" c="dimmed" mb="xs">
                    {describeType(schema, schemas)}
                  </Text>
                  <SchemaView schema={schema} schemas={schemas} />
                </>
              )}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </section>
  );
}

function moodOf(status: string): Mood {
  if (status.startsWith('2')) return 'good';
  return status.startsWith('4') ? 'warning' : 'bad';
}
