"""lasttouch run: every source read again and again, for months, without anybody looking after it."""
