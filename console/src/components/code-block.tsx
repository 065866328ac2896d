// Text of programs, to be read and copied.

import { Box } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';

/** Shows code with a button that copies it; long code scrolls. */
export function CodeBlock({
  text,
  name = 'code',
  maxHeight = 420,
}: {
  text: string;
  name?: string;
  maxHeight?: number;
}) {
  return (
    <Box pos="relative">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section className="code-block" tabIndex={0} aria-label={name} style={{ maxHeight }}>
        <code>{text}</code>
      </section>
      <Box pos="absolute" top={4} right={4}>
        <CopyButton text={text} name={name} />
      </Box>
    </Box>
  );
}
