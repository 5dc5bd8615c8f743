"""The kinds of the `Client` promise: an endpoint, recorded replies, a local model, a rule.

- `http.HttpClient`: any OpenAI-compatible endpoint, with retries, a cache and records.
- `replay.ReplayClient`: replies that were recorded; `replay.RecordingClient` records those of any client.
- `local.LocalClient`: a transformer on this machine (extra `train`).
- `rule.RuleClient`: a Python function, for tests and examples.
- `meter.MeteredClient`: counts what the replies of any client cost.
- `open.open_client`: the one that a configuration names.

Importing this folder imports none of them.
"""
