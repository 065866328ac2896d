// The mapper: one’s own fields on the left, the vendor’s on the right, and below them what becomes of a record.

import { Alert, Anchor, Breadcrumbs, Button, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconSparkles } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import { CallError } from '../call.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import type { ElementSummary } from '../components/known-elements.ts';
import { PageHeader } from '../components/page-header.tsx';
import { UnsavedDialog } from '../components/unsaved-dialog.tsx';
import { useUnsavedGuard } from '../components/use-unsaved-guard.ts';
import { usePerson } from '../session.ts';
import { type Level, type MappingField, scriptsOf, type Transformation } from './documents.ts';
import { addField, type Change, removeField, renameField, sayField, sayMapping, setType, unsayField } from './draft.ts';
import { sortFaults } from './faults.ts';
import { type FieldActions, FieldList } from './field-list.tsx';
import { FieldOptions } from './field-options.tsx';
import { MappingSettings } from './mapping-settings.tsx';
import { NewField } from './new-field.tsx';
import { Preview } from './preview.tsx';
import {
  type CommonResource,
  inheritedFields,
  type Place,
  type Saved,
  useCommonResources,
  useRecords,
  useSuggestions,
  useVendorFields,
  useVendorObjects,
  type VendorField,
} from './queries.ts';
import { ResourceActions } from './resource-actions.tsx';
import { type FieldRow, isAbove, rowsOf, typeChoices } from './rows.ts';
import { SaveBar } from './save-bar.tsx';
import { Toolbar } from './toolbar.tsx';
import type { Choice } from './use-choice.ts';
import { useDraft } from './use-draft.ts';
import { useSteady } from './use-steady.ts';
import { useTrials, useVendorRecord } from './use-trial.ts';
import { VendorPanel } from './vendor-panel.tsx';
import { fieldsOfRecord, withRecord } from './vendor-values.ts';
import { likelyObject, ourType, ownPathFor } from './vendor-words.ts';

interface MapperProps {
  resource: CommonResource;
  elements: readonly ElementSummary[];
  /** what all levels say for the element, joined */
  mapping: (Transformation & { level: Level }) | undefined;
  choice: Choice;
  place: Place;
  saved: Saved;
}

const noValues: ReadonlyMap<string, unknown> = new Map();

