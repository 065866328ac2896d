// Origins and addresses of web pages that an organization names: read strictly, because they decide which pages may frame
// ours, hear from it, and be returned to.

/** A host that can stand in a header as it is: no wildcard, and nothing that would end the header's own grammar. */
const plainHost = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;

/** The origin that a text names, as browsers write it; undefined for anything but the origin of a web page. */
export function readOrigin(text: string): string | undefined {
  const url = readWebUrl(text);
  if (url === undefined || url.pathname !== '/' || url.search !== '') return undefined;
  return url.origin;
}

/** The address of a page, as browsers write it; undefined for anything but http and https, with no password and no fragment. */
export function readPageAddress(text: string): string | undefined {
  return readWebUrl(text)?.href;
}

/** Whether an address is one of those allowed: the same, or at an origin that is allowed whole. */
export function isAllowedAddress(address: string, allowed: readonly string[]): boolean {
  const url = readWebUrl(address);
  if (url === undefined) return false;
  return allowed.some((entry) => {
    const origin = readOrigin(entry);
    return origin === undefined ? readPageAddress(entry) === url.href : origin === url.origin;
  });
}

function readWebUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  if (!isWeb || url.username !== '' || url.password !== '' || text.includes('#')) return undefined;
  return plainHost.test(url.hostname) ? url : undefined;
}
