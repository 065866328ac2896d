// What is chosen on the page of a common resource, which stands in its address: element, connected account, level, record.

import { useAddress } from '../address.ts';
import type { ElementSummary } from '../components/known-elements.ts';
import { usePerson } from '../session.ts';
import { levels, type OwnLevel } from './documents.ts';
import type { MappedAccount } from './queries.ts';

/** The choices, and a way to make others. */
export interface Choice {
  element: ElementSummary | undefined;
  /** the accounts of the element */
  accounts: MappedAccount[];
  account: MappedAccount | undefined;
  level: OwnLevel;
  recordId: string | undefined;
  choose(changes: Partial<Record<'element' | 'account' | 'level' | 'record', string | undefined>>): void;
}

interface Choices {
  elements: readonly ElementSummary[];
  accounts: readonly MappedAccount[];
  mappedElementKeys: readonly string[];
}

/** Reads the address; what it does not say is what one most likely wants. */
export function useChoice({ elements, accounts, mappedElementKeys }: Choices): Choice {
  const [search, choose] = useAddress();
  const { account: own } = usePerson();
  const connected = accounts.map(({ element }) => element.key);
  const likely = [
    ...mappedElementKeys.filter((key) => connected.includes(key)),
    ...(mappedElementKeys.length > 0 ? mappedElementKeys : connected),
  ];
  const key = search.get('element') ?? likely[0];
  const ofElement = accounts.filter(({ element }) => element.key === key);
  const asked = search.get('account');
  const account =
    asked === 'none'
      ? undefined
      : (ofElement.find(({ id }) => String(id) === asked) ?? ofElement.find(({ disabled }) => !disabled));
  const said = levels.find((level) => level === search.get('level'));
  const usual = own.defaultAccount ? 'organization' : 'account';
  const level =
    said === undefined || said === 'system' || (said === 'instance' && account === undefined) ? usual : said;
  return {
    element: elements.find((element) => element.key === key),
    accounts: ofElement,
    account,
    level,
    recordId: search.get('record') ?? undefined,
    choose,
  };
}
