// A secret that is shown only when somebody asks for it.

import { ActionIcon, Code, Group, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { CopyButton } from './copy-button.tsx';

interface SecretTextProps {
  name: string;
  /** undefined as long as it was not asked for */
  value: string | undefined;
  show(): void;
  hide(): void;
}

/** Shows dots, or the secret with a button that copies it. */
export function SecretText({ name, value, show, hide }: SecretTextProps) {
  const label = value === undefined ? `Show ${name.toLowerCase()}` : `Hide ${name.toLowerCase()}`;
  return (
    <Group gap="xs" wrap="nowrap">
      <Code className="truncated" fz="sm">
        {value ?? '••••••••••••••••'}
      </Code>
      <Tooltip label={value === undefined ? 'Show' : 'Hide'} withArrow>
        <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={value === undefined ? show : hide}>
          {value === undefined ? <IconEye size={16} /> : <IconEyeOff size={16} />}
        </ActionIcon>
      </Tooltip>
      {value !== undefined && <CopyButton text={value} name={name.toLowerCase()} />}
    </Group>
  );
}
