"""The faces: the command line, the report, and later the web and MCP. A face parses, calls one function, and shows."""
