"""How do skills travel between a server that has them and a host that uses them, and what does each side owe?

The rules are those of the Skills extension of the Model Context Protocol (SEP-2640, `io.modelcontextprotocol/skills`).
`shelf` is the server's side, `host` the side that uses what a server serves; both are plain functions over folders and
a small `Reader`, and know no protocol library: `metier.faces.mcp` carries them over the wire.
"""
