// A place to drop a file on, or to choose one.

import { Button, Stack, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';

interface FileDropProps {
  title: string;
  text: string;
  /** what the file chooser shows, such as `.json` */
  accept: string;
  isBusy?: boolean;
  onFile(file: File): void;
}

/** Takes one file. */
export function FileDrop({ title, text, accept, isBusy = false, onFile }: FileDropProps) {
  const [isOver, setOver] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <section
      aria-label={title}
      className="file-drop"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file !== undefined) onFile(file);
      }}
    >
      <Stack align="center" gap="xs">
        <IconFileUpload size={36} aria-hidden stroke={1.4} />
        <Text fw={600} ta="center">
          {title}
        </Text>
        <Text size="sm" c="dimmed" ta="center" maw={480}>
          {text}
        </Text>
        <Button variant="default" loading={isBusy} onClick={() => chooser.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          accept={accept}
          aria-label={title}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file !== undefined) onFile(file);
            event.currentTarget.value = '';
          }}
        />
      </Stack>
    </section>
  );
}
