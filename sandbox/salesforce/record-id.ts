// Salesforce's record ids: 15 characters that distinguish case, and three more that make them safe where case is lost.

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const checkDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/** The 18 character id of the record with this number (from 1) among those of its object. */
export function recordId(keyPrefix: string, number: number): string {
  let rest = number;
  let tail = '';
  for (let place = 0; place < 8; place += 1) {
    tail = digits.charAt(rest % 62) + tail;
    rest = Math.floor(rest / 62);
  }
  return longId(`${keyPrefix}5g00${tail}`);
}

/**
 * The 18 character form of a 15 character id: each of three characters says which of five letters are capitals
 * (Salesforce help "Record IDs").
 */
export function longId(id: string): string {
  const check = [0, 5, 10].map((start) => {
    const bits = [...id.slice(start, start + 5)].map((letter, place) => (/[A-Z]/.test(letter) ? 1 << place : 0));
    return checkDigits.charAt(bits.reduce((sum, bit) => sum + bit, 0));
  });
  return id + check.join('');
}

/** The 18 character form of what may be an id of either length; undefined when it cannot be one. */
export function normalId(id: string): string | undefined {
  if (/^[A-Za-z0-9]{18}$/.test(id)) return id;
  return /^[A-Za-z0-9]{15}$/.test(id) ? longId(id) : undefined;
}
