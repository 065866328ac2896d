// The page of Connect: a person who was given a link chooses what to connect, answers what is asked, allows it at the vendor,
// and is back where the link was given. It stands alone, in a window, or in a frame of another page.

import './connect.css';
import { applyBrand, brandMark } from './brand.ts';
import { type ConsentWindow, isConsentWindow, openConsentWindow, runConsentWindow } from './consent-window.ts';
import { button, element } from './element.ts';
import { questions } from './fields.ts';
import { isFramed, tellOpener } from './opener.ts';
import {
  cancel,
  connect,
  type Form,
  hasKey,
  type OfferedElement,
  type Outcome,
  Refusal,
  readConsent,
  readForm,
  readOutcome,
  readSession,
  type Session,
  takeUp,
} from './server.ts';

const place = document.querySelector<HTMLElement>('#connect') ?? document.body;
/** From this many on they are searched. */
const manyElements = 9;
const lookMs = 700;

start().catch((error: unknown) => showEnd('This did not work', messageOf(error)));

async function start(): Promise<void> {
  if (isConsentWindow()) {
    showEnd('Almost there', await runConsentWindow());
    return;
  }
  const [token = '', origin] = location.hash.slice(1).split('&');
  // The token is used up, and stays neither in the address nor in the history.
  if (token !== '') history.replaceState(null, '', location.pathname);
  if (token === '' && !hasKey()) {
    const text =
      location.search === '' ? 'This link is not complete: ask for a new one.' : 'You can close this window.';
    showEnd('Connect an account', text);
    return;
  }
  const session = token === '' ? await readSession() : await takeUp(token, origin);
  applyBrand(session);
  history.replaceState(null, '', location.pathname);
  goOn(session, session);
}

/** Shows what comes next. */
function goOn(session: Session, outcome: Outcome): void {
  const { status, message = 'The account could not be connected.', elementKey } = outcome;
  if (status === 'connected') showConnected(session, outcome);
  else if (status === 'cancelled') showCancelled(session, outcome);
  else if (status === 'failed') showFailed(session, message, elementKey);
  else if (status === 'expired') showLost(session, 'This link has expired: ask for a new one where you got it.');
  else choose(session);
}

function choose(session: Session): void {
  const [only, ...others] = session.elements;
  if (only === undefined) showLost(session, 'There is nothing to connect here any more.');
  else if (others.length === 0) openForm(session, only.key);
  else showElements(session);
}

function showElements(session: Session): void {
  const { elements, organization } = session;
  const list = element('ul', { className: 'elements' }, ...elements.map((offered) => card(session, offered)));
  const nothing = element('p', { hidden: true, className: 'help' }, 'Nothing found. Try another name.');
  const search = element('input', { type: 'search', placeholder: 'Search', attributes: { 'aria-label': 'Search' } });
  search.addEventListener('input', () => {
    const wanted = search.value.trim().toLowerCase();
    let found = 0;
    for (const [index, item] of [...list.children].entries()) {
      const isFound = elements[index]?.name.toLowerCase().includes(wanted) === true;
      (item as HTMLElement).hidden = !isFound;
      if (isFound) found++;
    }
    nothing.hidden = found > 0;
  });
  show(
    session,
    'What do you want to connect?',
    element('p', {}, `Choose what ${organization} should work with.`),
    elements.length >= manyElements ? search : undefined,
    list,
    nothing,
    actions(cancelButton(session)),
  );
}

function card(session: Session, { key, name }: OfferedElement): HTMLElement {
  const initials = name
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase())
    .join('');
  const made = button('', 'plain', () => openForm(session, key));
  made.className = 'card';
  made.append(element('span', { className: 'initials', attributes: { 'aria-hidden': 'true' } }, initials), name);
  return element('li', {}, made);
}

async function openForm(session: Session, key: string): Promise<void> {
  try {
    showForm(session, await readForm(key));
  } catch (error) {
    showProblem(session, error, key);
  }
}

function showForm(session: Session, form: Form): void {
  const { name, consent, fields } = form;
  const asked = questions(fields);
  const submit = element(
    'button',
    { type: 'submit', className: 'primary' },
    consent ? `Continue to ${name}` : 'Connect',
  );
  const fault = element('p', { className: 'fault', attributes: { role: 'alert' } });
  const sheet = element(
    'form',
    { noValidate: true },
    consent
      ? element('p', {}, `You will sign in at ${name} and allow ${session.organization} to use your account.`)
      : undefined,
    asked.node,
    fault,
    actions(
      submit,
      session.elements.length > 1 ? button('Back', 'plain', () => choose(session)) : undefined,
      cancelButton(session),
    ),
  );
  sheet.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answers = asked.read();
    if (answers === undefined) return;
    fault.textContent = '';
    submit.disabled = true;
    // Browsers open windows on a click only, so this one is opened before it is known where it goes.
    const away = consent && isFramed ? openConsentWindow() : undefined;
    try {
      if (consent && isFramed && away === undefined)
        throw new Refusal(0, 'Your browser blocked the window. Allow it and try again.');
      await submitForm(session, form, answers, away);
    } catch (error) {
      away?.close();
      fault.textContent = messageOf(error);
    } finally {
      submit.disabled = false;
    }
  });
  show(session, session.reconnects ? `Connect ${name} again` : `Connect ${name}`, sheet);
}

