// What a customer of a customer is asked when connecting an account: the settings that only they know. Everything else is
// the organization's or the platform's, and is taken from nobody else: an address changed here would send secrets there.

import { Problem } from '../core/errors.ts';
import type { Definition } from '../element/define.ts';
import type { Setting } from '../element/definition.ts';
import { isSecretSetting } from '../element/settings.ts';
import { hasConsentPage } from './hosted.ts';

/** One question of the form. */
export interface ConnectField {
  key: string;
  label: string;
  help: string | undefined;
  kind: 'text' | 'password' | 'long' | 'choice' | 'switch';
  required: boolean;
  /** what is filled in at first; never a secret */
  value: string | undefined;
  options: { value: string; label: string }[] | undefined;
}

/** What the organization's application brings. */
const applicationSettings = new Set(['oauth.api.key', 'oauth.api.secret', 'oauth.callback.url', 'oauth.scope']);
/** Settings that the platform or the organization's program decides about. */
const platformSetting = /^(oauth|event|bulk|pagination|filter\.response|expires|base\.url)(\.|_|$)/;

/** Whether nobody can connect an account before the organization has an application at the vendor. */
export function needsApplication(definition: Definition): boolean {
  return (
    hasConsentPage(definition) ||
    [...definition.settings.values()].some((setting) => applicationSettings.has(setting.key) && isNeeded(setting))
  );
}

/** The questions, those that must be answered first; `known` are settings of an account that is connected again. */
export function connectFields(definition: Definition, known: Record<string, string> = {}): ConnectField[] {
  const asked = [...definition.settings.values()].filter((setting) => isAsked(definition, setting));
  const place = ({ displayOrder }: Setting) => displayOrder ?? Number.MAX_SAFE_INTEGER;
  return asked
    .map((setting) => ({ setting, required: isNeeded(setting) }))
    .toSorted((a, b) => Number(b.required) - Number(a.required) || place(a.setting) - place(b.setting))
    .map(({ setting, required }) => fieldOf(definition, setting, required, known[setting.key]));
}

/**
 * What a person answered, as settings of an instance. Throws a Problem that names every setting that is not asked for, and
 * every question that must be answered and was not; `isKnown` are those whose answers are known already.
 */
export function readAnswers(
  definition: Definition,
  answers: Readonly<Record<string, string>>,
  isKnown: (key: string) => boolean,
): Record<string, string> {
  const fields = connectFields(definition);
  const keys = new Set(fields.map(({ key }) => key));
  const strange = Object.keys(answers).filter((key) => !keys.has(key));
  const missing = fields.filter(({ key, required }) => required && !isKnown(key) && (answers[key] ?? '').trim() === '');
  const faults = [
    ...(strange.length === 0 ? [] : [`Not asked for here: ${strange.join(', ')}.`]),
    ...(missing.length === 0 ? [] : [`Please fill in: ${missing.map(({ label }) => label).join(', ')}.`]),
  ];
  if (faults.length > 0) throw new Problem('badRequest', faults.join(' '));
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value.trim() !== ''));
}

function isNeeded({ required, internal, active, defaultValue }: Setting): boolean {
  return required === true && internal !== true && active !== false && (defaultValue ?? '') === '';
}

function isAsked({ document }: Definition, setting: Setting): boolean {
  const { key, internal, active, hideFromConsole } = setting;
  if (applicationSettings.has(key) || internal === true || active === false) return false;
  if (document.valence?.siteAddress?.setting === key) return true;
  if (isNeeded(setting)) return !/^(oauth|event)\./.test(key);
  return hideFromConsole !== true && !platformSetting.test(key);
}

function fieldOf(definition: Definition, setting: Setting, required: boolean, known: string | undefined): ConnectField {
  const { key, name, description, defaultValue } = setting;
  const isSecret = isSecretSetting(definition, key);
  const kind = kindOf(setting, isSecret);
  return {
    key,
    label: name ?? key,
    help: description ?? undefined,
    kind,
    required,
    value: isSecret ? undefined : (known ?? defaultValue ?? undefined),
    options: kind === 'choice' ? optionsOf(setting) : undefined,
  };
}

function kindOf(setting: Setting, isSecret: boolean): ConnectField['kind'] {
  if (isSecret) return 'password';
  switch (setting.type) {
    case 'TEXTAREA':
    case 'CODE_EDITOR':
      return 'long';
    case 'BOOLEAN':
      return 'switch';
    case 'BOOLEAN_YESNO':
      return 'choice';
    case 'COMBO':
      return optionsOf(setting).length > 0 ? 'choice' : 'text';
    default:
      return 'text';
  }
}

function optionsOf({ type, options }: Setting): { value: string; label: string }[] {
  if (type === 'BOOLEAN_YESNO') {
    return [
      { value: 'yes', label: 'Yes' },
      { value: 'no', label: 'No' },
    ];
  }
  return (options ?? []).flatMap(({ value, description }) =>
    typeof value === 'string' ? [{ value, label: description ?? value }] : [],
  );
}
