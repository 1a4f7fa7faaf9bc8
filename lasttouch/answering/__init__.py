"""The service answers commands on a Unix socket, each for whom the kernel names: the client, the wire, the server."""
