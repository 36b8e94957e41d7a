"""Office files of other kinds: OpenDocument, RTF, and those that are named with what to do about them."""
