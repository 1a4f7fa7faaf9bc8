"""Sources of facts: mail and calendar servers and files.

The only room that opens sockets to them.
"""
