// What names of fields mean: `emailAddress`, `e_mail` and `EmailAddress__c` are the same two words to a reader.

import type { Step } from './paths.ts';

/** Words that stand for the same in names of fields. A word may be in several groups. */
const groups: readonly string[][] = [
  ['subject', 'title', 'summary', 'headline', 'topic'],
  ['description', 'body', 'content', 'detail', 'text', 'message', 'desc'],
  ['comment', 'note', 'remark', 'memo'],
  ['email', 'mail'],
  ['phone', 'telephone', 'tel'],
  ['mobile', 'cell', 'cellphone'],
  ['fax', 'facsimile'],
  ['first', 'given', 'fore'],
  ['last', 'family', 'sur', 'surname'],
  ['name', 'label', 'display', 'full', 'nickname'],
  ['id', 'identifier', 'uid', 'uuid', 'guid', 'key'],
  ['created', 'creation', 'create', 'added', 'opened', 'inserted'],
  ['updated', 'update', 'modified', 'modification', 'changed', 'edited'],
  ['date', 'time', 'at', 'on', 'timestamp', 'datetime', 'when'],
  ['due', 'deadline', 'expected'],
  ['start', 'begin', 'from'],
  ['end', 'finish', 'until', 'closed', 'close'],
  ['company', 'organization', 'organisation', 'account', 'firm', 'business', 'employer'],
  ['contact', 'person', 'people'],
  ['user', 'username', 'login', 'member'],
  ['owner', 'assignee', 'assigned', 'agent', 'responsible'],
  ['requester', 'reporter', 'author', 'creator', 'submitter', 'sender'],
  ['status', 'state', 'stage', 'phase'],
  ['type', 'kind', 'category', 'class'],
  ['priority', 'severity', 'urgency', 'importance'],
  ['tag', 'label', 'keyword'],
  ['url', 'link', 'website', 'web', 'site', 'href', 'uri', 'homepage'],
  ['street', 'address', 'line', 'road'],
  ['city', 'town', 'locality'],
  ['state', 'region', 'province', 'county'],
  ['postal', 'zip', 'postcode', 'zipcode', 'code'],
  ['country', 'nation'],
  ['birthday', 'birth', 'birthdate', 'dob'],
  ['amount', 'total', 'price', 'sum', 'value', 'cost'],
  ['currency', 'iso'],
  ['quantity', 'qty', 'count', 'number', 'units'],
  ['number', 'no', 'num', 'nr'],
  ['active', 'enabled'],
  ['deleted', 'removed', 'archived'],
  ['size', 'length', 'bytes'],
  ['file', 'document', 'attachment'],
  ['folder', 'directory'],
  ['mime', 'format', 'media'],
  ['language', 'locale', 'lang'],
  ['department', 'division', 'team', 'group'],
  ['job', 'position', 'role', 'occupation'],
  ['industry', 'sector', 'branch'],
  ['image', 'photo', 'picture', 'avatar', 'icon'],
  ['parent', 'superior'],
  ['item', 'line', 'position', 'entry', 'row'],
  ['sku', 'article', 'product'],
];

/** Words that say little about a field by themselves. */
const weak = new Set([
  'date',
  'time',
  'at',
  'on',
  'number',
  'code',
  'value',
  'address',
  'is',
  'has',
  'the',
  'of',
  'line',
]);
/** Words that only hold other fields, or come from how a vendor stores them. */
const empty = new Set(['field', 'property', 'attribute', 'data', 'c', 'custom', 'info', 'record', 'object']);
const more = ['address', 'ticket', 'issue', 'order', 'invoice', 'customer', 'lead', 'middle', 'other', 'home', 'work'];

const meanings = new Map<string, Set<number>>();
for (const [meaning, words] of groups.entries()) {
  for (const word of words) meanings.set(word, (meanings.get(word) ?? new Set()).add(meaning));
}
const known = new Set([...meanings.keys(), ...weak, ...empty, ...more]);

/** A word of a name; what stands further out in a path weighs less. */
interface Word {
  text: string;
  weight: number;
}

/** What a word weighs that names what a field stands in. */
const outermost = 0.35;

/** Words of a last member that only says which part of the one before it is meant: `status.name`. */
const parts = new Set(['name', 'value', 'display', 'label']);

/** The words of a path's names, those of its last one first. */
export function wordsOf(steps: readonly Step[]): Word[] {
  const members = steps.flatMap((step) => (step.kind === 'key' ? [memberWords(step.name)] : [])).reverse();
  const isPart = members.length > 1 && members[0]?.every((word) => parts.has(word)) === true;
  const outward = isPart ? [0.3, 0.9] : [1];
  const words = members.flatMap((member, distance) =>
    member.map((text) => ({ text, weight: (outward[distance] ?? outermost) * (weak.has(text) ? 0.5 : 1) })),
  );
  const seen = new Set<string>();
  return words.filter(({ text }) => !empty.has(text) && !seen.has(text) && seen.add(text));
}

function memberWords(member: string): string[] {
  return member
    .replace(/e[-_ ]?mail/gi, 'Email')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
    .flatMap((word) => apart(singular(word)));
}

function singular(word: string): string {
  if (known.has(word) || word.length < 4) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

/** Words that are written as one, such as `firstname`; a word that is not made of known ones stays whole. */
function apart(word: string): string[] {
  if (known.has(word) || word.length > 40) return [word];
  const best: (string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    for (let start = Math.max(0, end - 14); start < end; start++) {
      const before = best[start];
      const part = word.slice(start, end);
      if (before === undefined || !known.has(part) || part.length < 2) continue;
      const made = [...before, part];
      if (made.length < (best[end]?.length ?? Number.POSITIVE_INFINITY)) best[end] = made;
    }
  }
  return best[word.length] ?? [word];
}

/** How alike two names are (0 to 1), and by which words of different spelling. */
export function likenessOf(ours: readonly Word[], vendors: readonly Word[]): { score: number; synonyms: string[] } {
  const [total, otherTotal] = [ours, vendors].map((words) => words.reduce((sum, { weight }) => sum + weight, 0));
  if (!total || !otherTotal) return { score: 0, synonyms: [] };
  const free = new Set(vendors);
  const synonyms: string[] = [];
  let [shared, isNamed] = [0, false];
  const take = (alike: (one: string, other: string) => number) => {
    for (const word of left) {
      for (const other of free) {
        const degree = alike(word.text, other.text);
        if (degree === 0) continue;
        shared += degree * (word.weight + other.weight);
        isNamed ||= word.weight > outermost;
        if (degree < 1) synonyms.push(`${word.text} and ${other.text}`);
        free.delete(other);
        left.delete(word);
        break;
      }
    }
  };
  const left = new Set(ours);
  take((one, other) => (one === other ? 1 : 0));
  take((one, other) => (meansSame(one, other) ? 0.85 : 0));
  take((one, other) => (abbreviates(one, other) || abbreviates(other, one) ? 0.7 : 0));
  // Two fields of the same whole have no more in common than that.
  return { score: isNamed ? shared / (total + otherTotal) : 0, synonyms };
}

function meansSame(one: string, other: string): boolean {
  const meaning = meanings.get(other);
  return [...(meanings.get(one) ?? [])].some((group) => meaning?.has(group));
}

const abbreviates = (short: string, long: string) =>
  short.length >= 3 && long.length > short.length && long.startsWith(short);
