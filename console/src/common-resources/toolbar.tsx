// What one maps: which element and which of its objects, tried at which account, said at which level.

import { Group, Select } from '@mantine/core';
import type { ElementSummary } from '../components/known-elements.ts';
import { levelNames, type OwnLevel } from './documents.ts';
import type { VendorObject } from './queries.ts';
import type { Choice } from './use-choice.ts';

interface ToolbarProps {
  choice: Choice;
  elements: readonly ElementSummary[];
  mappedElementKeys: readonly string[];
  vendorObjects: readonly VendorObject[];
  vendorName: string;
  setVendorName(name: string): void;
  isReadOnly: boolean;
}

/** The selects above the mapper. */
export function Toolbar(props: ToolbarProps) {
  const { choice, elements, mappedElementKeys, vendorObjects, vendorName, setVendorName, isReadOnly } = props;
  const { element, accounts, account, level, choose } = choice;
  const isMapped = ({ key }: ElementSummary) => mappedElementKeys.includes(key);
  const option = ({ key, name }: ElementSummary) => ({ value: key, label: name });
  const groups = [
    { group: 'Mapped', items: elements.filter(isMapped).map(option) },
    { group: 'Not mapped yet', items: elements.filter((one) => !isMapped(one)).map(option) },
  ];
  const names = vendorObjects.map(({ name }) => name);
  const levels: OwnLevel[] = ['organization', 'account', ...(account === undefined ? [] : (['instance'] as const))];
  return (
    <Group gap="sm" align="flex-end" className="mapping-toolbar">
      <Select
        label="Element"
        placeholder="Choose an element"
        searchable
        allowDeselect={false}
        data={groups.filter(({ items }) => items.length > 0)}
        value={element?.key ?? null}
        onChange={(key) =>
          key !== null && choose({ element: key, account: undefined, record: undefined, level: undefined })
        }
      />
      <Select
        label="Its object"
        placeholder="Choose an object"
        searchable
        allowDeselect={false}
        disabled={element === undefined || isReadOnly}
        limit={200}
        data={vendorName === '' || names.includes(vendorName) ? names : [vendorName, ...names]}
        value={vendorName === '' ? null : vendorName}
        onChange={(name) => name !== null && setVendorName(name)}
      />
      <Select
        label="Tried with"
        placeholder={accounts.length === 0 ? 'No connected account' : 'No account'}
        disabled={accounts.length === 0}
        clearable
        searchable
        data={accounts.map(({ id, name, disabled }) => ({
          value: String(id),
          label: `${name} (${id})${disabled ? ', disabled' : ''}`,
        }))}
        value={account === undefined ? null : String(account.id)}
        onChange={(id) =>
          choose({ account: id ?? 'none', record: undefined, ...(level === 'instance' ? { level: undefined } : {}) })
        }
      />
      <Select
        label="Said for"
        allowDeselect={false}
        data={levels.map((one) => ({ value: one, label: levelNames[one] }))}
        value={level}
        onChange={(one) => one !== null && choose({ level: one })}
      />
    </Group>
  );
}
