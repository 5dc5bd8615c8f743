"""Practice: items and graders in, a policy and its attempts out. torch lives here and in `clients/`.

`strings` is the task space of the first trade, `groups` deals its functions, `supervised` teaches a base policy,
`practise` makes it better by `grpo` or `rft`, `arms` does so side by side.
"""
