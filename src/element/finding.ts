// What the checks of an element document say: where, what is wrong, and how to mend it.

/** One thing that is wrong with a document. */
export interface Finding {
  /** an error: the element cannot work as it is written; a warning: it works, perhaps not as meant */
  level: 'error' | 'warning';
  /** JSON pointer (RFC 6901) into the document */
  path: string;
  /** what is wrong */
  message: string;
  /** how to mend it */
  advice: string;
}

/** Collects findings. */
export interface Report {
  readonly findings: Finding[];
  error(path: string, message: string, advice: string): void;
  warning(path: string, message: string, advice: string): void;
}

/** Makes an empty report. */
export function createReport(): Report {
  const findings: Finding[] = [];
  return {
    findings,
    error: (path, message, advice) => void findings.push({ level: 'error', path, message, advice }),
    warning: (path, message, advice) => void findings.push({ level: 'warning', path, message, advice }),
  };
}

/** The names of a list as people read it: `a, b or c`. */
export function oneOf(names: Iterable<string>): string {
  const all = [...names];
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} or ${last}`;
}

/** What is said of a member that a strict shape does not have. */
export const noMember = 'no member of this name may stand here';

/** A fault that a schema found, as people read it: where, and what is wrong. */
export function shapeFault({ instancePath, message }: { instancePath: string; message: string }): string {
  return `${instancePath || '/'} ${message === 'schema is false' ? noMember : message}`;
}
