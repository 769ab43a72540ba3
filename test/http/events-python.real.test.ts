import { expect, test } from 'bun:test';
import { recordHeaders } from '../../src/message/message.ts';
import { recordValue } from '../../src/message/record-value.ts';
import { fakeService } from '../support/fakes/fake-service.ts';
import { pythonWith } from '../support/process/python.ts';
import { describeReal } from '../support/process/services.ts';

/** Sends an event in each mode to the URL of its argument, and then reads the records on standard input. */
const SCRIPT = `
import json, sys, urllib.request
from datetime import datetime, timezone
from cloudevents.core.v1.event import CloudEvent
from cloudevents.core.bindings import http, kafka

def event(id):
    return CloudEvent(attributes={
        "id": id, "source": "/orders", "type": "order.paid",
        "specversion": "1.0", "subject": "Zürich 100%", "partitionkey": "customer-7",
        "time": datetime(2026, 11, 27, tzinfo=timezone.utc), "datacontenttype": "application/json",
    }, data={"total": 19.9})

sent = {"binary": http.to_binary_event(event("1")), "structured": http.to_structured_event(event("2"))}
for message in sent.values():
    request = urllib.request.Request(sys.argv[1], data=message.body, headers=message.headers, method="POST")
    print(urllib.request.urlopen(request).status, flush=True)

for line in sys.stdin:
    record = json.loads(line)
    headers = {name: value.encode() for name, value in record["headers"].items() if name != "spillway-id"}
    message = kafka.KafkaMessage(headers=headers, key=record["key"], value=record["value"].encode())
    received = kafka.from_kafka_event(message)
    expected = event(received.get_id())
    assert received.get_data() == expected.get_data(), received.get_data()
    for name, value in expected.get_attributes().items():
        assert received.get_attributes()[name] == value, (name, received.get_attributes()[name], value)
    print("equal", received.get_id(), flush=True)
`;

describeReal('the SDK for Python', ['python'], () => {
  test('sends events in binary and structured mode, and reads them back from the records', async () => {
    const env = { ...process.env, ...(await pythonWith('cloudevents')) };
    const { app, publisher } = fakeService();
    using server = Bun.serve({ port: 0, fetch: (request) => app.fetch(request) });
    const python = Bun.spawn(['python3', '-c', SCRIPT, `${server.url.href}v1/events`], {
      env,
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const decoder = new TextDecoder();
    let printed = '';
    for await (const part of python.stdout) {
      printed += decoder.decode(part);
      if (!printed.endsWith('202\n202\n')) continue;
      const records = publisher.calls.flat().map((message) => {
        const value = String(recordValue(message));
        return JSON.stringify({ headers: recordHeaders(message), key: message.key, value });
      });
      await python.stdin.write(`${records.join('\n')}\n`);
      await python.stdin.end();
    }
    const errors = await python.stderr.text();
    expect([printed, errors]).toEqual(['202\n202\nequal 1\nequal 2\n', '']);
  }, 60_000);
});
