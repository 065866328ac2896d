// PostgreSQL stores neither NUL nor half of a surrogate pair in text and JSON.

/** JSON text with what PostgreSQL does not store replaced by U+FFFD; JSON.stringify escapes both, and nothing else so. */
export function storableJson(json: string): string {
  return json.includes('\\u') ? json.replace(/\\(?:u([0-9a-f]{4})|.)/g, storable) : json;
}

function storable(whole: string, code: string | undefined): string {
  return code === '0000' || code?.startsWith('d') ? '\ufffd' : whole;
}

/** Whether PostgreSQL can store a text as it is. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
