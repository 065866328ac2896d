// One common resource: what is needed to show it is read here, and mapped below.

import { Anchor, Loader, Stack } from '@mantine/core';
import { Link, useParams } from 'wouter';
import { CallError } from '../call.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorNotice } from '../components/error-notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import './common-resources.css';
import { useConnectedAccounts } from '../components/connected-accounts.ts';
import { type ElementSummary, useElements } from '../components/known-elements.ts';
import { Mapper } from './mapper.tsx';
import { type CommonResource, type MappedAccount, useCommonResource, useMappings, useSaved } from './queries.ts';
import { useChoice } from './use-choice.ts';

/** The view of one common resource. */
export function ResourcePage() {
  const { object = '' } = useParams<{ object: string }>();
  const name = decodeURIComponent(object);
  const resource = useCommonResource(name);
  const elements = useElements();
  const accounts = useConnectedAccounts();
  const error = resource.error ?? elements.error ?? accounts.error;
  const retry = () => {
    for (const query of [resource, elements, accounts]) if (query.isError) void query.refetch();
  };
  if (error instanceof CallError && error.status === 404) {
    return (
      <EmptyState title="There is no such common resource" text={`Nothing is called ${name} here, or not any more.`}>
        <Anchor component={Link} href="/common-resources">
          See all common resources
        </Anchor>
      </EmptyState>
    );
  }
  if (error !== null) return <ErrorNotice error={error} retry={retry} />;
  if (resource.data === undefined || elements.data === undefined || accounts.data === undefined) {
    return <Waiting name={name} />;
  }
  const elementOf = new Map(elements.data.map((element) => [element.key, element]));
  const mapped = accounts.data.flatMap((account) => {
    const element = elementOf.get(account.element.key);
    return element === undefined ? [] : [{ ...account, element }];
  });
  return <Chosen resource={resource.data} elements={elements.data} accounts={mapped} />;
}

interface ChosenProps {
  resource: CommonResource;
  elements: readonly ElementSummary[];
  accounts: readonly MappedAccount[];
}

/** What is saved where one is about to edit. */
function Chosen({ resource, elements, accounts }: ChosenProps) {
  const { name, mappedElementKeys } = resource;
  const choice = useChoice({ elements, accounts, mappedElementKeys });
  const { level, element, account } = choice;
  const place = {
    level,
    elementKey: element?.key,
    instanceId: level === 'instance' ? account?.id : undefined,
  };
  const saved = useSaved(name, place);
  const mappings = useMappings(name);
  const error = saved.error ?? mappings.error;
  if (error !== null) {
    const retry = () => {
      void saved.refetch();
      void mappings.refetch();
    };
    return <ErrorNotice error={error} retry={retry} />;
  }
  if (saved.data === undefined || mappings.data === undefined) return <Waiting name={name} />;
  return (
    <Mapper
      key={JSON.stringify([name, place])}
      resource={resource}
      elements={elements}
      mapping={mappings.data.find(({ elementKey }) => elementKey === element?.key)}
      choice={choice}
      place={place}
      saved={saved.data}
    />
  );
}

function Waiting({ name }: { name: string }) {
  return (
    <Stack>
      <PageHeader title={name} />
      <Loader aria-label="Loading" />
    </Stack>
  );
}
