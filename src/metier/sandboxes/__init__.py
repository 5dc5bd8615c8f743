"""Where may untrusted code run? The kinds of `metier.sandbox.Sandbox`."""
