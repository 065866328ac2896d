// Begins a download: an object of an account, or a query, perhaps of a time.

import { Group, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { CodeBlock } from '../components/code-block.tsx';
import { ObjectField } from './object-field.tsx';
import { useStartDownload } from './queries.ts';
import { StartForm } from './start-form.tsx';

type Way = 'object' | 'query';

/** The form that begins a download. */
export function StartDownload() {
  const [, navigate] = useLocation();
  const starting = useStartDownload();
  const [instance, setInstance] = useState<number | undefined>();
  const [way, setWay] = useState<Way>('object');
  const [objectName, setObjectName] = useState('');
  const [fields, setFields] = useState('');
  const [where, setWhere] = useState('');
  const [query, setQuery] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const asked = way === 'query' ? query.trim() : queryOf({ objectName, fields, where });
  const start = () => {
    if (instance === undefined || asked === '') return;
    const ask = { instance, query: asked, from: momentText(from), to: momentText(to) };
    starting.mutate(ask, { onSuccess: ({ id }) => navigate(`/bulk/${id}`) });
  };
  return (
    <StartForm
      title="New download"
      description="Its records can be fetched as CSV, JSON lines or Parquet."
      action="Begin"
      instance={instance}
      setInstance={setInstance}
      isReady={instance !== undefined && asked !== ''}
      isPending={starting.isPending}
      error={starting.error}
      start={start}
    >
      <SegmentedControl
        aria-label="How to say what is downloaded"
        data={[
          { value: 'object', label: 'An object' },
          { value: 'query', label: 'A query' },
        ]}
        value={way}
        onChange={(value) => {
          setWay(value as Way);
          if (value === 'query' && query === '') setQuery(queryOf({ objectName, fields, where }));
        }}
      />
      {way === 'object' ? (
        <>
          <ObjectField instance={instance} direction="download" value={objectName} onChange={setObjectName} />
          <TextInput
            label="Fields"
            description="With commas between them; without any, all of them."
            placeholder="id, subject"
            value={fields}
            onChange={(event) => setFields(event.currentTarget.value)}
          />
          <TextInput
            label="Only where"
            placeholder="status='open'"
            value={where}
            onChange={(event) => setWhere(event.currentTarget.value)}
          />
          {asked !== '' && <CodeBlock text={asked} name="query" />}
        </>
      ) : (
        <Textarea
          label="Query"
          placeholder="select id, subject from incidents where status='open'"
          required
          autosize
          minRows={3}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      <Group grow align="flex-end">
        <TextInput
          label="Changed from"
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          label="Changed to"
          type="datetime-local"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
      </Group>
    </StartForm>
  );
}

/** What is asked for, as one query; empty without an object. */
function queryOf({ objectName, fields, where }: { objectName: string; fields: string; where: string }): string {
  const name = objectName.trim();
  if (name === '') return '';
  const condition = where.trim() === '' ? '' : ` where ${where.trim()}`;
  return `select ${fields.trim() === '' ? '*' : fields.trim()} from ${/^\w+$/.test(name) ? name : `\`${name}\``}${condition}`;
}

function momentText(local: string): string | undefined {
  const moment = new Date(local);
  return local === '' || Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
