// The style sheet of a simulated vendor's pages: one structure, laid out and coloured as the vendor's theme says.

import type { Layout, Palette, Theme } from './theme.ts';

/** The whole style sheet of a theme's pages, for light and dark, from the narrowest phone on. */
export function styleSheet(theme: Theme): string {
  return `
:root { color-scheme: light dark; ${variables(theme.light)} --danger: #b42318; --danger-soft: #fef1ef; }
@media (prefers-color-scheme: dark) { :root { ${variables(theme.dark)} --danger: #ffb4a9; --danger-soft: #4a1c17; } }
:root { --font: ${theme.font}; --panel-corner: ${theme.corners.panel}; --field-corner: ${theme.corners.field};
  --button-corner: ${theme.corners.button}; --weight: ${theme.weight}; }
${structure}
${layouts[theme.layout]}`;
}

function variables(palette: Palette): string {
  const { brand, ...colours } = palette;
  const named: [string, string][] = [...Object.entries(colours), ['brand', brand[0]], ['brandEnd', brand[1]]];
  return named.map(([name, colour]) => `--${name}: ${colour};`).join(' ');
}

const structure = `
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; background: var(--page);
  color: var(--text); font: 16px/1.5 var(--font); overflow-wrap: anywhere; }
.banner { margin: 0; padding: .375rem 1rem; background: #fff3c4; color: #6b3a00; border-bottom: 1px solid #e0b13c;
  font: 13px/1.4 system-ui, sans-serif; text-align: center; }
.frame { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; padding: 2rem 1rem; }
main { width: 100%; max-width: 25rem; }
.wordmark { display: flex; align-items: center; gap: .625rem; margin: 0 0 1.5rem; font-size: 1.625rem; line-height: 1.2;
  font-weight: var(--weight); letter-spacing: -.02em; }
.mark { width: 2.25rem; height: 2.25rem; flex: none; }
h1 { font-size: 1.375rem; line-height: 1.3; margin: 0 0 .375rem; letter-spacing: -.01em; }
p { margin: 0 0 1rem; }
.lead, .fine { color: var(--muted); }
.fine { font-size: .875rem; margin: 1rem 0 0; }
label { display: block; font-size: .875rem; font-weight: 600; margin: 1rem 0 .25rem; }
input { font: inherit; color: var(--text); background: var(--panel); width: 100%; min-height: 2.75rem; padding: .5rem .75rem;
  border: 1px solid var(--line); border-radius: var(--field-corner); }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--accent);
  border-radius: var(--button-corner); background: var(--accent); color: var(--onAccent); cursor: pointer; }
button:hover { filter: brightness(1.12); }
button.plain { background: transparent; border-color: var(--line); color: var(--link); }
.log-in { width: 100%; margin-top: 1.5rem; }
.decision { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
.decision button { flex: 1 1 8rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.wrong { color: var(--danger); background: var(--danger-soft); border-left: 4px solid; padding: .625rem .875rem;
  border-radius: 4px; margin: 1rem 0; }
.asking { display: flex; align-items: center; gap: .875rem; margin: 0 0 .75rem; }
.asking h1 { margin: 0; }
.application { width: 2.75rem; height: 2.75rem; font-size: 1.25rem; }
.application, .person-mark { display: grid; place-items: center; flex: none; font-weight: 700; border-radius: 10px;
  background: var(--text); color: var(--panel); }
.person { display: flex; align-items: center; gap: .75rem; margin: 1rem 0; padding: .625rem .75rem;
  border: 1px solid color-mix(in srgb, var(--line) 45%, transparent); border-radius: var(--panel-corner); }
.person-mark { width: 2.25rem; height: 2.25rem; border-radius: 50%; font-size: .875rem; }
.person-name { display: block; font-weight: 600; line-height: 1.3; }
.person-email { display: block; color: var(--muted); font-size: .875rem; line-height: 1.3; }
.asks { font-weight: 600; margin: 1.25rem 0 .25rem; }
.scopes { list-style: none; margin: 0; padding: 0; }
.scopes li { position: relative; padding: .375rem 0 .375rem 1.75rem; }
.scopes li::before { content: ""; position: absolute; left: .375rem; top: .75rem; width: .375rem; height: .75rem;
  border: solid var(--link); border-width: 0 2px 2px 0; transform: rotate(45deg); }
.scopes code { color: var(--muted); font-size: .875rem; }
.verifier { margin: 1.25rem 0; padding: 1rem; text-align: center; border: 2px dashed var(--line); border-radius: var(--panel-corner); }
.verifier code { font-size: 1.25rem; font-weight: 600; letter-spacing: .06em; user-select: all; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.side { display: none; }
footer { padding: 0 1rem 1.25rem; color: var(--muted); font-size: .8125rem; text-align: center; }`;

