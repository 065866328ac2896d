// Keeps what is not saved from being lost by a link, the browser's way back, or a closed page.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';

/** Asks before something would lose what is not saved. */
export interface UnsavedGuard {
  /** Goes on at once when everything is saved, else when the person says so. */
  ask(goOn: () => void): void;
  /** stands somewhere in the page */
  dialog: ReactNode;
}

/** A guard that is on while something is not saved. `discard` is called when the person leaves it. */
export function useUnsavedGuard(isChanged: boolean, discard: () => void): UnsavedGuard {
  const [, navigate] = useLocation();
  const [due, setDue] = useState<{ goOn: () => void } | undefined>();
  const ask = useCallback(
    (goOn: () => void) => {
      if (isChanged) setDue({ goOn });
      else goOn();
    },
    [isChanged],
  );

  useEffect(() => {
    if (!isChanged) return;
    // A second entry for this page, so that the way back leads here first and nothing is lost before the question.
    const stayHere = () => window.history.pushState(null, '', window.location.href);
    stayHere();
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      const isOther = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!(link instanceof HTMLAnchorElement) || isOther || link.target === '_blank' || link.download !== '') return;
      if (link.origin !== window.location.origin || link.hash !== '') return;
      event.preventDefault();
      event.stopPropagation();
      setDue({ goOn: () => navigate(`${link.pathname}${link.search}`) });
    };
    const onBack = () => {
      stayHere();
      setDue({ goOn: () => window.history.go(-2) });
    };
    window.addEventListener('beforeunload', onUnload);
    window.addEventListener('popstate', onBack);
    document.addEventListener('click', onClick, { capture: true });
    return () => {
      window.removeEventListener('beforeunload', onUnload);
      window.removeEventListener('popstate', onBack);
      document.removeEventListener('click', onClick, { capture: true });
    };
  }, [isChanged, navigate]);

  const stay = () => setDue(undefined);
  const leave = () => {
    const goOn = due?.goOn;
    stay();
    discard();
    // After the guard is off.
    if (goOn !== undefined) window.setTimeout(goOn);
  };
  const dialog = (
    <Modal opened={due !== undefined} onClose={stay} title="Leave without saving?">
      <Stack>
        <Text size="sm">Your changes to this mapping are not saved yet.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={stay}>
            Keep editing
          </Button>
          <Button color="red" onClick={leave}>
            Leave without saving
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
  return { ask, dialog };
}
