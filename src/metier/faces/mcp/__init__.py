"""How are skills served and used over the Model Context Protocol? `server` and `tools` serve, `client` reads.

Nothing here decides what may be seen: that is `metier.stores.served`. Needs the extra `mcp`.
"""
