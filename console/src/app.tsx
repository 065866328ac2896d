// The console: the sign-in for who is not signed in, and for who is the frame with the view that the address names.

import { Center, Loader } from '@mantine/core';
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ErrorBoundary } from './components/error-boundary.tsx';
import { ErrorNotice } from './components/error-notice.tsx';
import { NothingHere } from './components/nothing-here.tsx';
import { useSession } from './session.ts';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in/sign-in.tsx';
import { views } from './views.ts';

/** The whole console. */
export function App() {
  const session = useSession();
  const [location] = useLocation();
  if (session.isPending) return <Waiting />;
  if (session.isError) return <ErrorNotice error={session.error} retry={() => void session.refetch()} />;
  // A link to sign in with shows nothing of the person before, who may be another.
  if (session.data === null || location === '/sign-in') return <SignIn person={session.data} />;
  return (
    <Shell person={session.data}>
      <ErrorBoundary>
        <Suspense fallback={<Waiting />}>
          <Switch>
            {views.map(({ path, view }) => (
              <Route key={path} path={path} component={view} />
            ))}
            <Route component={NothingHere} />
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </Shell>
  );
}

function Waiting() {
  return (
    <Center mih="40vh">
      <Loader aria-label="Loading" />
    </Center>
  );
}
