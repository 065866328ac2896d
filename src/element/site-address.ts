// The customer's own host at a vendor, in whatever way a person writes it.

import { Problem } from '../core/errors.ts';
import type { SiteAddress } from './extension.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^${label}(?:\\.${label})*$`, 'i');

/**
 * Brings a site address into the definition's form. A bare name (`acme`), a host (`acme.vendor.com`) and an address
 * (`https://acme.vendor.com/`) are all understood; only hosts under the definition's suffixes are let through.
 * Throws a Problem that names the setting and shows the accepted forms.
 */
export function normalizeSiteAddress(site: SiteAddress, text: string, name: string): string {
  const [firstSuffix = ''] = site.suffixes;
  const refuse = () =>
    new Problem(
      'badRequest',
      `${name} is not an address that this element connects to: give a name such as acme, or a host under ` +
        `${site.suffixes.join(', ')} such as acme${firstSuffix}.`,
    );

  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase();
  if (!hostName.test(bare)) throw refuse();
  const host = bare.includes('.') ? bare : bare + firstSuffix;
  const suffix = site.suffixes.find((allowed) => host.endsWith(allowed));
  if (suffix === undefined || host.length > 253) throw refuse();
  if (site.form === 'origin') return `https://${host}`;
  if (site.form === 'host') return host;
  const subdomain = host.slice(0, -suffix.length);
  if (subdomain.includes('.')) throw refuse();
  return subdomain;
}
