// Rules for events: what is said of a vendor's webhooks can be found in them, and the settings of events can be read.

import { isObject, parseJson } from '../core/http.ts';
import { placeholders } from '../core/template.ts';
import { defineElement, lifecycleResources } from './define.ts';
import type { ElementDocument } from './definition.ts';
import type { EventRule, WebhookProof, Webhooks } from './extension.ts';
import { oneOf, type Report } from './finding.ts';
import { isReservedSetting } from './reserved-settings.ts';
import { isSecretSetting } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Places that stand for all of something, and those that stand for a part of it. */
const wholePlaces = new Set(['method', 'body', 'row']);
const partPlaces = new Set(['header', 'query', 'body', 'row']);
const places = ['method', 'header.<name>', 'query.<name>', 'body.<path>', 'setting.<key>'];
const vendorTypes = ['polling', 'webhook', 'webhooks', 'none'];

/** Checks `valence.webhooks` and the settings of events. */
export function checkEvents(document: ElementDocument, surroundings: Surroundings, report: Report): void {
  const webhooks = document.valence?.webhooks;
  if (webhooks !== undefined) checkWebhooks(webhooks, document, surroundings, report);
  checkProvisioning(document, webhooks, report);
  checkEventSettings(document, surroundings, report);
}

function checkWebhooks(webhooks: Webhooks, document: ElementDocument, { isKnown }: Surroundings, report: Report): void {
  const path = '/valence/webhooks';
  const look = createLook(isKnown, report);
  for (const [index, proof] of (webhooks.verify ?? []).entries()) {
    checkProof(proof, `${path}/verify/${index}`, document, look, report);
  }
  const { secret, eventId } = webhooks;
  if (secret !== undefined) {
    look.setting(secret, `${path}/secret`);
    if (!(webhooks.verify ?? []).some(({ setting }) => setting === secret)) {
      report.warning(
        `${path}/secret`,
        `${secret} is filled with a secret that no webhook is verified by`,
        'Name the setting in verify, too, and send it to the vendor in an onProvisionWebhook resource.',
      );
    }
  }
  if (eventId !== undefined) look.place(eventId, `${path}/eventId`);
  for (const [index, challenge] of (webhooks.challenges ?? []).entries()) {
    checkChallenge(challenge, `${path}/challenges/${index}`, look);
  }
  checkRules(webhooks.events ?? [], `${path}/events`, look, report);
}

/** Says what is wrong with places, texts that have places in braces, and names of settings. */
interface Look {
  place(place: string, path: string, hasRows?: boolean): void;
  text(text: string | undefined, path: string, hasRows?: boolean): void;
  setting(key: string, path: string): void;
}

function createLook(isKnown: (key: string) => boolean, report: Report): Look {
  const look: Look = {
    place(place, path, hasRows = false) {
      const [, kind = '', name] = /^([a-z]+)(?:\.(.+))?$/.exec(place) ?? [];
      if (kind === 'row' && !hasRows) {
        report.error(
          path,
          `${place} is a place in a row, and there are no rows here`,
          'Name the list of rows in rows.',
        );
      } else if (kind === 'header' && name !== undefined && name !== name.toLowerCase()) {
        report.error(
          path,
          `${place} is never found: names of headers come in lower case`,
          `Write ${place.toLowerCase()}.`,
        );
      } else if (kind === 'setting' && name !== undefined) {
        look.setting(name, path);
      } else if (!(name === undefined ? wholePlaces : partPlaces).has(kind)) {
        report.error(path, `"${place}" is no place in a webhook`, `Write ${oneOf(places)}.`);
      }
    },
    text(text, path, hasRows = false) {
      for (const place of placeholders(text ?? '')) look.place(place, path, hasRows);
    },
    setting(key, path) {
      if (isKnown(key) || isReservedSetting(key)) return;
      report.error(path, `${key} is no setting of the element`, `Add the setting ${key}, or correct the name.`);
    },
  };
  return look;
}

function checkProof(proof: WebhookProof, path: string, document: ElementDocument, look: Look, report: Report): void {
  const { way, from, setting, signs = '{body}', timestamp, algorithm, encoding, prefix } = proof;
  look.place(from, `${path}/from`);
  look.setting(setting, `${path}/setting`);
  const isDeclared = document.configuration.some(({ key }) => key === setting);
  if (isDeclared && !isSecretSetting(defineElement(document, 0, undefined), setting)) {
    report.warning(
      `${path}/setting`,
      `${setting} proves webhooks, but is stored and shown in clear`,
      'Give it the type PASSWORD.',
    );
  }
  if (way === 'secret') {
    if (algorithm ?? encoding ?? prefix ?? proof.signs ?? timestamp) {
      report.warning(path, 'a secret is compared as it comes', 'Take everything but from and setting away.');
    }
    return;
  }
  if (from.startsWith('body.')) {
    report.error(
      `${path}/from`,
      'a code that is made of the body cannot stand in it',
      'Name the header in which the vendor sends it, such as header.x-signature.',
    );
  }
  const signed = placeholders(signs);
  for (const place of signed) if (place !== 'body') look.place(place, `${path}/signs`);
  if (!signed.includes('body')) {
    report.warning(`${path}/signs`, 'the code says nothing of the body, so anybody may change it', 'Add {body}.');
  }
  if (timestamp === undefined) return;
  look.place(timestamp.from, `${path}/timestamp/from`);
  if (!signed.includes(timestamp.from) && !timestamp.from.startsWith('body.')) {
    report.warning(
      `${path}/timestamp/from`,
      `${timestamp.from} is not signed, so an old webhook can be sent again with a new time`,
      `Write {${timestamp.from}} into signs, where the vendor has it.`,
    );
  }
}

