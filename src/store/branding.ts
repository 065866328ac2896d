// How an organization shows itself: colours, fonts and names as a document, logo and favicon as images that everybody
// may see who knows their names.

import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.ts';

export type BrandingImageKind = 'logo' | 'favicon';

/** An image to show; its type is one that was recognized by its content. */
export interface BrandingImage {
  contentType: string;
  content: Buffer;
}

/** What is stored of an organization's branding. */
export interface StoredBranding {
  document: Record<string, unknown>;
  /** the names of its images, by which they are asked for */
  images: Partial<Record<BrandingImageKind, string>>;
}

/** Keeps brandings. */
export interface BrandingStore {
  /** The organization's branding; undefined when it has none. */
  of(organizationId: number): Promise<StoredBranding | undefined>;
  /** Stores what `change` makes of the present document; nobody else changes it meanwhile. */
  change(
    organizationId: number,
    change: (document: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<StoredBranding>;
  /** Replaces an image; it gets a name that nobody knows yet, ending as given, such as `.png`. */
  putImage(organizationId: number, kind: BrandingImageKind, image: BrandingImage, ending: string): Promise<void>;
  /** Takes the document and the images away; tells whether there were any. */
  remove(organizationId: number): Promise<boolean>;
  /** The image with a name, whoever's it is: the name is what has to be known. */
  image(name: string): Promise<BrandingImage | undefined>;
}

/** Makes the store of brandings. */
export function createBrandingStore(database: Database): BrandingStore {
  const read = async (from: Database, organizationId: number): Promise<StoredBranding | undefined> => {
    const row = await from
      .selectFrom('brandings')
      .select('document')
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    const images = await from
      .selectFrom('branding_images')
      .select(['kind', 'name'])
      .where('organization_id', '=', organizationId)
      .execute();
    if (row === undefined && images.length === 0) return undefined;
    return {
      document: row?.document ?? {},
      images: Object.fromEntries(images.map(({ kind, name }) => [kind, name])),
    };
  };

  return {
    of: (organizationId) => read(database, organizationId),

    change: (organizationId, change) =>
      database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('brandings')
          .values({ organization_id: organizationId, document: '{}' })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        const { document } = await transaction
          .selectFrom('brandings')
          .select('document')
          .where('organization_id', '=', organizationId)
          .forUpdate()
          .executeTakeFirstOrThrow();
        await transaction
          .updateTable('brandings')
          .set({ document: JSON.stringify(change(document)), updated_at: sql<Date>`now()` })
          .where('organization_id', '=', organizationId)
          .execute();
        const changed = await read(transaction, organizationId);
        if (changed === undefined) throw new Error('A branding that was just stored is not there');
        return changed;
      }),

    async putImage(organizationId, kind, { contentType, content }, ending) {
      const row = {
        name: `${kind}-${randomBytes(16).toString('hex')}${ending}`,
        content_type: contentType,
        content,
      };
      await database
        .insertInto('branding_images')
        .values({ organization_id: organizationId, kind, ...row })
        .onConflict((conflict) => conflict.columns(['organization_id', 'kind']).doUpdateSet(row))
        .execute();
    },

    remove: (organizationId) =>
      database.transaction().execute(async (transaction) => {
        const removed = await Promise.all([
          transaction.deleteFrom('brandings').where('organization_id', '=', organizationId).executeTakeFirst(),
          transaction.deleteFrom('branding_images').where('organization_id', '=', organizationId).executeTakeFirst(),
        ]);
        return removed.some(({ numDeletedRows }) => numDeletedRows > 0n);
      }),

    async image(name) {
      const row = await database
        .selectFrom('branding_images')
        .select(['content_type', 'content'])
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? undefined : { contentType: row.content_type, content: row.content };
    },
  };
}
