"""The promise of a sandbox: run a program so that it touches only what it was granted, and tell what it touched."""
