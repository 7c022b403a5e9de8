"""The tablets' door: operations in, receipts out, the pack of pages, the service worker (docs/protocol.md)."""
