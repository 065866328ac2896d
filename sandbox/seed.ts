// Data to start with: names, companies and a choice that is the same after every start, so that tests can rely on it.

/** Chooses alike for the same text, after every start. */
export interface Seed {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
  pick<Items extends readonly unknown[]>(items: Items): Items[number];
}

/** A seed of its own for every text, such as a host. */
export function createSeed(text: string): Seed {
  let state = 2_166_136_261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619);
  const number = (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return { number, pick: (items) => items[number(items.length)] };
}

const firstNames = ['Ada', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'Farid', 'Greta', 'Hiro', 'Inés', 'Jonas', 'Kofi', 'Lena'];
const lastNames = [
  'Abbott',
  'Brandt',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fischer',
  "O'Neill",
  'Novák',
  'Okafor',
  'Silva',
];

/** Person number `index` of 120, no two of them with the same name. */
export function personName(index: number): { first: string; last: string } {
  const first = firstNames[index % firstNames.length] ?? '';
  const last = lastNames[Math.floor(index / firstNames.length) % lastNames.length] ?? '';
  return { first, last };
}

/** The companies that people work for, each with its domain. */
export const companies = [
  { name: 'Northwind Traders', domain: 'northwind.example' },
  { name: 'Globex Corporation', domain: 'globex.example' },
  { name: 'Initech', domain: 'initech.example' },
  { name: 'Umbrella Logistics', domain: 'umbrella.example' },
  { name: 'Stark Instruments', domain: 'stark.example' },
  { name: 'Wayne & Söhne', domain: 'wayne.example' },
  { name: 'Tyrell Optics', domain: 'tyrell.example' },
  { name: 'Hooli Cloud', domain: 'hooli.example' },
  { name: 'Vandelay Imports', domain: 'vandelay.example' },
  { name: 'Pied Piper', domain: 'piedpiper.example' },
] as const;

/** What people ask a help desk, each with the label that fits. */
export const requests = [
  { subject: 'Cannot log in after the password reset', label: 'login' },
  { subject: 'Invoice shows the wrong VAT number', label: 'billing' },
  { subject: 'Export to CSV stops at row 1000', label: 'export' },
  { subject: 'Printer "Etage 2" is offline', label: 'hardware' },
  { subject: 'Please add a seat to our plan', label: 'billing' },
  { subject: 'Webhook is delivered twice', label: 'api' },
  { subject: 'Dashboard is blank in Safari', label: 'browser' },
  { subject: 'Refund for order 10482', label: 'refund' },
  { subject: 'How do I invite a colleague?', label: 'question' },
  { subject: 'Mobile app crashes on start', label: 'mobile' },
  { subject: 'Delivery arrived damaged', label: 'delivery' },
  { subject: 'Delete my account and all data', label: 'privacy' },
] as const;

/** A date and time in UTC to the second, as both help desks write it. */
export function toSecond(time: Date | number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
