// Asks before something is done that cannot be taken back.

import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

interface AskFirstProps {
  title: string;
  children: ReactNode;
  /** what the button says that does it */
  action: string;
  /** what the button says that leaves everything as it is */
  keep?: string;
  color?: string;
  opened: boolean;
  isPending: boolean;
  error: Error | null;
  onConfirm(): void;
  onClose(): void;
}

/** A question with two answers; it stays open, and says why, when doing it fails. */
export function AskFirst(props: AskFirstProps) {
  const { title, children, action, keep = 'Cancel', color, opened, isPending, error, onConfirm, onClose } = props;
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack>
        {children}
        {error !== null && <ErrorNotice error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {keep}
          </Button>
          <Button {...(color === undefined ? {} : { color })} loading={isPending} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
