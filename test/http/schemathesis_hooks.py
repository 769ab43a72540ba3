"""What schemathesis has to know to test the API."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    return value.encode(errors="surrogatepass") if isinstance(value, str) else repr(value).encode()