type WebhookChallenge = NonNullable<Webhooks['challenges']>[number];

function checkChallenge({ when, answer }: WebhookChallenge, path: string, look: Look): void {
  for (const [place, value] of Object.entries(when)) {
    look.place(place, `${path}/when`);
    look.text(value, `${path}/when`);
  }
  look.text(answer.body, `${path}/answer/body`);
  for (const value of Object.values(answer.headers ?? {})) look.text(value, `${path}/answer/headers`);
}

function checkRules(rules: readonly EventRule[], path: string, look: Look, report: Report): void {
  const last = rules.findIndex(({ when }) => when === undefined || Object.keys(when).length === 0);
  if (last >= 0 && last < rules.length - 1) {
    report.warning(
      `${path}/${last + 1}`,
      `the rule before it holds for every webhook, so this one never does`,
      'Put the rule without conditions at the end.',
    );
  }
  for (const [index, { when, rows, objectType, objectId, eventType, date }] of rules.entries()) {
    const place = `${path}/${index}`;
    const hasRows = rows !== undefined;
    for (const [at, value] of Object.entries(when ?? {})) {
      look.place(at, `${place}/when`);
      look.text(value, `${place}/when`);
    }
    if (rows !== undefined) look.place(rows, `${place}/rows`);
    look.text(objectType, `${place}/objectType`, hasRows);
    look.text(objectId, `${place}/objectId`, hasRows);
    look.text(date, `${place}/date`, hasRows);
    if (typeof eventType !== 'string') look.place(eventType.from, `${place}/eventType/from`, hasRows);
  }
}

/** Who asks a vendor for webhooks must be able to tell them from others, and what they say. */
function checkProvisioning(document: ElementDocument, webhooks: Webhooks | undefined, report: Report): void {
  const definition = defineElement(document, 0, undefined);
  if (lifecycleResources(definition, 'onProvisionWebhook').length === 0) return;
  if (webhooks?.verify === undefined) {
    report.warning(
      '/valence',
      'the vendor is asked for webhooks, but nothing verifies them: whoever knows the address can send events',
      'Say in valence.webhooks.verify how the vendor signs them, or send it a secret to repeat (docs/authoring.md).',
    );
  }
  if (webhooks?.events === undefined && !(document.hooks ?? []).some(({ type }) => type === 'event')) {
    report.warning(
      '/hooks',
      'the vendor is asked for webhooks, but nothing says what they tell',
      'Add a hook of the type event, or rules in valence.webhooks.events.',
    );
  }
  if (lifecycleResources(definition, 'onDeleteWebhook').length === 0) {
    report.warning(
      '/resources',
      'the vendor is asked for webhooks, but not to end them, so it sends them to an instance that is gone',
      'Add a resource of the type onDeleteWebhook.',
    );
  }
}

function checkEventSettings({ configuration }: ElementDocument, { isKnown }: Surroundings, report: Report): void {
  for (const [index, { key, defaultValue }] of configuration.entries()) {
    const value = (defaultValue ?? '').trim();
    const path = `/configuration/${index}/defaultValue`;
    if (value === '') continue;
    if (key === 'event.vendor.type' && !value.split(',').every((type) => vendorTypes.includes(type.trim()))) {
      report.warning(path, `events never come by "${value}"`, `Write ${oneOf(vendorTypes)}, or two with a comma.`);
    }
    if (key === 'event.notification.instance.finder') checkFinder(value, path, isKnown, report);
    if (key === 'event.poller.configuration') checkPolls(parseJson(value), path, report);
  }
}

function checkFinder(value: string, path: string, isKnown: (key: string) => boolean, report: Report): void {
  const [setting = '', place = '', ...more] = value.split('|');
  if (setting === '' || place === '' || more.length > 0) {
    report.warning(
      path,
      `"${value}" finds no instance`,
      'Write a setting and a path in the webhook with a bar between, such as acme.account|account.id.',
    );
  } else if (!isKnown(setting) && !isReservedSetting(setting)) {
    report.warning(path, `${setting} is no setting of the element, so no instance is found`, `Add it, or correct it.`);
  }
}

/** Of what is no JSON there is a finding already. */
function checkPolls(polls: unknown, path: string, report: Report): void {
  if (polls === undefined) return;
  const entries = isObject(polls) ? Object.entries(polls) : undefined;
  if (entries === undefined) {
    report.warning(path, 'event.poller.configuration is no list of objects', 'Write {"<object>": {"url": …}}.');
    return;
  }
  for (const [object, poll] of entries) {
    const lacking = ['url', 'idField'].filter((name) => !isObject(poll) || typeof poll[name] !== 'string');
    if (lacking.length === 0) continue;
    report.warning(
      path,
      `${object} cannot be polled without ${lacking.join(' and ')}`,
      'Give the url of a list, such as /hubs/crm/contacts, and where the id of a row stands, such as id.',
    );
  }
}
