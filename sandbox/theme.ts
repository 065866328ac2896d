// How the pages of a simulated vendor look, as data that each vendor keeps in its own folder. The colours are of the vendor's
// kind; wordmarks are plain text and marks are our own drawings, so that nothing is copied.

/** Where things stand on the page. */
export type Layout =
  /** a card on a quiet page */
  | 'card'
  /** the form on one half, a coloured half beside it */
  | 'split'
  /** a card on a page in full colour */
  | 'full'
  /** a coloured band above the form */
  | 'band'
  /** nothing but the form, in the middle */
  | 'plain';

/** The colours of one scheme, in CSS; texts keep a contrast of 4.5 to what they stand on, the lines of fields one of 3. */
export interface Palette {
  page: string;
  panel: string;
  text: string;
  muted: string;
  line: string;
  /** the main button, and the text on it */
  accent: string;
  onAccent: string;
  /** the other button, and what stands out in a text */
  link: string;
  /** the two ends of coloured areas, and the text on them */
  brand: readonly [string, string];
  onBrand: string;
}

/** What makes a vendor's pages its own. */
export interface Theme {
  /** the vendor's name, as texts have it */
  name: string;
  wordmark: string;
  /** of the wordmark, 100 to 900 */
  weight: number;
  /** in a box of 24 by 24: the data of an SVG path, or one or two letters */
  mark: { path: string } | { letters: string };
  layout: Layout;
  /** font families in CSS */
  font: string;
  corners: { panel: string; field: string; button: string };
  light: Palette;
  dark: Palette;
  /** what the vendor is for, in a few words */
  slogan: string;
  userNameLabel: string;
  /** what a scope allows, in the vendor's words; other scopes are shown as they are */
  scopes: ReadonlyMap<string, string>;
}