async function submitForm(
  session: Session,
  form: Form,
  answers: Record<string, string>,
  away: ConsentWindow | undefined,
): Promise<void> {
  const begun = await connect(form.key, answers);
  if (!('ticket' in begun)) {
    goOn(session, begun);
    return;
  }
  if (away === undefined) {
    const { url } = await readConsent(begun.ticket);
    location.assign(url);
    return;
  }
  away.go(begun.ticket);
  await waitFor(session, form, away);
}

/** Waits for a person who is at the vendor in another window. */
async function waitFor(session: Session, form: Form, away: ConsentWindow): Promise<void> {
  show(
    session,
    `Waiting for ${form.name}`,
    element('p', {}, 'Sign in and allow the connection in the window that has opened.'),
    actions(
      button('Start over', 'plain', () => openForm(session, form.key)),
      cancelButton(session),
    ),
  );
  const waiting = place.firstElementChild;
  // What is shown next ends the wait; a window that was closed does not: vendors can make it look so.
  while (place.firstElementChild === waiting) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const outcome = await readOutcome().catch(() => undefined);
    if (outcome === undefined || outcome.status === 'opened' || place.firstElementChild !== waiting) continue;
    goOn(session, outcome);
  }
  away.close();
}

function showConnected(session: Session, outcome: Outcome): void {
  const { instanceId, elementKey } = outcome;
  const name = nameOf(session, elementKey);
  tellOpener(session.opener, { status: 'connected', instanceId, elementKey });
  show(
    session,
    `${name} is connected`,
    mark('good'),
    element('p', {}, `${session.organization} can work with your account now.`),
    wayOn(outcome),
  );
}

function showCancelled(session: Session, outcome: Outcome): void {
  tellOpener(session.opener, { status: 'cancelled' });
  show(session, 'Nothing was connected', element('p', {}, 'You have cancelled.'), wayOn(outcome));
}

/** An attempt in vain: with a way to try again. */
function showFailed(session: Session, message: string, elementKey: string | undefined): void {
  show(
    session,
    `${nameOf(session, elementKey)} is not connected`,
    mark('bad'),
    element('p', { className: 'fault', attributes: { role: 'alert' } }, message),
    actions(
      button('Try again', 'primary', () =>
        elementKey === undefined ? choose(session) : openForm(session, elementKey),
      ),
      session.elements.length > 1 ? button('Choose another', 'plain', () => choose(session)) : undefined,
      cancelButton(session),
    ),
  );
}

/** Something that trying again does not mend. */
function showLost(session: Session, message: string): void {
  tellOpener(session.opener, { status: 'failed', message });
  show(session, 'This link has ended', element('p', {}, message));
}

function showProblem(session: Session, error: unknown, elementKey: string | undefined): void {
  const isLost = error instanceof Refusal && (error.status === 404 || error.status === 401);
  if (isLost) showLost(session, error.message);
  else showFailed(session, messageOf(error), elementKey);
}

function wayOn({ next }: Outcome): HTMLElement {
  if (next === undefined) return element('p', { className: 'help' }, 'You can close this window.');
  if (!isFramed) setTimeout(() => location.assign(next), lookMs);
  return actions(element('a', { href: next, className: 'primary', target: isFramed ? '_top' : '' }, 'Continue'));
}

function cancelButton(session: Session): HTMLButtonElement {
  return button('Cancel', 'plain', async () => {
    try {
      goOn(session, await cancel());
    } catch (error) {
      showProblem(session, error, undefined);
    }
  });
}

function actions(...buttons: (HTMLElement | undefined)[]): HTMLElement {
  return element('div', { className: 'actions' }, ...buttons);
}

function show(session: Session, title: string, ...content: (Node | undefined)[]): void {
  const who = session.endUser === undefined ? undefined : element('p', { className: 'who' }, `For ${session.endUser}`);
  replace(title, brandMark(session), who, ...content);
}

/** What the title says, for those who look first. */
function mark(kind: 'good' | 'bad'): HTMLElement {
  const sign = kind === 'good' ? '\u2713' : '!';
  return element('span', { className: `mark ${kind}`, attributes: { 'aria-hidden': 'true' } }, sign);
}

/** Shows a text when nothing is known of the link. */
function showEnd(title: string, text: string): void {
  replace(title, undefined, element('p', {}, text));
}

/** The title has the focus, so that a screen reader reads what is new. */
function replace(title: string, brand: HTMLElement | undefined, ...content: (Node | undefined)[]): void {
  const heading = element('h1', { tabIndex: -1 }, title);
  document.title = title;
  place.replaceChildren(element('section', {}, brand, heading, ...content));
  heading.focus();
}

function nameOf({ elements }: Session, key: string | undefined): string {
  return elements.find((offered) => offered.key === key)?.name ?? 'Your account';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
