// The collections of Act! Essentials' API: what a row has, what it needs, and which methods there are.

import type { ActCollection } from './data.ts';

/** What a member of a row holds. */
export type MemberKind = 'text' | 'number' | 'flag' | 'date' | 'email' | 'list' | 'object';

export interface Collection {
  collection: ActCollection;
  /** The name of a row in messages. */
  type: string;
  required: readonly string[];
  members: Readonly<Record<string, MemberKind>>;
  /** At the collection, and at one row. */
  methods: { whole: readonly string[]; one: readonly string[] };
}

const all = { whole: ['GET', 'POST', 'PATCH'], one: ['GET', 'PUT', 'DELETE'] };

const lists: Collection = {
  collection: 'groupsandlists',
  type: 'GroupOrList',
  required: ['name'],
  members: { name: 'text', description: 'text', contacts: 'list' },
  methods: { whole: ['GET', 'POST'], one: ['GET', 'DELETE'] },
};

/** By the first segment below `/act/api/`, in lower case. */
const collections: Record<string, Collection> = {
  contacts: {
    collection: 'contacts',
    type: 'Contact',
    required: ['firstName'],
    members: {
      firstName: 'text',
      lastName: 'text',
      company: 'text',
      jobTitle: 'text',
      emailAddress: 'email',
      altEmailAddress: 'email',
      businessPhone: 'text',
      mobilePhone: 'text',
      homePhone: 'text',
      website: 'text',
      linkedinUrl: 'text',
      birthday: 'date',
      isFavorite: 'flag',
    },
    methods: all,
  },
  opportunities: {
    collection: 'opportunities',
    type: 'Opportunity',
    required: ['title', 'stage'],
    members: {
      title: 'text',
      stage: 'text',
      description: 'text',
      total: 'number',
      currency: 'text',
      notes: 'text',
      estimatedClose: 'date',
      actualClose: 'date',
      contacts: 'list',
      customField1: 'text',
    },
    methods: all,
  },
  interactions: {
    collection: 'interactions',
    type: 'Interaction',
    required: ['type', 'subject'],
    members: {
      type: 'text',
      subject: 'text',
      startTime: 'date',
      endTime: 'date',
      timeZone: 'text',
      isCompleted: 'flag',
      address: 'object',
      campaignId: 'text',
      campaignDetails: 'object',
      omitFromICal: 'flag',
      contacts: 'list',
    },
    methods: all,
  },
  tasks: {
    collection: 'tasks',
    type: 'Task',
    required: ['subject'],
    members: { subject: 'text', isPriority: 'flag', isCompleted: 'flag', dueDate: 'date', contacts: 'list' },
    methods: all,
  },
  groupsandlists: lists,
  lists,
  campaigns: {
    collection: 'campaigns',
    type: 'Campaign',
    required: ['senderEmailAddress', 'groupId', 'templateId', 'emailSubject', 'sendDate'],
    members: {
      senderEmailAddress: 'email',
      groupId: 'text',
      templateId: 'text',
      emailSubject: 'text',
      sendDate: 'date',
      timeZone: 'text',
      status: 'text',
    },
    methods: { whole: ['GET', 'POST'], one: [] },
  },
  metadata: {
    collection: 'metadata',
    type: 'Metadata',
    required: ['displayName'],
    members: { name: 'text', displayName: 'text', type: 'text', dataType: 'text', show: 'flag' },
    methods: { whole: ['GET', 'PUT'], one: [] },
  },
  export: {
    collection: 'export',
    type: 'Export',
    required: ['type'],
    members: { type: 'text', status: 'text', count: 'number' },
    methods: { whole: ['POST'], one: ['GET'] },
  },
};

/** The collection of this name in a path, in any case of letters. */
export function collectionNamed(name: string): Collection | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(collections, key) ? collections[key] : undefined;
}

/** The collection whose rows go by this name in `/Export`. */
export function exportable(name: unknown): Collection | undefined {
  const collection = typeof name === 'string' ? collectionNamed(name) : undefined;
  return collection?.methods.one.includes('DELETE') === true ? collection : undefined;
}

/** The members that every row has. */
export const keptMembers = ['id', 'created', 'lastUpdated'] as const;
