// What a simulated Act! Essentials account holds, seeded alike after every reset: contacts, opportunities, interactions,
// tasks, groups and lists, campaigns, metadata.

/** One row; every one has `id`, `created` and `lastUpdated`. */
export interface ActRow {
  id: string;
  created: string;
  lastUpdated: string;
  [member: string]: unknown;
}

const collectionNames = [
  'contacts',
  'opportunities',
  'interactions',
  'tasks',
  'groupsandlists',
  'campaigns',
  'metadata',
  'export',
] as const;

export type ActCollection = (typeof collectionNames)[number];

/** The account's rows, by collection and id. */
export interface ActData {
  rows: Record<ActCollection, Map<string, ActRow>>;
  /** An id that no row has: 24 hexadecimal digits. */
  newId(): string;
}

const givenNames = ['Amelia', 'Bruno', 'Carla', 'Dmitri', 'Esther', 'Finn', 'Gita', 'Hugo', 'Irene', 'Jamal'];
const familyNames = ['Adler', "O'Brien", 'Costa', 'Dahl', 'Espinoza', 'Frost', 'Gruber', 'Hansen', 'Ito'];
const companies = ['Northwind', 'Contoso', 'Fabrikam', 'Tailspin', 'Litware', 'Proseware', 'Wingtip'];
const stages = ['Leads', 'Negotiation', 'Closed Won', 'Closed Lost'];
const interactionTypes = ['Call', 'Meeting', 'Email', 'Note'];

/** 320 contacts, 170 opportunities, 180 interactions, 160 tasks, 24 lists, 16 campaigns and 24 fields as metadata. */
export function createActData(): ActData {
  let number = 0;
  const data: ActData = {
    rows: Object.fromEntries(collectionNames.map((name) => [name, new Map()])) as ActData['rows'],
    newId: () => `59f0c4ab${(++number).toString(16).padStart(16, '0')}`,
  };
  const seed = (collection: ActCollection, many: number, make: (position: number) => Record<string, unknown>) => {
    for (let position = 1; position <= many; position++) {
      const created = seedTime(position * 60);
      const row = { id: data.newId(), ...make(position), created, lastUpdated: seedTime(position * 60 + 30) };
      data.rows[collection].set(row.id, row);
    }
  };
  seed('contacts', 320, (position) => {
    const firstName = pick(givenNames, position);
    const lastName = pick(familyNames, position);
    return {
      firstName,
      lastName,
      company: pick(companies, position),
      jobTitle: position % 4 === 0 ? 'Manager' : 'Engineer',
      emailAddress: `contact${position}@example.com`,
      altEmailAddress: null,
      businessPhone: `+1 555 ${String(1000 + position)}`,
      mobilePhone: null,
      homePhone: null,
      website: null,
      linkedinUrl: null,
      birthday: position % 5 === 0 ? '1980-05-17' : null,
      isFavorite: position % 10 === 0,
    };
  });
  const contactIds = [...data.rows.contacts.keys()];
  seed('opportunities', 170, (position) => ({
    title: `Opportunity ${position}`,
    stage: pick(stages, position),
    description: `Deal number ${position}`,
    total: position * 100,
    currency: position % 2 === 0 ? 'EUR' : 'USD',
    notes: null,
    estimatedClose: seedTime(500_000 + position),
    actualClose: null,
    contacts: [pick(contactIds, position)],
  }));
  seed('interactions', 180, (position) => ({
    type: pick(interactionTypes, position),
    subject: `Interaction ${position}`,
    startTime: seedTime(10_000 + position * 60),
    endTime: seedTime(10_030 + position * 60),
    timeZone: 'UTC',
    isCompleted: position % 2 === 0,
    address: { city: position % 2 === 0 ? 'Oslo' : 'Lisbon' },
    contacts: [pick(contactIds, position)],
  }));
  seed('tasks', 160, (position) => ({
    subject: `Task ${position}`,
    isPriority: position % 3 === 0,
    isCompleted: false,
    dueDate: seedTime(20_000 + position * 60),
    contacts: [pick(contactIds, position)],
  }));
  seed('groupsandlists', 24, (position) => ({
    name: `List ${position}`,
    description: `People of list ${position}`,
    contacts: contactIds.slice(position, position + 3),
  }));
  const listIds = [...data.rows.groupsandlists.keys()];
  seed('campaigns', 16, (position) => ({
    senderEmailAddress: 'robin@example.com',
    groupId: pick(listIds, position),
    templateId: `86ef6cf7-670f-4b7e-9a93-${String(position).padStart(12, '0')}`,
    emailSubject: `Campaign ${position}`,
    sendDate: seedTime(position * 1440),
    timeZone: 'UTC',
    status: position % 2 === 0 ? 'Sent' : 'Scheduled',
  }));
  seed('metadata', 24, (position) => ({
    name: `customField${Math.ceil(position / 2)}`,
    displayName: `Custom field ${Math.ceil(position / 2)}`,
    type: position % 2 === 0 ? 'OpportunityField' : 'Field',
    dataType: 'Text',
    show: position <= 6,
  }));
  return data;
}

function pick<Value>(values: readonly Value[], position: number): Value {
  return values[position % values.length] as Value;
}

/** Minutes after the first of January 2025. */
function seedTime(minutes: number): string {
  return new Date(Date.UTC(2025, 0, 1) + minutes * 60_000).toISOString();
}
