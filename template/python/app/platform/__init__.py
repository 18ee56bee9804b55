"""Technical capabilities, one folder each. Nothing here knows of any module."""
