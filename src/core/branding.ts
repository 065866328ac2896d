// What a branding says: the members of the original API, all of them colours, fonts and switches of its console, and what
// Connect needs beside them. Read strictly, because parts of it end up in style sheets and headers.

import { Problem } from './errors.ts';
import { readOrigin, readPageAddress } from './web-origins.ts';

/** Without these the original refuses a branding. */
const requiredMembers = [
  'headerFont',
  'headerColor',
  'bodyFont',
  'bodyColor',
  'themePrimaryColor',
  'themeSecondaryColor',
  'themeHighlightColor',
  'buttonPrimaryBackgroundColor',
  'buttonPrimaryTextColor',
  'buttonSecondaryBackgroundColor',
  'buttonSecondaryTextColor',
  'buttonDeleteBackgroundColor',
  'buttonDeleteTextColor',
  'logoBackgroundColor',
  'topBarBackgroundColor',
  'navigationBackgroundColor',
  'contextBackgroundColor',
] as const;

/** Colours that later versions of the original added. */
const laterColors = [
  'cardHeaderColor',
  'cardBackground',
  'cardMenuBackground',
  'cardMenuLinkColor',
  'navigationLinkBackground',
  'navigationLinkForeground',
  'navigationLinkBackgroundHover',
  'navigationLinkForegroundHover',
  'navigationLinkBackgroundActive',
  'navigationLinkForegroundActive',
  'topBarNavigationColor',
  'tableHeaderBackground',
  'tableHeaderForeground',
  'tableBodyBackground',
  'tableBodyForeground',
] as const;

const isFont = (member: string) => member.endsWith('Font');
export const fontMembers = requiredMembers.filter(isFont);
export const colorMembers = [...requiredMembers.filter((member) => !isFont(member)), ...laterColors];

/** What Connect shows and allows. */
export interface ConnectBranding {
  /** what customers know the organization as */
  connectName?: string;
  /** origins of pages that may open Connect and hear how it ended */
  connectOrigins?: string[];
  /** pages, and whole origins, that a person may be sent back to */
  connectCallbacks?: string[];
}

const colour = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;
const font = /^[A-Za-z0-9][A-Za-z0-9 ,_-]{0,99}$/;

/**
 * Checks what is given of a branding and brings it into one form; empty texts count as absent. Throws a Problem that
 * names every fault; with `whole`, also what is missing.
 */
export function readBranding(given: Record<string, unknown>, { whole }: { whole: boolean }): Record<string, unknown> {
  const named = Object.entries(given).filter(([, value]) => value !== undefined && value !== '' && value !== null);
  const branding = Object.fromEntries(named);
  const missing = whole ? requiredMembers.filter((member) => branding[member] === undefined) : [];
  const wrongColors = colorMembers.filter((member) => branding[member] !== undefined && !isColor(branding[member]));
  const wrongFonts = fontMembers.filter(
    (member) => branding[member] !== undefined && !font.test(String(branding[member])),
  );
  const faults: string[] = [];
  if (missing.length > 0) faults.push(`Branding missing required field(s): ${missing.join(', ')}.`);
  if (wrongColors.length > 0) {
    // Versions of the original differ in the sentence, and clients look for either.
    const names = wrongColors.join(', ');
    faults.push(`Branding contains invalid color field(s): ${names}; write a colour as #1a2b3c.`);
  }
  const invalid = [...wrongColors, ...wrongFonts];
  if (invalid.length > 0) faults.push(`Branding contains invalid field(s): ${invalid.join(', ')}.`);
  faults.push(...readAddresses(branding, 'connectOrigins', readOrigin, 'an origin such as https://app.example.com'));
  faults.push(
    ...readAddresses(branding, 'connectCallbacks', readCallback, 'an http or https address without a fragment'),
  );
  if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));
  for (const member of colorMembers) {
    if (branding[member] !== undefined)
      branding[member] = `#${String(branding[member]).replace('#', '').toLowerCase()}`;
  }
  return branding;
}

/** What Connect may allow, of a stored document. */
export function connectBranding(document: Record<string, unknown>): Required<ConnectBranding> {
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return {
    connectName: String(document['connectName'] ?? ''),
    connectOrigins: list(document['connectOrigins']),
    connectCallbacks: list(document['connectCallbacks']),
  };
}

function isColor(value: unknown): boolean {
  return typeof value === 'string' && colour.test(value);
}

function readCallback(text: string): string | undefined {
  return readOrigin(text) ?? readPageAddress(text);
}

/** Brings a list of addresses into the form of browsers; gives the faults. */
function readAddresses(
  branding: Record<string, unknown>,
  member: string,
  read: (text: string) => string | undefined,
  wanted: string,
): string[] {
  const given = branding[member];
  if (!Array.isArray(given)) return [];
  const wrong = given.filter((text) => read(String(text)) === undefined);
  branding[member] = [...new Set(given.map((text) => read(String(text)) ?? ''))];
  return wrong.map((text) => `${member} holds ${JSON.stringify(text)}, which is not ${wanted}.`);
}
