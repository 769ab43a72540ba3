// Sends one message and says what became of it. Run it twice: the message is published once.
//
//   bun examples/send.ts

import { createClient } from 'spillway/client';

const { SPILLWAY_URL = 'http://localhost:8000' } = process.env;
const client = createClient({ url: SPILLWAY_URL });

const outcome = await client.send({ id: 'order-1043-paid', key: 'customer-7', value: { order: 1043 } });

switch (outcome.kind) {
  case 'published':
    console.log(`published ${outcome.topic} partition ${outcome.partition} offset ${outcome.offset}`);
    break;
  case 'queued':
    console.log(`queued ${outcome.topic}: Kafka is away, and it will be published`);
    break;
  case 'dead':
    console.error(`dead: operators have to look at it: ${outcome.reason}`);
    process.exitCode = 1;
    break;
  case 'rejected':
    console.error(`rejected ${outcome.problem.status}: ${outcome.problem.detail}`);
    process.exitCode = 1;
    break;
  case 'unavailable':
    console.error(`unavailable: send it again later with the id ${outcome.id}: ${outcome.reason}`);
    process.exitCode = 75;
    break;
}
