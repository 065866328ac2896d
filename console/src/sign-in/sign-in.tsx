// Signing in: with email and password, or with the code of a link that the server printed.

import {
  Alert,
  Anchor,
  Button,
  Center,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import icon from '../icon.svg';
import { type Person, signIn } from '../session.ts';

/** The sign-in page; who is signed in already goes on to where the address leads. */
export function SignIn({ person }: { person: Person | null }) {
  const [location, navigate] = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signingIn = useMutation({
    mutationFn: signIn,
    onSuccess: () => {
      if (location === '/sign-in') navigate('/', { replace: true });
    },
  });
  const { mutate, isIdle } = signingIn;

  useEffect(() => {
    const code = takeCode();
    if (code !== undefined) mutate({ code });
    else if (person !== null && isIdle) navigate('/', { replace: true });
  }, [mutate, person, isIdle, navigate]);

  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder shadow="sm" p="xl" w={400} maw="100%">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            mutate({ email, password });
          }}
        >
          <Stack>
            <Group gap="xs">
              <img src={icon} alt="" width={32} height={32} />
              <Title order={1} size="h3">
                Sign in to Valence
              </Title>
            </Group>
            {signingIn.isError && (
              <Alert color="red" role="alert">
                {signingIn.error.message}
              </Alert>
            )}
            <TextInput
              label="Email"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={signingIn.isPending}>
              Sign in
            </Button>
            {person !== null && (
              <Anchor component={Link} href="/" size="sm">
                Go on as {person.email}
              </Anchor>
            )}
            <Text size="sm" c="dimmed">
              The first start of the server wrote email and password to <code>admin.json</code> in its data folder.
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

/** The code behind `#`, which is taken out of the address at once: a link in the history signs nobody in. */
function takeCode(): string | undefined {
  const code = new URLSearchParams(window.location.hash.slice(1)).get('code');
  if (code === null) return undefined;
  window.history.replaceState(null, '', window.location.pathname);
  return code;
}