/** Edits an object at one level for one element. */
export function Mapper({ resource, elements, mapping, choice, place, saved }: MapperProps) {
  const { name } = resource;
  const { element, account, level, recordId } = choice;
  const { account: own } = usePerson();
  const isReadOnly = level === 'organization' && !own.defaultAccount;
  const state = useDraft(name, place, saved);
  const { draft, change, discard, isChanged } = state;
  const held = useUnsavedGuard(isChanged, (url) => isSamePlace(url, level));

  const vendorObjects = useVendorObjects(element?.key);
  const hasInherited = mapping !== undefined && saysAbove(mapping, level);
  const said = draft.transformation?.vendorName || (hasInherited ? mapping.vendorName : '') || '';
  const vendorName = said || (draft.transformation === undefined ? likelyObject(name, vendorObjects.data) : name);
  const beginning = beginningOf(hasInherited, vendorName);
  const isMapped = draft.transformation !== undefined || hasInherited;
  const canMap = element !== undefined && vendorName !== '';

  const isShadowed = resource.mappedElementKeys.includes(element?.key ?? '') && vendorName === name;
  const knownFields = useVendorFields(element?.key, vendorName, account, isShadowed);
  const vendorObject = vendorObjects.data?.find((object) => object.name === vendorName);
  const idPath = knownFields.data?.find(({ primaryKey }) => primaryKey === true)?.vendorPath;
  const choices = useRecords(account, vendorObject, idPath);
  const chosenId = recordId ?? choices.data?.[0]?.id;
  const trialPlace = useMemo(
    () =>
      element === undefined
        ? undefined
        : {
            objectName: name,
            level,
            elementKey: element.key,
            instanceId: account?.id,
            definition: draft.definition,
            // A mapping that is to be removed leaves what is inherited.
            transformation: draft.transformation ?? (saved.transformation && beginningOf(true, '')),
          },
    [name, level, element, account, draft.definition, draft.transformation, saved.transformation],
  );
  const live = useVendorRecord(trialPlace, vendorName, account === undefined ? undefined : chosenId);
  const [pasted, paste] = useState<Record<string, unknown>>();
  const record = account === undefined ? pasted : live.data;
  const values = useMemo(() => fieldsOfRecord(record), [record]);
  const vendorFields = useMemo(() => withRecord(knownFields.data ?? [], values), [knownFields.data, values]);
  const trials = useTrials(isMapped ? trialPlace : undefined, record);

  const made = useMemo(() => fieldsOfRecord(trials.read?.transformed), [trials.read]);
  const laws = trials.read?.laws ?? [];
  const inherited = inheritedFields(mapping, (at) => isAbove(at, level));
  const rows = rowsOf({ draft, level, fields: resource.fields ?? [], inherited, laws });
  const others = useCommonResources();
  const types = typeChoices(
    (others.data ?? []).map((one) => one.name).filter((one) => one !== name),
    draft.definition,
  );
  const mapped = new Set(rows.flatMap(({ mapping: at }) => (at?.vendorPath ? [at.vendorPath] : [])));
  const suggested = useSuggestions({
    elementKey: element?.key,
    instanceId: account?.disabled === true ? undefined : account?.id,
    vendorName,
    fields: rows.map(({ path, type }) => ({ path, type })),
  });
  const suggestions = new Map(
    [...(suggested.data ?? [])].filter(
      ([path, { vendorPath }]) => !mapped.has(vendorPath) && rows.some((row) => row.path === path && isFree(row)),
    ),
  );
  const faults = sortFaults(
    [trials.readError, state.saveError].flatMap((error) => (isRefusal(error) ? [error.message] : [])).join('; '),
    rows.map(({ path }) => path),
  );

  const inheritedOf = (path: string) => rows.find((row) => row.path === path)?.inheritedMapping;
  const mapTo = (path: string, vendorPath: string | undefined) =>
    mapStep(
      rows.find((row) => row.path === path),
      path,
      vendorPath,
      vendorFields,
      beginning,
    );
  const addVendorField = (vendorPath: string) => {
    const path = ownPathFor(vendorPath);
    const field = vendorFields.find((one) => one.vendorPath === vendorPath);
    const isThere = rows.some((row) => row.path === path);
    if (!isThere) change(addField(path, ourType(field?.type) ?? 'string'));
    change(mapTo(path, vendorPath));
  };
  const [optionsOf, openOptions] = useState<string>();
  const actions = useSteady<FieldActions & { addVendorField(vendorPath: string): void }>({
    map: (path, vendorPath) => change(mapTo(path, vendorPath)),
    rename: (path, newPath) => {
      if (rows.some((row) => row.path === newPath)) {
        notifications.show({ color: 'red', message: `There is a field ${newPath} already.` });
      } else change(renameField(path, newPath));
    },
    setType: (path, type) => change(setType(path, type)),
    remove: (path) => change(removeField(path)),
    openOptions,
    addVendorField,
  });
  const acceptAll = () => {
    for (const [path, { vendorPath }] of suggestions) change(mapTo(path, vendorPath));
  };

  return (
    <Stack className="mapping">
      <Breadcrumbs>
        <Anchor component={Link} href="/common-resources" size="sm">
          Common resources
        </Anchor>
        <Text size="sm">{name}</Text>
      </Breadcrumbs>
      <PageHeader
        title={name}
        description={describeLevel(level, isReadOnly, hasInherited, draft.definition !== undefined)}
        actions={<ResourceActions resource={resource} isChanged={isChanged} />}
      />
      <Toolbar
        choice={choice}
        elements={elements}
        mappedElementKeys={resource.mappedElementKeys}
        vendorObjects={vendorObjects.data ?? []}
        vendorName={vendorName}
        setVendorName={(chosen) => change(sayMapping({ vendorName: chosen }, beginning))}
        isReadOnly={isReadOnly}
      />
      {vendorObjects.error !== null && (
        <ErrorNotice error={vendorObjects.error} retry={() => void vendorObjects.refetch()} />
      )}
      {state.saveError !== null && !isRefusal(state.saveError) && <ErrorNotice error={state.saveError} />}
      {trials.readError !== null && !isRefusal(trials.readError) && <ErrorNotice error={trials.readError} />}
      {faults.others.length > 0 && (
        <Alert color="red" role="alert" title="This has to be mended first">
          {faults.others.map((fault) => (
            <Text size="sm" key={fault}>
              {fault}.
            </Text>
          ))}
        </Alert>
      )}
      <div className="mapping-columns">
        <section className="mapping-panel" aria-label="Your fields">
          <Group justify="space-between" mb="xs">
            <Title order={2} size="h5">
              Your fields
            </Title>
            {!isReadOnly && suggestions.size > 0 && (
              <Button
                size="compact-sm"
                variant="light"
                leftSection={<IconSparkles size={14} aria-hidden />}
                onClick={acceptAll}
              >
                {suggestions.size === 1 ? 'Accept the suggestion' : `Accept all ${suggestions.size} suggestions`}
              </Button>
            )}
          </Group>
          {rows.length === 0 ? (
            <EmptyState title="No fields yet" text="Add the first one below, or take over fields of the vendor." />
          ) : (
            <FieldList
              rows={rows}
              types={types}
              vendorFields={vendorFields}
              suggestions={suggestions}
              faults={faults.ofFields}
              values={record === undefined ? noValues : made}
              actions={actions}
              isReadOnly={isReadOnly}
              canMap={canMap}
            />
          )}
          {!isReadOnly && (
            <NewField
              types={types}
              paths={rows.map(({ path }) => path)}
              add={(path, type) => change(addField(path, type))}
              addVendorField={actions.addVendorField}
            />
          )}
        </section>
        <VendorPanel
          vendorName={vendorName}
          fields={vendorFields}
          values={values}
          mapped={mapped}
          isPending={knownFields.isFetching || vendorObjects.isFetching}
          error={knownFields.error}
          retry={() => void knownFields.refetch()}
          addField={isReadOnly ? undefined : actions.addVendorField}
        />
      </div>
      {canMap && (
        <MappingSettings
          transformation={draft.transformation}
          beginning={beginning}
          hasInherited={hasInherited}
          inheritedScripts={hasInherited ? scriptsAbove(mapping, level) : 0}
          scriptFaults={[...(trials.read?.scriptFaults ?? []), ...faults.others]}
          isReadOnly={isReadOnly}
          change={change}
        />
      )}
      {element !== undefined && (
        <Preview
          account={account}
          isMapped={isMapped}
          choices={choices.data ?? []}
          choicesError={choices.error}
          recordId={chosenId}
          chooseRecord={(id) => choice.choose({ record: id })}
          record={record}
          recordError={live.error}
          isReading={live.isFetching || choices.isFetching}
          paste={paste}
          trials={trials}
        />
      )}
      {isChanged && <SaveBar isSaving={state.isSaving} save={() => void state.save()} discard={discard} />}
      <FieldOptions
        row={rows.find(({ path }) => path === optionsOf)}
        faults={faults.ofFields.get(optionsOf ?? '') ?? []}
        isReadOnly={isReadOnly}
        change={(path, members) => change(sayField(path, members, beginning, inheritedOf(path)))}
        restore={(path) => change(unsayField(path))}
        close={() => openOptions(undefined)}
      />
      <UnsavedDialog held={held} />
    </Stack>
  );
}

