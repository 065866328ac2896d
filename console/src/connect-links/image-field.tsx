// A picture of the branding: as it is, and another one in its place.

import { Button, FileButton, Group, Image, Stack, Text } from '@mantine/core';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useSetImage } from './queries.ts';

const types = 'image/png,image/jpeg,image/gif,image/webp,image/svg+xml,image/x-icon';

/** Shows a picture with a button that replaces it. */
export function ImageField({
  kind,
  label,
  address,
}: {
  kind: 'logo' | 'favicon';
  label: string;
  address: string | undefined;
}) {
  const setting = useSetImage(kind);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group>
        {address !== undefined && <Image src={address} alt={`Your ${kind}`} h={40} w="auto" maw={160} fit="contain" />}
        <FileButton onChange={(file) => file !== null && setting.mutate(file)} accept={types}>
          {(props) => (
            <Button {...props} variant="default" size="xs" loading={setting.isPending}>
              {address === undefined ? `Choose a ${kind}…` : `Replace the ${kind}…`}
            </Button>
          )}
        </FileButton>
      </Group>
      {setting.error !== null && <ErrorNotice error={setting.error} />}
    </Stack>
  );
}
