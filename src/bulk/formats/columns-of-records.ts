// Which columns a table of records needs: known only when all records were seen.

import { Problem } from '../../core/errors.ts';
import { type Column, type ColumnPath, nameOfColumn } from './columns.ts';

/** Formats that are tables. */
export type TableFormat = 'csv' | 'parquet';

/**
 * The columns that these records need as a table: of CSV one for each value, however deep it lies; of Parquet one for each
 * member of the records. Siblings stand together, in the order in which they were first seen. Throws a Problem
 * `badRequest` when there are more than `limit`.
 */
export async function columnsOf(
  format: TableFormat,
  records: AsyncIterable<readonly unknown[]>,
  limit: number,
): Promise<Column[]> {
  const collected = createCollector(format, limit);
  for await (const group of records) collected.add(group);
  return collected.columns();
}

/**
 * Each group of records with the columns of the table. When none were given they are those of the first group, and an Error
 * is thrown for a later group that needs others.
 */
export async function* groupsWithColumns<Given extends string | Column>(
  format: TableFormat,
  records: AsyncIterable<readonly unknown[]>,
  given: readonly Given[] | undefined,
): AsyncGenerator<{ group: readonly unknown[]; columns: readonly (Given | Column)[] }> {
  const collected = createCollector(format, Number.POSITIVE_INFINITY);
  let first: Column[] | undefined;
  for await (const group of records) {
    if (given !== undefined) {
      yield { group, columns: given };
      continue;
    }
    if (group.length === 0) continue;
    collected.add(group);
    const columns = collected.columns();
    first ??= columns;
    const other = columns.find(({ name, type }, at) => name !== first?.[at]?.name || type !== first[at]?.type);
    if (other !== undefined) {
      throw new Error(`The column ${other.name} was not seen in the first records; find all with columnsOf beforehand`);
    }
    yield { group, columns: first };
  }
}

interface Node {
  type: Column['type'] | undefined;
  below: Map<string | number, Node>;
}

function createCollector(format: TableFormat, limit: number) {
  const root: Node = { type: undefined, below: new Map() };
  let columns = 0;
  let nodes = 0;

  const see = (node: Node, type: Column['type']) => {
    if (node.type === undefined) columns++;
    node.type = node.type === undefined || node.type === type ? type : 'json';
    // Members that never have a value are no columns, but take memory all the same.
    if (columns > limit || nodes > 10 * limit) {
      throw new Problem(
        'badRequest',
        `The records have more than ${limit} columns: choose fields, or ask for JSON lines, which have no columns.`,
      );
    }
  };

  const walk = (node: Node, value: unknown, isTop: boolean) => {
    if (value === null || value === undefined) return;
    if (typeof value !== 'object') {
      see(node, typeof value === 'number' || typeof value === 'boolean' ? (typeof value as 'number') : 'string');
    } else if (format === 'parquet' && !isTop) {
      see(node, 'json');
    } else {
      const isList = Array.isArray(value);
      for (const name of Object.keys(value)) {
        const key = isList ? Number(name) : name;
        let below = node.below.get(key);
        if (below === undefined) {
          below = { type: undefined, below: new Map() };
          node.below.set(key, below);
          nodes++;
        }
        walk(below, (value as Record<string, unknown>)[name], false);
      }
    }
  };

  return {
    add(group: readonly unknown[]) {
      for (const record of group) {
        if (typeof record !== 'object' || record === null || Array.isArray(record)) {
          throw new Error(`A record must be an object, not ${JSON.stringify(record)?.slice(0, 100)}`);
        }
        walk(root, record, true);
      }
    },
    columns(): Column[] {
      const found: Column[] = [];
      const list = (node: Node, path: ColumnPath) => {
        if (node.type !== undefined) {
          const name = format === 'csv' ? nameOfColumn(path) : String(path[0]);
          found.push({ name, type: node.type });
        }
        for (const [key, below] of node.below) list(below, [...path, key]);
      };
      list(root, []);
      return found;
    },
  };
}
