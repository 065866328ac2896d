// The organization's colours, font and logo. They are set through the object model, which the page's policy allows, and a
// text that could not be read on its colour is replaced by one that can.

import { element } from './element.ts';
import type { Session } from './server.ts';

/** Dresses the page as the organization’s. */
export function applyBrand({ colors, font, favicon }: Session): void {
  const { style } = document.documentElement;
  const button = colors['buttonPrimaryBackgroundColor'] ?? colors['themePrimaryColor'];
  if (button !== undefined) {
    style.setProperty('--button', button);
    style.setProperty('--button-text', readableOn(button, colors['buttonPrimaryTextColor']));
  }
  const accent = colors['themePrimaryColor'];
  if (accent !== undefined) style.setProperty('--accent', accent);
  const behindLogo = colors['logoBackgroundColor'];
  if (behindLogo !== undefined) style.setProperty('--behind-logo', behindLogo);
  if (font !== undefined) style.setProperty('--font', `"${font}"`);
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (favicon !== undefined && icon !== null) icon.href = favicon;
}

/** The organization’s logo, or its name. */
export function brandMark({ logo, organization }: Session): HTMLElement {
  if (logo === undefined) return element('p', { className: 'brand' }, organization);
  return element('p', { className: 'brand' }, element('img', { src: logo, alt: organization, className: 'logo' }));
}

/** The wished text colour when it can be read on a colour (WCAG 2.2, 1.4.3), else black or white. */
export function readableOn(background: string, wished: string | undefined): string {
  if (wished !== undefined && contrast(background, wished) >= 4.5) return wished;
  return contrast(background, '#ffffff') >= contrast(background, '#000000') ? '#ffffff' : '#000000';
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2). */
function luminance(color: string): number {
  const digits = color.slice(1);
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = pairs.map((pair) => {
    const part = Number.parseInt(pair, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
