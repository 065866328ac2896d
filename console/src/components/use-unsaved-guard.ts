// Keeps what was written and not saved from being left by accident: within the console, and with the whole page.

import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';

/** A step away that waits for the person's word. */
export interface HeldStep {
  leave(): void;
  stay(): void;
}

/**
 * Holds back what leads away while something is unsaved; gives back the step that is held. `isHere` says whether an address
 * still shows what is edited.
 */
export function useUnsavedGuard(isUnsaved: boolean, isHere: (url: URL) => boolean): HeldStep | undefined {
  const [, navigate] = useLocation();
  const [held, setHeld] = useState<{ url: URL; key: string | undefined }>();
  const isLeaving = useRef(false);
  const isHereNow = useRef(isHere);
  isHereNow.current = isHere;

  useEffect(() => {
    if (!isUnsaved) return;
    const warn = (event: BeforeUnloadEvent) => {
      if (!isLeaving.current) event.preventDefault();
    };
    const hold = (event: NavigateEvent) => {
      const url = new URL(event.destination.url);
      const isPage = event.downloadRequest === null && !event.hashChange && url.origin === window.location.origin;
      if (isLeaving.current || !isPage || !event.cancelable || isHereNow.current(url)) return;
      event.preventDefault();
      setHeld({ url, key: event.navigationType === 'traverse' ? event.destination.key : undefined });
    };
    window.addEventListener('beforeunload', warn);
    // Where the Navigation API is missing, only leaving the whole page is asked about.
    const navigation = 'navigation' in window ? window.navigation : undefined;
    navigation?.addEventListener('navigate', hold);
    return () => {
      window.removeEventListener('beforeunload', warn);
      navigation?.removeEventListener('navigate', hold);
    };
  }, [isUnsaved]);

  if (held === undefined) return undefined;
  return {
    stay: () => setHeld(undefined),
    leave() {
      isLeaving.current = true;
      setHeld(undefined);
      if (held.key !== undefined) window.navigation.traverseTo(held.key);
      else navigate(`${held.url.pathname}${held.url.search}`);
      isLeaving.current = held.key !== undefined;
    },
  };
}
