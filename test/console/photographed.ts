// What the pictures show: accounts at the sandbox's vendors with calls, events, jobs and bulk jobs, some of which went wrong.

import { keepApplications } from '../../demo/applications.ts';
import { guides } from '../../demo/guides.ts';
import { type Connected, walkGuide } from '../../demo/walk.ts';

interface Ground {
  serverUrl: string;
  sandboxUrl: string;
  /** User and Organization of who is looked at */
  authorization: string;
}

type Answer = { id: string; url: string } & Record<string, unknown>;

// Nobody listens there: deliveries fail.
const deadEndpoint = 'http://127.0.0.1:9/events';

/** Makes everything; gives back the paths of all pages, and addresses of Connect that are to be opened once each. */
export async function makePhotographed(
  ground: Ground,
  connectLinks: number,
): Promise<{ paths: string[]; links: string[] }> {
  const { serverUrl, sandboxUrl, authorization } = ground;
  const terminal = { title() {}, line() {}, command() {}, answer() {}, table() {} };
  if (!(await keepApplications(guides, { terminal, serverUrl, authorization })))
    throw new Error('Applications could not be kept');
  const accounts: Connected[] = [];
  for (const guide of guides) accounts.push(await walkGuide({ guide, terminal, serverUrl, sandboxUrl, authorization }));
  const account = (element: string) => {
    const found = accounts.find((one) => one.element === element);
    if (found === undefined || found.ping !== '200') throw new Error(`${element} could not be connected`);
    return found;
  };
  const [zendesk, spark] = [account('zendesk'), account('ciscospark')];

  for (const { instance, token } of accounts) {
    await call('PUT', `/instances/${instance}/trace-logging`);
    await call('GET', '/ping', { token });
    await call('GET', '/nothing-of-the-kind', { token });
  }
  const failed = await call('GET', '/hubs/helpdesk/incidents/999999999', zendesk);
  const traced = await call('GET', "/hubs/helpdesk/incidents?where=status='open'", zendesk);

  await json('PATCH', `/instances/${spark.instance}`, {
    body: {
      configuration: {
        'event.notification.enabled': 'true',
        'event.vendor.type': 'webhooks',
        'event.notification.callback.url': deadEndpoint,
      },
    },
  });
  await call('POST', '/hubs/collaboration/channels', { ...spark, body: { title: 'Release 4' } });

  const bulk = await json('POST', '/hubs/helpdesk/bulk/query?q=select * from incidents', zendesk);
  const job = await json('POST', '/jobs', {
    body: {
      name: 'New incidents, every morning',
      uri: '/hubs/helpdesk/incidents',
      instanceId: zendesk.instance,
      trigger: { cron: '0 0 7 ? * MON-FRI' },
    },
  });
  const subscription = await json('POST', '/notifications/subscriptions', {
    body: { channel: 'webhook', topics: ['instance.grant.lost', 'deployments'], config: { url: deadEndpoint } },
  });
  await json('POST', '/notifications', { body: { topic: 'deployments', message: 'Version 7 is live', from: 'ci' } });
  const [resource] = (await json('GET', '/elements/zendesk/resources', {})) as unknown as Answer[];
  const links: string[] = [];
  for (let count = 0; count < connectLinks; count++) {
    const body = { elements: ['zendesk', 'sfdc', 'ciscospark'], endUser: { id: '17', name: 'Ann Miller' } };
    links.push((await json('POST', '/connect/sessions', { body })).url);
  }
  for (const answer of [failed, traced]) await waitForRecord(answer.headers.get('elements-request-id'));

  const element = '/elements/zendesk';
  const paths = [
    ...['/', '/elements', '/elements/import', element, `${element}?tab=configuration`, `${element}?tab=resources`],
    ...[`${element}?tab=models`, `${element}?tab=events`, `${element}/docs`, `${element}/edit?part=${resource?.id}`],
    ...['/instances', `/instances/${zendesk.instance}`, `/instances/${zendesk.instance}/edit`, '/instances/connect'],
    ...['/instances/connect/zendesk', '/common-resources', '/common-resources/contact'],
    ...['/calls', `/calls/${traced.headers.get('elements-request-id')}`],
    ...[`/calls/${failed.headers.get('elements-request-id')}`, '/events', '/jobs', `/jobs/${job.id}`],
    ...['/bulk', `/bulk/${bulk.id}`, '/bulk/download', '/bulk/upload', '/notifications'],
    ...['/notifications/subscriptions', `/notifications/subscriptions/${subscription.id}`],
    ...['/notifications/subscriptions/new', '/applications', '/connect-links', '/secrets', '/no-such-page'],
  ];
  return { paths, links };

  function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
    return fetch(`${serverUrl}/elements/api-v2${path}`, {
      method,
      headers: {
        authorization: token === undefined ? authorization : `${authorization}, Element ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function json(...given: Parameters<typeof call>): Promise<Answer> {
    const answer = await call(...given);
    if (!answer.ok) throw new Error(`${given[0]} ${given[1]} was answered ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** Records of calls are written once a second. */
  async function waitForRecord(id: string | null): Promise<void> {
    for (let tries = 0; tries < 20 && (await call('GET', `/usage/${id}`)).status !== 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
