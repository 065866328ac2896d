// Which application and which account of the sandbox an element is tried with, read from the element itself.

import type { Guide } from '../demo/guides.ts';
import { sandboxApplications } from '../sandbox/applications.ts';
import { vendorOfHost } from '../sandbox/hosts.ts';
import { createWorld } from '../sandbox/world.ts';
import type { Definition } from '../src/element/define.ts';
import { mergeSettings } from '../src/element/settings.ts';
import { normalizeSiteAddress } from '../src/element/site-address.ts';

const site = 'acme';

/** How an account is connected. Throws an Error when the sandbox plays nobody whom the element calls. */
export function sandboxGuide(definition: Definition): Guide {
  const { key, document } = definition;
  const { type } = document.authentication;
  const siteSetting = siteNeeded(definition);
  const host = signInHost(definition, siteSetting);
  const { vendors } = createWorld(() => new Date());
  const vendor = host === undefined ? undefined : vendorOfHost(vendors, host);
  const application = Object.values(sandboxApplications).find((one) => one.vendor === vendor?.key);
  if (vendor === undefined || application === undefined || (type !== 'oauth2' && type !== 'oauth1')) {
    throw new Error(
      `${key} cannot be tried: ` +
        (vendor === undefined
          ? `the sandbox plays no vendor at ${host ?? 'its sign-in address'}. `
          : `the sandbox connects accounts by OAuth, not by ${type}. `) +
        `It plays ${vendors.map(({ name, hosts }) => `${name} (${hosts.join(', ')})`).join('; ')}.`,
    );
  }
  return {
    element: key,
    hub: document.hub,
    name: `Try of ${document.name}`,
    application,
    callbackUrl: 'https://www.mycoolapp.com/auth',
    siteAddress: siteSetting === undefined ? undefined : site,
    siteSetting,
    oauth1: type === 'oauth1',
  };
}

/** The setting that names the customer's own host, unless it has a default. */
function siteNeeded({ document, settings }: Definition): string | undefined {
  const setting = document.valence?.siteAddress?.setting;
  return setting === undefined || (settings.get(setting)?.defaultValue ?? '') !== '' ? undefined : setting;
}

/** The host where a person would sign in; undefined when the element names none. */
function signInHost(definition: Definition, siteSetting: string | undefined): string | undefined {
  const address = definition.document.valence?.siteAddress;
  const given =
    siteSetting === undefined || address === undefined
      ? {}
      : { [siteSetting]: normalizeSiteAddress(address, site, siteSetting) };
  const values = mergeSettings(definition, given);
  const url = values['oauth.authorization.url'] ?? values['base.url'] ?? '';
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
