// How a Connect session stands: what became of the connection that was begun last is read where connections are kept, and
// noted with the session, which outlives them.

import type { ConnectSession, ConnectSessionStore } from '../store/connect-sessions.ts';
import type { HostedConnections } from './hosted.ts';

/** Brings sessions up to date with the connections that were begun for them. */
export interface ConnectOutcomes {
  /** The session as it stands now. */
  settle(session: ConnectSession): Promise<ConnectSession>;
  /** Ends the connection that was begun before, if there is one; false when it is just being made, or was made. */
  abandon(session: ConnectSession): Promise<boolean>;
  /** Cancels a session, unless it has led to something meanwhile; gives it as it stands then. */
  cancel(session: ConnectSession): Promise<ConnectSession>;
}

interface OutcomeDependencies {
  sessions: Pick<ConnectSessionStore, 'progress' | 'byId'>;
  hosted: Pick<HostedConnections, 'outcome' | 'abandon'>;
}

/** Makes what brings sessions up to date. */
export function createConnectOutcomes({ sessions, hosted }: OutcomeDependencies): ConnectOutcomes {
  const again = async (session: ConnectSession) => (await sessions.byId(session, session.id)) ?? session;

  const settle = async (session: ConnectSession): Promise<ConnectSession> => {
    if (session.state !== 'opened' || session.connectionId === undefined) return session;
    const outcome = await hosted.outcome(session, session.connectionId);
    if (outcome === undefined || outcome.status === 'pending') return session;
    // Vendors say of a refusal what everybody knows; of a failure they may say what to do.
    const theirs = outcome.status === 'denied' ? undefined : outcome.providerMessage;
    const said = [outcome.message, theirs].filter((text) => text !== undefined).join(' ');
    await sessions.progress(session, {
      state: outcome.status === 'connected' ? 'connected' : 'failed',
      elementKey: outcome.elementKey,
      instanceId: outcome.instanceId,
      message: outcome.status === 'connected' ? undefined : said,
    });
    return again(session);
  };

  const abandon = async (session: ConnectSession): Promise<boolean> =>
    session.connectionId === undefined || session.state === 'failed' || hosted.abandon(session, session.connectionId);

  return {
    settle,
    abandon,

    async cancel(session) {
      // Somebody who is at the vendor still cannot undo what is cancelled here; somebody who just came back can.
      if (await abandon(session)) await sessions.progress(session, { state: 'cancelled' });
      return settle(await again(session));
    },
  };
}
