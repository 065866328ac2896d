// What was typed is remembered in this tab while the person is at the vendor, so that nothing has to be typed again when it
// did not work. Secrets are not.

/** The open part of a form. */
export interface RememberedForm {
  name: string;
  tags: string[];
  values: Record<string, string>;
}

const nameOf = (elementKey: string) => `valence-connect-${elementKey}`;

/** Remembers a form until `forgetForm`. */
export function rememberForm(elementKey: string, form: RememberedForm): void {
  sessionStorage.setItem(nameOf(elementKey), JSON.stringify(form));
}

/** The form of an element as it was left. */
export function rememberedForm(elementKey: string): RememberedForm | undefined {
  const text = sessionStorage.getItem(nameOf(elementKey));
  return text === null ? undefined : (JSON.parse(text) as RememberedForm);
}

/** Forgets the form of an element. */
export function forgetForm(elementKey: string): void {
  sessionStorage.removeItem(nameOf(elementKey));
}
