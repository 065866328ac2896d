// Rows in columns, as many as there are: only those in sight are in the page, and more are asked for when the end comes
// near. Each row may be a link. A real table cannot place its rows where they are in sight, so roles say what they are.

import { Skeleton, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'wouter';

/** A column: its head, how wide it is (a track of a CSS grid), and what it shows of a row. */
export interface Column<Row> {
  name: string;
  width: string;
  cell(row: Row): ReactNode;
  /** left out where there is little room */
  wideOnly?: boolean;
}

interface DataTableProps<Row> {
  /** says what the rows are, for those who do not see them */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string | number;
  /** where a row leads */
  linkOf?: (row: Row) => string;
  isPending?: boolean;
  /** asked for when the last rows come into sight; left out when there are no more */
  loadMore?: (() => void) | undefined;
  /** shown in place of rows when there are none */
  empty: ReactNode;
  isNarrow: boolean;
  height?: number | string;
}

const rowHeight = 46;

/** Shows rows of any number. `isNarrow` leaves out the columns that are for wide pages (`useNarrow`). */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, keyOf, linkOf, isPending = false, loadMore, empty, isNarrow, height = 560 } = props;
  const columns = props.columns.filter(({ wideOnly = false }) => !(isNarrow && wideOnly));
  const tracks = columns.map(({ width }) => width).join(' ');
  const scroll = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const visible = virtualizer.getVirtualItems();
  const last = visible.at(-1)?.index ?? -1;

  useEffect(() => {
    if (loadMore !== undefined && last >= rows.length - 20) loadMore();
  }, [last, loadMore, rows.length]);

  if (isPending) return <Waiting />;
  if (rows.length === 0) return <div className="data-table">{empty}</div>;
  return (
    <div className="data-table">
      <div role="table" aria-label={label} aria-rowcount={loadMore === undefined ? rows.length + 1 : -1}>
        <div role="rowgroup">
          <div
            role="row"
            tabIndex={-1}
            className="data-table-row data-table-head"
            style={{ gridTemplateColumns: tracks }}
          >
            {columns.map(({ name }) => (
              <div role="columnheader" tabIndex={-1} key={name}>
                {name}
              </div>
            ))}
          </div>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
        <div ref={scroll} role="rowgroup" tabIndex={0} className="data-table-scroll" style={{ maxHeight: height }}>
          <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }} role="presentation">
            {visible.map(({ index, start }) => {
              const row = rows[index];
              if (row === undefined) return null;
              const cells = columns.map(({ name, cell }) => (
                <div role="cell" key={name}>
                  {cell(row)}
                </div>
              ));
              const style = {
                gridTemplateColumns: tracks,
                position: 'absolute' as const,
                transform: `translateY(${start}px)`,
                height: rowHeight,
                width: '100%',
              };
              return linkOf === undefined ? (
                <div
                  key={keyOf(row)}
                  role="row"
                  tabIndex={-1}
                  aria-rowindex={index + 2}
                  className="data-table-row"
                  style={style}
                >
                  {cells}
                </div>
              ) : (
                <Link
                  key={keyOf(row)}
                  href={linkOf(row)}
                  role="row"
                  aria-rowindex={index + 2}
                  className="data-table-row"
                  style={style}
                >
                  {cells}
                </Link>
              );
            })}
          </div>
        </div>
      </div>
      {loadMore !== undefined && (
        <Text size="xs" c="dimmed" px="md" py={4} aria-live="polite">
          {rows.length} so far; more come as you scroll
        </Text>
      )}
    </div>
  );
}

function Waiting() {
  return (
    <div className="data-table" aria-busy="true">
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="data-table-row" style={{ height: rowHeight, gridTemplateColumns: '1fr' }}>
          <Skeleton height={14} />
        </div>
      ))}
    </div>
  );
}
