// Makes elements of the page: a name, its properties, what is in it. Texts are set as texts, so nothing that a server or a
// vendor says becomes markup.

type Properties<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], 'style' | 'attributes'>
>;

/** Makes an element; `attributes` are those that are no properties, such as `aria-describedby`. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Properties<Name> & { attributes?: Record<string, string> } = {},
  ...content: (Node | string | undefined)[]
): HTMLElementTagNameMap[Name] {
  const { attributes = {}, ...rest } = properties;
  const made = document.createElement(name);
  Object.assign(made, rest);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...content.filter((part) => part !== undefined));
  return made;
}

/** A button that does something; while that lasts it cannot be pressed again. */
export function button(label: string, kind: 'primary' | 'plain', press: () => unknown): HTMLButtonElement {
  const made = element('button', { type: 'button', className: kind }, label);
  made.addEventListener('click', async () => {
    made.disabled = true;
    try {
      await press();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}
