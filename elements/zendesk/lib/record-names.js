// Names that Zendesk puts around the records of any kind, of the path that was called.

const segments = request_vendor_path
  .replace(/^\/api\/v2\//, '')
  .replace(/\.json$/, '')
  .split('/')
  .map(decodeURIComponent);
const isOne = segments.length % 2 === 0;
/** What the records are called, in the plural as the path has it, and one of them. */
const plural = segments[segments.length - (isOne ? 2 : 1)];
// biome-ignore lint/correctness/noUnusedVariables: read by the files that include this one
const singular = /ies$/.test(plural) ? plural.replace(/ies$/, 'y') : plural.replace(/(?:(?<=ss|us)e)?s$/, '');
