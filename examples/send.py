"""Sends one message and says what became of it. Run it twice: the message is published once.

    python3 examples/send.py
"""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("SPILLWAY_URL", "http://localhost:8000")
TIME_LIMIT_S = 30
REQUEST_TIMEOUT_S = 10


class Rejected(Exception):
    """Nothing was written, and the same message would be rejected again."""


class Unavailable(Exception):
    """Not acknowledged in time: keep the message, and send it again later with the same id."""


def send(message):
    """Sends a message that has an `id`, with repeats, and returns its receipt."""
    # Encoded once: an id that comes again with other content is refused.
    body = json.dumps(message, separators=(",", ":")).encode()
    end = time.monotonic() + TIME_LIMIT_S
    ceiling_s = 0.1
    while True:
        status, headers, text = post(body)
        if status == 202:
            return json.loads(text)
        if 300 <= status < 500 and status not in (408, 409, 429):
            raise Rejected(f"{status}: {text.decode(errors='replace')}")
        wait_s = retry_after(headers) + random.uniform(0, ceiling_s)
        if time.monotonic() + wait_s > end:
            raise Unavailable(f"send it again later with the id {message['id']}")
        time.sleep(wait_s)
        ceiling_s = min(2 * ceiling_s, 5)


def post(body):
    """Returns the status, the headers and the body of the answer. The status is 0 if there was none."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{URL}/v1/messages", data=body, headers=headers)
    try:
        try:
            answer = urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, {}, b""


def retry_after(headers):
    """Seconds that the service asks to wait."""
    value = headers.get("Retry-After", "")
    return int(value) if value.isdecimal() else 0


if __name__ == "__main__":
    try:
        receipt = send({"id": "order-1043-paid", "key": "customer-7", "value": {"order": 1043}})
    except Rejected as error:
        sys.exit(f"rejected {error}")
    except Unavailable as error:
        print(f"unavailable: {error}", file=sys.stderr)
        sys.exit(75)
    if receipt["status"] == "published":
        print(f"published {receipt['topic']} partition {receipt['partition']} offset {receipt['offset']}")
    elif receipt["status"] == "queued":
        print(f"queued {receipt['topic']}: Kafka is away, and it will be published")
    else:
        sys.exit(f"dead: operators have to look at it: {receipt['reason']}")
