// What the demo prints, and how.

/** Prints the demo's progress. */
export interface Terminal {
  title(text: string): void;
  line(text: string): void;
  /** a request as a command that can be pasted */
  command(text: string): void;
  /** an answer, shortened */
  answer(status: number, body: unknown): void;
  table(columns: string[], rows: string[][]): void;
}

const longest = 1200;

/** Makes a terminal that prints to standard output, with colours only when a person reads it. */
export function createTerminal(): Terminal {
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  return {
    title: (text) => print(`\n${paint(1, `== ${text} ==`)}`),
    line: print,
    command: (text) => print(paint(36, text)),
    answer(status, body) {
      const text = body === undefined ? '' : JSON.stringify(body, null, 2);
      const shown =
        text.length > longest ? `${text.slice(0, longest)}\n… ${text.length - longest} more characters` : text;
      print(paint(status < 400 ? 32 : 31, `${status}`));
      print(paint(2, shown));
    },
    table(columns, rows) {
      const widths = columns.map((column, index) =>
        Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
      );
      const write = (cells: string[]) =>
        print(
          cells
            .map((cell, index) => cell.padEnd(widths[index] ?? 0))
            .join('  ')
            .trimEnd(),
        );
      write(columns);
      write(widths.map((width) => '-'.repeat(width)));
      for (const row of rows) write(row);
    },
  };
}
