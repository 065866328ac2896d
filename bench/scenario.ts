// What a scenario is given and what it gives back: what was asked, what was seen, and whether that is what was asked.

/** One line of the report. */
export interface Row {
  what: string;
  asked: string;
  seen: string;
  holds: boolean;
}

/** What every scenario is given. */
export interface Surroundings {
  /** the vendor, see upstream.ts */
  upstreamUrl: string;
  /** how often what is compared is measured; the median counts */
  rounds: number;
  /** 1 as it is asked; less, to see whether a scenario works: fewer accounts, changes and bytes */
  scale: number;
  report(line: string): void;
}

/** Measures one promise. Throws an Error when something goes wrong that has nothing to do with speed. */
export type Scenario = (surroundings: Surroundings) => Promise<Row[]>;

/** The value that this share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ what, asked, seen, holds }) => [what, asked, seen, holds ? 'yes' : '**no**']);
  return [['what', 'asked', 'seen', 'holds'], ['---', '---', '---', '---'], ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
