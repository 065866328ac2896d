// How the login pages of a vendor that plays a document look: a layout and a hue made of the element's key, so that each has
// its own and keeps it.

import { createHash } from 'node:crypto';
import type { Layout, Palette, Theme } from '../theme.ts';

const layouts: readonly Layout[] = ['card', 'split', 'full', 'band', 'plain'];

/** The theme of the vendor that this element is of. */
export function genericTheme({ key, name }: { key: string; name: string }): Theme {
  const digest = createHash('sha256').update(key).digest();
  const hue = Math.round((digest.readUInt16BE(0) / 65_536) * 360);
  return {
    name,
    wordmark: name,
    weight: 650,
    mark: { letters: lettersOf(name) },
    layout: layouts[digest.readUInt8(2) % layouts.length] ?? 'card',
    font: 'system-ui, "Segoe UI", Roboto, sans-serif',
    corners: { panel: '10px', field: '6px', button: '6px' },
    light: lightPalette(hue),
    dark: darkPalette(hue),
    slogan: `Try ${name} without an account there.`,
    userNameLabel: 'Email',
    scopes: new Map(),
  };
}

function lettersOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase();
}

// Lightness alone makes the contrast in OKLCH, whatever the hue: 0.45 and less stands on white, 0.8 and more on 0.2.

function lightPalette(hue: number): Palette {
  return {
    page: `oklch(0.96 0.012 ${hue})`,
    panel: '#ffffff',
    text: `oklch(0.25 0.03 ${hue})`,
    muted: `oklch(0.45 0.03 ${hue})`,
    line: `oklch(0.6 0.03 ${hue})`,
    accent: `oklch(0.45 0.13 ${hue})`,
    onAccent: '#ffffff',
    link: `oklch(0.42 0.13 ${hue})`,
    brand: [`oklch(0.45 0.13 ${hue})`, `oklch(0.33 0.1 ${(hue + 30) % 360})`],
    onBrand: '#ffffff',
  };
}

function darkPalette(hue: number): Palette {
  return {
    page: `oklch(0.17 0.02 ${hue})`,
    panel: `oklch(0.22 0.025 ${hue})`,
    text: `oklch(0.95 0.01 ${hue})`,
    muted: `oklch(0.78 0.03 ${hue})`,
    line: `oklch(0.62 0.04 ${hue})`,
    accent: `oklch(0.82 0.1 ${hue})`,
    onAccent: `oklch(0.2 0.03 ${hue})`,
    link: `oklch(0.84 0.1 ${hue})`,
    brand: [`oklch(0.32 0.08 ${hue})`, `oklch(0.22 0.06 ${(hue + 30) % 360})`],
    onBrand: '#ffffff',
  };
}
