import { UpstashStore } from '../../../../src/drivers/store/redis/upstash/store.ts';
import { aMessage } from '../../fakes/messages.ts';
import { openRest } from '../../kafka/open-rest.ts';

// Writes twice to a server that cuts the second time, and prints what was told of it.

const [kind, url = ''] = process.argv.slice(2);
const publisher = openRest({ url });
const store = new UpstashStore({ url, token: 'token' });
const write = () => (kind === 'kafka' ? publisher.publish([aMessage()]) : store.probe());
await write();
// A connection is free for the next request a moment after its answer.
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(JSON.stringify(await write()));
process.exit(0);
