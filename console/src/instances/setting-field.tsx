// One setting of an element as a field: its type, its name and its help text come from the definition.

import {
  Autocomplete,
  Button,
  NumberInput,
  PasswordInput,
  Select,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useState } from 'react';
import type { Setting } from '../elements/queries.ts';
import { mask } from './queries.ts';
import { isDemanded, isSecret, readable } from './setting-groups.ts';

interface SettingFieldProps {
  setting: Setting;
  value: string;
  onChange(value: string): void;
  /** nothing works without it, and it was not given */
  isMissing?: boolean;
}

/** A field for a setting. A secret that is stored is never shown: typing replaces it. */
export function SettingField({ setting, value, onChange, isMissing = false }: SettingFieldProps) {
  const label = setting.name ?? setting.key;
  const common = {
    label,
    description: setting.description ?? undefined,
    required: isDemanded(setting),
    error: isMissing ? `${label} is needed.` : undefined,
    name: setting.key,
    autoComplete: 'off',
  };
  const fromEvent = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  const type = setting.type ?? '';
  const options = (setting.options ?? []).flatMap(({ value: option, description }) =>
    option === null || option === undefined ? [] : [{ value: option, label: description ?? option }],
  );

  if (isSecret(setting)) return <SecretField {...common} value={value} onChange={onChange} />;
  if (type === 'BOOLEAN') {
    return (
      <Switch
        label={label}
        description={common.description}
        name={setting.key}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    );
  }
  if (options.length > 0) {
    const isKnown = value === '' || options.some((option) => option.value === value);
    return isKnown ? (
      <Select {...common} data={options} value={value || null} onChange={(chosen) => onChange(chosen ?? '')} />
    ) : (
      <Autocomplete {...common} data={options.map((option) => option.value)} value={value} onChange={onChange} />
    );
  }
  if (/interval/i.test(setting.key) && /^\d*$/.test(value)) {
    return <NumberInput {...common} value={value} onChange={(number) => onChange(String(number))} min={1} maw={220} />;
  }
  if (type === 'TEXTAREA' || type === 'CODE_EDITOR') {
    return <LongField {...common} isCode={type === 'CODE_EDITOR'} value={value} onChange={onChange} />;
  }
  return <TextInput {...common} value={value} onChange={fromEvent} />;
}

interface TextFieldProps {
  label: string;
  description: string | undefined;
  required: boolean;
  error: string | undefined;
  name: string;
  value: string;
  onChange(value: string): void;
}

/** Many lines. JSON is laid out once, before anything is typed: else it would change under one's hands. */
function LongField({ isCode, value, onChange, ...common }: TextFieldProps & { isCode: boolean }) {
  const [text, setText] = useState(() => readable(value));
  const [isProgram] = useState(isCode || /^\s*[{[]/.test(value));
  return (
    <Textarea
      {...common}
      autoComplete="off"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
      autosize
      minRows={2}
      maxRows={14}
      spellCheck={!isProgram}
      styles={isProgram ? { input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } } : {}}
    />
  );
}

function SecretField({ value, onChange, description, ...common }: TextFieldProps) {
  const isStored = value === mask;
  const isSignatureKey = common.name === 'event.notification.signature.key';
  const hint = isStored ? 'A value is stored. Leave this empty to keep it.' : undefined;
  return (
    <PasswordInput
      {...common}
      required={common.required && !isStored}
      autoComplete="new-password"
      description={
        <>
          {description}
          {hint !== undefined && (
            <Text span inherit display="block">
              {hint}
            </Text>
          )}
          {isSignatureKey && (
            <Button size="compact-xs" variant="subtle" ml={-8} onClick={() => onChange(makeKey())}>
              Make a key
            </Button>
          )}
        </>
      }
      placeholder={isStored ? mask : undefined}
      value={isStored ? '' : value}
      onChange={(event) => onChange(event.currentTarget.value === '' && isStored ? mask : event.currentTarget.value)}
    />
  );
}

/** A random key, made in the browser so that the person can take it to the program that checks signatures. */
function makeKey(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));
}