const layouts: Record<Layout, string> = {
  card: `
main { background: var(--panel); border-radius: var(--panel-corner); padding: 2rem;
  box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 32px rgb(0 0 0 / .08); }
@media (max-width: 30rem) { main { padding: 1.5rem 1.25rem; } .frame { justify-content: flex-start; } }`,

  split: `
body { background: var(--panel); position: relative; }
.frame { padding: 0; align-items: stretch; justify-content: flex-start; }
main { max-width: none; flex: 1; display: flex; flex-direction: column; align-items: center; padding: 2rem 1.25rem; }
.wordmark, .panel { width: 100%; max-width: 23rem; }
.side { display: block; order: -1; padding: 1.25rem; background: linear-gradient(120deg, var(--brand), var(--brandEnd)); color: var(--onBrand); }
.side p { margin: 0 auto; max-width: 23rem; font-weight: 600; line-height: 1.3; }
@media (min-width: 56rem) {
  .frame { flex-direction: row; }
  main { justify-content: center; padding-bottom: 4rem; }
  .side { order: 0; flex: 1.15; display: flex; align-items: center; padding: 4rem;
    background: radial-gradient(circle at 85% 12%, rgb(255 255 255 / .16) 0 9rem, transparent 9.1rem),
      radial-gradient(circle at 12% 96%, rgb(0 0 0 / .14) 0 15rem, transparent 15.1rem),
      linear-gradient(150deg, var(--brand), var(--brandEnd)); }
  .side p { margin: 0; max-width: 26rem; font-size: 2.25rem; line-height: 1.2; letter-spacing: -.02em; }
  footer { position: absolute; bottom: 0; left: 0; width: calc(100% / 2.15); }
}`,

  full: `
body { background: linear-gradient(160deg, var(--brand), var(--brandEnd)) fixed; }
.wordmark { justify-content: center; color: var(--onBrand); font-size: 2rem; }
.panel { background: var(--panel); border-radius: var(--panel-corner); padding: 2rem; box-shadow: 0 20px 48px rgb(0 0 0 / .3); }
footer { color: var(--onBrand); }
@media (max-width: 30rem) { .panel { padding: 1.5rem 1.25rem; } .frame { justify-content: flex-start; } }`,

  band: `
.frame { padding: 0; justify-content: flex-start; }
main { max-width: none; }
.wordmark { justify-content: center; padding: 2.25rem 1rem 6.5rem; margin: 0; background: linear-gradient(100deg, var(--brand), var(--brandEnd));
  color: var(--onBrand); font-size: 2rem; }
.panel { width: calc(100% - 2rem); max-width: 30rem; margin: -4.5rem auto 2rem; padding: 2rem 2.25rem; background: var(--panel);
  border: 1px solid color-mix(in srgb, var(--line) 40%, transparent); border-radius: var(--panel-corner); }
@media (max-width: 30rem) { .panel { padding: 1.5rem 1.25rem; } }`,

  plain: `
body { background: var(--panel); }
main { max-width: 22rem; }
.wordmark { flex-direction: column; gap: .5rem; text-align: center; }
.mark { width: 2.75rem; height: 2.75rem; }
h1, .lead, .fine { text-align: center; }
.asking { flex-direction: column; }
@media (max-width: 30rem) { .frame { justify-content: flex-start; } }`,
};
