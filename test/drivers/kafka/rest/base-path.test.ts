import { describe, expect, test } from 'bun:test';
import { aMessage } from '../../../support/fakes/messages.ts';
import { type Script, ScriptedFetch } from '../../../support/kafka/rest-proxy/scripted-fetch.ts';
import { openRest } from '../../../support/kafka/open-rest.ts';

const OK = [{ kind: 'published' }];
const NOWHERE = [{ kind: 'failed', blame: 'kafka', maybeWritten: false }];

/** A v3 proxy that knows one cluster at a time, and in it one topic. */
function setup(clusterId?: string) {
  const state = { cluster: 'old' };
  const script: Script = ({ url, method }) => {
    if (url.endsWith('/v3/clusters')) return Response.json({ data: [{ cluster_id: state.cluster }] });
    if (!url.includes(`/v3/clusters/${state.cluster}/`))
      return Response.json({ error_code: 404, message: 'Cluster x cannot be found.' }, { status: 404 });
    if (!url.includes('/topics/messages/'))
      return Response.json({ error_code: 40_403, message: 'Not found.' }, { status: 404 });
    return Response.json(
      method === 'POST' ? { error_code: 200, partition_id: 0, offset: 0 } : { data: [{}] },
    );
  };
  const proxy = new ScriptedFetch(script);
  const settings = { dialect: 'confluent-v3', clusterId, fetch: proxy.fetch } as const;
  return { state, proxy, publisher: openRest({ url: 'http://proxy.example' }, settings) };
}

describe('the cluster behind a v3 proxy', () => {
  test('is asked for again once a publish has found that it is another one', async () => {
    const { state, publisher } = setup();
    expect(await publisher.publish([aMessage()])).toMatchObject(OK);
    state.cluster = 'new';
    expect(await publisher.publish([aMessage()])).toMatchObject(NOWHERE);
    expect(await publisher.publish([aMessage()])).toMatchObject(OK);
  });

  test('is asked for again once a probe has found that it is another one', async () => {
    const { state, publisher } = setup();
    expect(await publisher.probe()).toEqual({ kind: 'up' });
    state.cluster = 'new';
    expect(await publisher.probe()).toMatchObject({ kind: 'down' });
    expect(await publisher.probe()).toEqual({ kind: 'up' });
  });

  test('is not asked for again for a topic that is missing', async () => {
    const { proxy, publisher } = setup();
    for (let count = 0; count < 2; count++)
      expect(await publisher.publish([aMessage({ topic: 'missing' })])).toMatchObject([{ blame: 'topic' }]);
    expect(proxy.seen.filter(({ url }) => url.endsWith('/v3/clusters'))).toHaveLength(1);
  });

  test('is never asked for where it is set', async () => {
    const { proxy, publisher } = setup('mine');
    for (let count = 0; count < 2; count++)
      expect(await publisher.publish([aMessage()])).toMatchObject(NOWHERE);
    expect(proxy.seen.every(({ url }) => url.includes('/clusters/mine/'))).toBeTrue();
  });
});
