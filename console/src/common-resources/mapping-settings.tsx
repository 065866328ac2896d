// What holds for a mapping as a whole: what passes, what it takes over, and its script.

import { Accordion, Button, Group, Loader, Stack, Switch, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { entryOf, type Script, scriptsOf, type Transformation } from './documents.ts';
import { type Change, configure, setScripts, unsayMapping } from './draft.ts';

const CodeEditor = lazy(async () => ({ default: (await import('../components/code-editor.tsx')).CodeEditor }));

interface MappingSettingsProps {
  transformation: Transformation | undefined;
  /** what a mapping begins with where the level has none */
  beginning: Transformation;
  /** whether something is said above that can be taken over */
  hasInherited: boolean;
  /** scripts that the levels above say */
  inheritedScripts: number;
  /** what is wrong with scripts, as it was last tried or saved */
  scriptFaults: readonly string[];
  isReadOnly: boolean;
  change(step: Change): void;
}

/** The folded settings below the fields. */
export function MappingSettings(props: MappingSettingsProps) {
  const scripts = scriptsOf(props.transformation ?? {});
  return (
    <Accordion variant="contained" chevronPosition="left" keepMounted={false}>
      <Accordion.Item value="settings">
        <Accordion.Control>Settings of the mapping</Accordion.Control>
        <Accordion.Panel>
          <Settings {...props} />
        </Accordion.Panel>
      </Accordion.Item>
      <Accordion.Item value="script">
        <Accordion.Control>
          Script
          {scripts.length > 0 && (
            <Text span size="sm" c="dimmed" ml="xs">
              runs after the mapping, both ways
            </Text>
          )}
        </Accordion.Control>
        <Accordion.Panel>
          <Scripts {...props} scripts={scripts} />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Settings({ transformation, beginning, hasInherited, isReadOnly, change }: MappingSettingsProps) {
  const configuration = (transformation ?? beginning).configuration;
  const passing = entryOf(configuration, 'passThrough')?.properties ?? {};
  const passes = (way: 'fromVendor' | 'toVendor') => passing[way] !== false && passing[way] !== 'false';
  const setPassing = (way: 'fromVendor' | 'toVendor', value: boolean) =>
    change(
      configure(
        'passThrough',
        { fromVendor: passes('fromVendor'), toVendor: passes('toVendor'), [way]: value },
        beginning,
      ),
    );
  const flag = (type: string) => entryOf(configuration, type) !== undefined;
  const setFlag = (type: string, value: boolean) => change(configure(type, value ? {} : undefined, beginning));
  return (
    <Stack gap="sm">
      {hasInherited && (
        <Switch
          label="Take over what is said above"
          description="Fields that this level does not map are found as the more general levels say. Without it this level’s mapping holds alone."
          disabled={isReadOnly}
          checked={flag('inherit')}
          onChange={({ currentTarget: { checked } }) => setFlag('inherit', checked)}
        />
      )}
      <Switch
        label="Fields that are not mapped pass when they are read"
        disabled={isReadOnly}
        checked={passes('fromVendor')}
        onChange={({ currentTarget: { checked } }) => setPassing('fromVendor', checked)}
      />
      <Switch
        label="Fields that are not mapped pass when they are written"
        disabled={isReadOnly}
        checked={passes('toVendor')}
        onChange={({ currentTarget: { checked } }) => setPassing('toVendor', checked)}
      />
      <Switch
        label="Show it in the API docs of connected accounts"
        disabled={isReadOnly}
        checked={flag('addToDocumentation')}
        onChange={({ currentTarget: { checked } }) => setFlag('addToDocumentation', checked)}
      />
      {transformation !== undefined && !isReadOnly && (
        <Group>
          <Button size="xs" variant="default" onClick={() => change(unsayMapping())}>
            {hasInherited ? 'Use only what is inherited' : 'Remove this mapping'}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const firstScript = `// originalObject is the record before the mapping, transformedObject after it.
// fromVendor tells the way.
done(transformedObject);
`;

function Scripts(props: MappingSettingsProps & { scripts: readonly Script[] }) {
  const { transformation, scripts, beginning, inheritedScripts, scriptFaults, isReadOnly, change } = props;
  const configuration = (transformation ?? beginning).configuration;
  const seesWhere = entryOf(configuration, 'applyJSOnQueryFieldValue') !== undefined;
  const setScript = (index: number, members: Partial<Script>) =>
    change(
      setScripts(
        scripts.map((script, at) => (at === index ? { ...script, ...members } : script)),
        beginning,
      ),
    );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        It runs for each record after the mapping, both ways, and gives the record with done(…).
        {transformation?.isLegacy === true ? ' This one is of the older kind: it returns the record.' : ''}
        {inheritedScripts > 0 ? ' Scripts of more general levels run before it.' : ''}
      </Text>
      {scripts.map((script, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: scripts have nothing else that tells them apart
        <Stack gap="xs" key={index}>
          <Suspense fallback={<Loader size="sm" aria-label="Loading" />}>
            <CodeEditor
              language="javascript"
              label={scripts.length > 1 ? `Script ${index + 1}` : 'Script'}
              value={script.body ?? ''}
              isReadOnly={isReadOnly}
              // Of several scripts nobody says which one failed.
              faultyLines={scripts.length + inheritedScripts === 1 ? linesOf(scriptFaults) : []}
              onChange={(body) => setScript(index, { body })}
            />
          </Suspense>
          <Group justify="space-between">
            <Switch
              size="xs"
              label="Leave out records for which it gives nothing"
              disabled={isReadOnly}
              checked={script.filterEmptyResponse === true}
              onChange={({ currentTarget: { checked } }) => setScript(index, { filterEmptyResponse: checked })}
            />
            {!isReadOnly && (
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  change(
                    setScripts(
                      scripts.filter((_, at) => at !== index),
                      beginning,
                    ),
                  )
                }
              >
                Remove script
              </Button>
            )}
          </Group>
        </Stack>
      ))}
      {scripts.length === 0 && !isReadOnly && (
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => change(setScripts([{ body: firstScript, mimeType: 'application/javascript' }], beginning))}
          >
            Add a script
          </Button>
        </Group>
      )}
      {scripts.length > 0 && (
        <Switch
          size="xs"
          label="It also sees the conditions of where"
          disabled={isReadOnly}
          checked={seesWhere}
          onChange={({ currentTarget: { checked } }) =>
            change(configure('applyJSOnQueryFieldValue', checked ? { toVendor: true } : undefined, beginning))
          }
        />
      )}
    </Stack>
  );
}

function linesOf(faults: readonly string[]): number[] {
  return faults.flatMap((fault) => [...fault.matchAll(/\(line (\d+)\)/g)].map(([, line]) => Number(line)));
}
