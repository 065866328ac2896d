// Sends the person to the vendor again, for the account that is there.

import { Anchor, Button, Popover, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { usesApplication } from '../applications/queries.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { beginConnection, forgetInstances, type Instance } from './queries.ts';

/** A button that connects an account again; nothing for elements whose accounts are only configured. */
export function Reconnect({ instance, isUrgent = false }: { instance: Instance; isUrgent?: boolean }) {
  const { id, element } = instance;
  const [, navigate] = useLocation();
  const connecting = useMutation({
    mutationFn: async () => {
      const returnPath = `/instances/${id}`;
      const begun = await beginConnection({ element: { key: element.key }, instanceId: id, returnPath });
      if (begun.oauthUrl === undefined) {
        await forgetInstances();
        navigate(`${returnPath}?connection=${encodeURIComponent(begun.id)}`);
        return;
      }
      // The page is left: the button waits until it is.
      window.location.assign(begun.oauthUrl);
      await new Promise(() => {});
    },
  });
  if (!usesApplication(element)) return null;
  return (
    <Popover
      opened={connecting.isError}
      onChange={() => connecting.reset()}
      width={360}
      position="bottom-end"
      withinPortal
    >
      <Popover.Target>
        <Button
          variant={isUrgent ? 'filled' : 'default'}
          loading={connecting.isPending}
          onClick={() => connecting.mutate()}
        >
          Connect again
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {connecting.error !== null && (
          <Stack gap="xs">
            <ErrorNotice error={connecting.error} />
            <Anchor component={Link} href={`/instances/${id}/edit`} size="sm">
              Edit its settings
            </Anchor>
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