/** Whether an address shows what is edited: other records, and at a level above accounts other accounts, do. */
function isSamePlace(url: URL, level: Level): boolean {
  const shown = new URLSearchParams(window.location.search);
  const deciding = ['element', 'level', ...(level === 'instance' ? ['account'] : [])];
  return (
    url.pathname === window.location.pathname &&
    deciding.every((name) => url.searchParams.get(name) === shown.get(name))
  );
}

/** The step that gives a field its place at the vendor, or takes it away. */
function mapStep(
  row: FieldRow | undefined,
  path: string,
  vendorPath: string | undefined,
  vendorFields: readonly VendorField[],
  beginning: Transformation,
): Change {
  const inherited = row?.inheritedMapping;
  const isPlain = (row?.mapping?.configuration ?? []).length === 0;
  if (vendorPath === undefined && inherited === undefined && isPlain) return unsayField(path);
  const vendorType = ourType(vendorFields.find((field) => field.vendorPath === vendorPath)?.type) ?? null;
  const members: Partial<MappingField> = { vendorPath: vendorPath ?? null, vendorType };
  return sayField(path, members, beginning, inherited);
}

/** A mapping takes over what is said above, where something is. */
function beginningOf(hasInherited: boolean, vendorName: string): Transformation {
  return hasInherited ? { configuration: [{ type: 'inherit' }], fields: [] } : { vendorName, fields: [] };
}

function saysAbove({ level: first, fields }: Transformation & { level: Level }, level: Level): boolean {
  return (
    isAbove(first, level) || (fields ?? []).some(({ associatedLevel }) => isAbove(associatedLevel ?? first, level))
  );
}

function scriptsAbove(mapping: Transformation & { level: Level }, level: Level): number {
  return scriptsOf(mapping).filter((script) => isAbove((script['level'] as Level | undefined) ?? mapping.level, level))
    .length;
}

function isFree({ mapping }: FieldRow): boolean {
  return !mapping?.vendorPath;
}

function isRefusal(error: Error | null): error is CallError {
  return error instanceof CallError && error.status === 400;
}

function describeLevel(level: Level, isReadOnly: boolean, hasInherited: boolean, isDefined: boolean): string {
  if (isReadOnly) return 'What the organization says can be read here. Say it for your account to change it.';
  const who = {
    system: '',
    organization: 'the whole organization',
    account: 'your account',
    instance: 'this connected account alone',
  }[level];
  const above = hasInherited || !isDefined ? ' Over what it inherits, it keeps only what you change.' : '';
  return `Said for ${who}.${above}`;
}
