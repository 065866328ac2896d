// Which elements of the catalog are shown, and in which order.

import type { ElementSummary } from '../components/known-elements.ts';

/** What the address asks for. */
export interface WantedElements {
  text: string;
  hub: string | null;
  kind: string | null;
}

/** The kinds by which the catalog is filtered. */
export const kinds = [
  { value: 'connected', label: 'Connected' },
  { value: 'private', label: 'Private' },
  { value: 'extended', label: 'Extended' },
];

/** The elements that fit; every word of the text must be found somewhere. `accounts` counts connected accounts by key. */
export function filterElements(
  elements: readonly ElementSummary[],
  { text, hub, kind }: WantedElements,
  accounts: Record<string, number>,
): ElementSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return elements.filter((element) => {
    const said = `${element.name} ${element.key} ${element.hub} ${element.description ?? ''}`.toLowerCase();
    const isOfKind =
      kind === null ||
      (kind === 'private' && element.private) ||
      (kind === 'extended' && element.extended) ||
      (kind === 'connected' && (accounts[element.key] ?? 0) > 0);
    return isOfKind && (hub === null || element.hub === hub) && words.every((word) => said.includes(word));
  });
}

/** Elements by hub, hubs and elements by name. */
export function groupByHub(elements: readonly ElementSummary[], nameOf: (hub: string) => string) {
  const groups = Map.groupBy(elements, ({ hub }) => hub);
  return [...groups]
    .map(([key, group]) => ({
      key,
      name: nameOf(key),
      elements: group.toSorted((one, other) => one.name.localeCompare(other.name)),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
