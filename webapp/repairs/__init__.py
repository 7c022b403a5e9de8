"""The desk's repair room: entries that were refused, held, put aside or flagged, mended in their author's place (P2-4.4.6a)."""
